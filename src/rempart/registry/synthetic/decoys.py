"""A household that does not exist, in the shape of one that does: plain functions of values.

Shape, insurer, rights and contract are a *donor* household's; births and numbers are put beside other
persons' (*sites*), of the same fund, sex and about the same age; names come from the made-up population's
lists. So what goes together in life (fund and birthplace, age and long illness, a household's contract)
goes together here, and nobody's number, birth and rights are found together again.
"""

from bisect import bisect_left
from calendar import monthrange
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

from rempart.registry.rules.nearby import beside, own_number
from rempart.registry.rules.records import PersonRecord
from rempart.registry.synthetic import tables
from rempart.vocabulary.births import birth_month
from rempart.vocabulary.cover import CivilStatus, Contract, Numbers, Rights

_YEARS_APART = 8
_NEAREST = 4
_NAME_DRAWS = 40
_DAYS_APART = 45
_YOUNGEST_PARENT = 15


@dataclass(frozen=True, slots=True, repr=False)
class Member:
    """A person and what seals them. A household is its policyholder, then those whom they cover."""

    record: PersonRecord
    insurer: int
    data_key: int


@dataclass(frozen=True, slots=True, order=True, repr=False)
class _Site:
    year: int
    nir: str
    birth_date: str


class Sites:
    """Numbers of persons by fund and sex, in order of birth."""

    def __init__(self, members: Iterable[Member]) -> None:
        self._by_kind: defaultdict[tuple[str, str], list[_Site]] = defaultdict(list)
        for record in (member.record for member in members):
            own = own_number(record.civil, record.numbers)
            if own:
                born = record.civil.birth_date
                self._by_kind[record.rights.fund, own[0]].append(_Site(int(born[:4]), own, born))
        for kind in self._by_kind.values():
            kind.sort()

    def near(self, nir: str, year: int, fund: str, dice: Random) -> _Site | None:
        """Somebody else's, about as old; None where there is nobody."""
        kind = self._by_kind.get((fund, nir[0]), [])
        place = bisect_left(kind, year, key=lambda site: site.year)
        around = [
            site
            for site in kind[max(0, place - _NEAREST) : place + _NEAREST]
            if site.nir != nir and abs(site.year - year) <= _YEARS_APART
        ]
        return dice.choice(around) if around else None


def household(donor: Sequence[Member], sites: Sites, dice: Random, tries: int = 0) -> list[Member]:
    """One decoy household in the donor's shape."""
    made = _Made(donor, sites, dice, tries)
    return [made.member(member) for member in donor]


class _Made:
    """What a household shares: its numbers, its names, twins' birth date, the member number."""

    def __init__(self, donor: Sequence[Member], sites: Sites, dice: Random, tries: int) -> None:
        self._sites = sites
        self._dice = dice
        self._tries = tries
        self._nirs: dict[str, str] = {}
        self._births: dict[tuple[str | None, str], str] = {}
        self._surnames: dict[str, str] = {}
        self._cards: dict[str, str] = {}
        for member in donor:
            self._born(member.record)

    def member(self, donor: Member) -> Member:
        record = donor.record
        born = self._born(record)
        return replace(
            donor,
            record=replace(
                record,
                civil=self._civil(record.civil, born),
                numbers=self._numbers(record),
                rights=_own_dates(record.rights, record.civil.birth_date, born, self._dice),
                contract=self._contract(record.contract) if record.contract else None,
            ),
        )

    def _born(self, record: PersonRecord) -> str:
        """The birth date; where the donor has a number of their own, that number's counterpart with it."""
        own = own_number(record.civil, record.numbers)
        key = (own, record.civil.birth_date)
        if key not in self._births:
            if own:
                year = int(record.civil.birth_date[:4])
                site = self._sites.near(own, year, record.rights.fund, self._dice)
                place, born = (site.nir, site.birth_date) if site else (own, record.civil.birth_date)
                self._nirs[own] = beside(place, self._dice, self._tries)
                self._births[key] = _same_month(born, self._dice)
            else:
                self._births[key] = _same_year(record.civil.birth_date, self._dice)
        return self._births[key]

    def _numbers(self, record: PersonRecord) -> Numbers:
        numbers = record.numbers

        def counterpart(nir: str | None) -> str | None:
            return self._other(nir, record) if nir else None

        return Numbers(
            self._other(numbers.payment_nir, record),
            counterpart(numbers.own_nir),
            counterpart(numbers.other_payment_nir),
        )

    def _other(self, nir: str, record: PersonRecord) -> str:
        """The counterpart of a number whose holder is not of the household: a parent's, say."""
        if nir not in self._nirs:
            latest = int(record.civil.birth_date[:4]) - _YOUNGEST_PARENT
            year = latest - (latest - int(nir[1:3])) % 100
            site = self._sites.near(nir, year, record.rights.fund, self._dice)
            self._nirs[nir] = beside(site.nir if site else nir, self._dice, self._tries)
        return self._nirs[nir]

    def _civil(self, donor: CivilStatus, born: str) -> CivilStatus:
        family, dice = donor.family_name, self._dice
        if family not in self._surnames:
            self._surnames[family] = _like(family, lambda: _surname(family, dice))
        given = _like(donor.given_names, lambda: _given(donor.given_names, int(born[:4]), donor.sex, dice))
        return replace(donor, family_name=self._surnames[family], given_names=given, birth_date=born)

    def _contract(self, donor: Contract) -> Contract:
        card = self._cards.get(donor.member_number)
        if card is None:
            card = self._cards[donor.member_number] = _scattered(donor.member_number, self._dice)
        return replace(donor, member_number=card, last_optics=_moved(donor.last_optics, self._dice))


def renewed(decoy: Member, donor: Member) -> Member:
    """A decoy as an import would have renewed it, with what a person of the same insurer has now."""
    own, given = decoy.record, donor.record
    contract = own.contract
    if contract and given.contract and contract.amc_number == given.contract.amc_number:
        contract = replace(
            given.contract, member_number=contract.member_number, last_optics=contract.last_optics
        )
    rights = replace(
        own.rights,
        state=given.rights.state,
        open_to=given.rights.open_to,
        c2s_to=given.rights.c2s_to if own.rights.c2s and given.rights.c2s else own.rights.c2s_to,
        ame_to=given.rights.ame_to if own.rights.ame_to and given.rights.ame_to else own.rights.ame_to,
    )
    record = replace(own, rights=rights, contract=contract)
    return Member(record, decoy.insurer, donor.data_key)


def _same_month(birth_date: str, dice: Random) -> str:
    """Another day of the month; an incomplete or lunar date as it is."""
    month = birth_month(birth_date)
    if month is None or birth_date.endswith("-00"):
        return birth_date
    last = monthrange(int(birth_date[:4]), month)[1]
    return f"{birth_date[:8]}{dice.randint(1, last):02d}"


def _same_year(birth_date: str, dice: Random) -> str:
    """Another day near by; within the year where it can be."""
    if birth_month(birth_date) is None or birth_date.endswith("-00"):
        return birth_date
    moved = _moved(birth_date, dice) or birth_date
    return moved if moved[:4] == birth_date[:4] else _same_month(birth_date, dice)


def _own_dates(rights: Rights, donor_born: str, born: str, dice: Random) -> Rights:
    """Rights with the person's own dates moved; those that a household shares stay together."""
    from_birth = rights.open_from == donor_born
    return replace(
        rights,
        open_from=born if from_birth else rights.open_from and max(rights.open_from, born),
        ald_from=_after(_moved(rights.ald_from, dice), born),
        ald_to=_moved(rights.ald_to, dice),
    )


def _after(day: str | None, born: str) -> str | None:
    return max(day, born) if day else None


def _moved(day: str | None, dice: Random) -> str | None:
    if day is None:
        return None
    return (date.fromisoformat(day) + timedelta(days=dice.randint(-_DAYS_APART, _DAYS_APART))).isoformat()


def _given(donor: str, year: int, sex: str, dice: Random) -> str:
    """As many given names as the donor has, of that year and sex."""
    of = int(sex) if sex in {"1", "2"} else dice.randint(1, 2)
    names = tables.given_names(max(1920, min(2020, year // 10 * 10)), of)
    return " ".join(dict.fromkeys(names.draw(dice) for _ in donor.split()))


def _surname(donor: str, dice: Random) -> str:
    return "-".join(tables.surnames().draw(dice) for _ in donor.split("-"))


def _like(donor: str, draw: Callable[[], str]) -> str:
    """Never the donor's name; as long as it where the lists hold such a one, and in capitals if it is."""
    name = donor
    for _ in range(_NAME_DRAWS):
        drawn = draw().upper() if donor.isupper() else draw()
        if drawn == donor:
            continue
        name = drawn
        if len(drawn.encode()) == len(donor.encode()):
            break
    return name


def _scattered(text: str, dice: Random) -> str:
    """The same form, other digits."""
    return "".join(str(dice.randrange(10)) if c.isascii() and c.isdigit() else c for c in text)
