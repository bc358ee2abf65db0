"""A made-up French population: nobody in it exists, everything in it could.

The same seed gives the same persons, names, families and numbers on any day; dates of rights and
contracts are drawn around `on`, so that a demonstration is never out of date.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from itertools import islice
from random import Random

from rempart.registry.insurers import Insurer
from rempart.registry.rules.records import PersonRecord, insurer_without_contract
from rempart.registry.synthetic import cover as covers
from rempart.registry.synthetic import tables
from rempart.registry.synthetic.births import Numbers
from rempart.registry.synthetic.households import Household, Households, Person
from rempart.vocabulary import cover as words

_MEDICAL_AID = 0.012
"""Share of households: a lone person each, so about one person in two hundred."""


def insurers() -> list[Insurer]:
    """Who must exist before a generated population is loaded: the complementary insurers, the schemes."""
    complementary = [Insurer(row.amc_number, row.name) for row in tables.insurers().items]
    return complementary + [
        Insurer(insurer_without_contract(scheme.code), scheme.name) for scheme in tables.schemes().items
    ]


def generate(
    persons: int, seed: int, *, on: date | None = None, doctors: Sequence[str] = ()
) -> Iterator[PersonRecord]:
    """`persons` records, each policyholder before those they cover.

    `doctors` are RPPS numbers that persons may have declared; `on` is today unless given.
    """
    return islice(_records(seed, on or datetime.now(UTC).date(), list(doctors)), persons)


def _records(seed: int, on: date, doctors: list[str]) -> Iterator[PersonRecord]:
    people = Random(seed)  # noqa: S311  # a made-up population, not a secret
    rights = Random(seed + 1)  # noqa: S311  # apart, so that the day changes nobody's name
    households = Households(people, Numbers(seed))
    line = 0
    while True:
        medical_aid = people.random() < _MEDICAL_AID
        household = households.newcomer() if medical_aid else households.draw()
        shared = covers.draw(rights, household, on, medical_aid=medical_aid)
        for person in household.members:
            line += 1
            yield PersonRecord(
                line=line,
                insurer=shared.insurer.amc_number
                if shared.insurer
                else insurer_without_contract(shared.scheme),
                civil=_civil(person),
                numbers=words.Numbers(person.payment_nir, person.own_nir, person.other_payment_nir),
                rights=covers.rights(rights, person, shared, on, doctors),
                contract=covers.contract(rights, person, shared, on),
                policyholder=_policyholder(person, household),
            )


def _civil(person: Person) -> words.CivilStatus:
    return words.CivilStatus(
        family_name=person.family_name,
        given_names=person.given_names,
        birth_date=person.birth.date,
        sex=str(person.sex),
        birth_rank=person.rank,
    )


def _policyholder(person: Person, household: Household) -> tuple[str, int] | None:
    head = household.members[0]
    return None if person.quality == "policyholder" else (head.birth.date, head.rank)
