"""What the tariffs need to know of a person on one day: no name, no number, only what changes a sum."""

from dataclasses import dataclass
from datetime import date

from rempart.tariffs.rules.ages import age_on, within
from rempart.tariffs.rules.guarantees import Guarantee
from rempart.vocabulary.cover import Contract, Rights

ADULT = 18
"""Age from which participation and franchises are due (CSS, art. L. 160-13)."""
CARE_PATH = 16
"""Age from which leaving the care path is penalised (CSS, art. L. 162-5-3)."""
YOUNG = 20
"""Age from which hearing aids have the adults' price and base (order of 14 November 2018)."""
_BIRTHDAYS = (YOUNG, ADULT, CARE_PATH, 0)
_C2S = frozenset({"with", "without"})


@dataclass(frozen=True, slots=True)
class Cover:
    """A complementary contract in force: whether it is *responsible*, and its guarantees by code."""

    responsible: bool = True
    guarantees: frozenset[tuple[str, int]] = frozenset()

    def promises(self, code: Guarantee) -> int | None:
        """Percents or cents promised under a code, never below 0; None when the contract is silent."""
        for known, promised in self.guarantees:
            if known == code:
                return max(0, promised)
        return None


@dataclass(frozen=True, slots=True)
class Insured:
    """A person's standing on the day of care. Unknown age counts as adult."""

    age: int | None = None
    """Complete years; only 16, 18 and 20 change anything."""
    ald: bool = False
    c2s: bool = False
    ame: bool = False
    alsace_moselle: bool = False
    late_pregnancy: bool = False
    """From the first day of the sixth month to the twelfth day after birth; no record says it."""
    cover: Cover | None = None

    @property
    def owes_nothing_later(self) -> bool:
        """Exempt from participation and franchises; a long illness does not exempt."""
        minor = self.age is not None and self.age < ADULT
        return minor or self.c2s or self.ame or self.late_pregnancy

    @property
    def must_follow_path(self) -> bool:
        """AME carries no declared doctor; children and the young under 16 are not penalised."""
        return not self.ame and (self.age is None or self.age >= CARE_PATH)


def cover_on(contract: Contract | None, on: date) -> Cover | None:
    """The contract as the tariffs see it, or None when it is not in force on that day."""
    if contract is None or not within(on, contract.valid_from, contract.valid_to):
        return None
    return Cover(contract.responsible, frozenset(contract.guarantees.items()))


def insured_on(rights: Rights, contract: Contract | None, birth_date: str | None, on: date) -> Insured:
    """The standing of a person whose rights are open. A date that cannot be read gives no advantage."""
    return Insured(
        age=_last_birthday(birth_date, on),
        ald=has_ald(rights, on),
        c2s=has_c2s(rights, on),
        ame=has_ame(rights, on),
        alsace_moselle=rights.alsace_moselle,
        cover=cover_on(contract, on),
    )


def _last_birthday(birth_date: str | None, on: date) -> int | None:
    """The last birthday that changed a tariff: people who cost the same are the same to the rules."""
    age = age_on(birth_date, on) if birth_date else None
    return None if age is None else next(birthday for birthday in _BIRTHDAYS if age >= birthday)


def has_ald(rights: Rights, on: date) -> bool:
    """A long illness is recognised on that day; which one is nowhere written."""
    return rights.ald_from is not None and within(on, rights.ald_from, rights.ald_to) is True


def has_c2s(rights: Rights, on: date) -> bool:
    return rights.c2s in _C2S and within(on, None, rights.c2s_to) is True


def has_ame(rights: Rights, on: date) -> bool:
    return rights.ame_to is not None and within(on, None, rights.ame_to) is True
