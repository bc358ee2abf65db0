"""Rights and contracts of a household, on a day."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from rempart.registry.synthetic import tables
from rempart.registry.synthetic.households import Household, Person
from rempart.vocabulary.cover import Contract, Rights

_ALSACE_MOSELLE = frozenset({"57", "67", "68"})
_SOLIDARITY = 0.10
_WITH_PARTICIPATION = 0.2
_NO_CONTRACT = 0.05
_CLOSED = 0.015
_UNKNOWN = 0.015
_DECLARES_FROM = 16


@dataclass(frozen=True, slots=True)
class Cover:
    """What a household's members share."""

    scheme: str
    fund: str
    alsace_moselle: bool
    state: str
    open_from: str
    open_to: str | None
    solidarity: str | None
    solidarity_to: str | None
    medical_aid_to: str | None
    insurer: tables.InsurerRow | None
    plan: tables.Plan | None
    member_number: str
    valid_from: str | None
    valid_to: str | None


def draw(dice: Random, household: Household, on: date, *, medical_aid: bool) -> Cover:
    """The cover of a household whose date of reference is `on`."""
    scheme = tables.schemes().items[0] if medical_aid else tables.schemes().draw(dice)
    state, open_from, open_to = _state(dice, on)
    solidarity = not medical_aid and dice.random() < _SOLIDARITY
    insured = not medical_aid and not solidarity and dice.random() >= _NO_CONTRACT
    insurer = tables.insurers().draw(dice) if insured else None
    valid_from, valid_to = _validity(dice, on) if insurer else (None, None)
    return Cover(
        scheme=scheme.code,
        fund=_fund(scheme.fund, household.department),
        alsace_moselle=household.department in _ALSACE_MOSELLE and scheme.code in {"01", "02"},
        state=state,
        open_from=open_from,
        open_to=open_to,
        solidarity=_solidarity(dice) if solidarity else None,
        solidarity_to=_later(dice, on, 20, 360) if solidarity else None,
        medical_aid_to=_later(dice, on, 5, 360) if medical_aid else None,
        insurer=insurer,
        plan=insurer.plans.draw(dice) if insurer else None,
        member_number=f"{dice.randrange(10**8):08d}",
        valid_from=valid_from,
        valid_to=valid_to,
    )


def rights(dice: Random, person: Person, cover: Cover, on: date, doctors: list[str]) -> Rights:
    """One person's rights: the household's, and what is the person's own."""
    ald_from, ald_to = _long_illness(dice, person.age, on)
    born = person.birth.date
    declares = dice.random() < (0.86 if person.age >= _DECLARES_FROM else 0.5)
    unknown = dice.random() < _UNKNOWN
    return Rights(
        state="unknown" if unknown else cover.state,
        open_from=None if unknown else max(cover.open_from, born),
        open_to=None if unknown else cover.open_to,
        scheme=cover.scheme,
        fund=cover.fund,
        alsace_moselle=cover.alsace_moselle,
        ald_from=max(ald_from, born) if ald_from else None,
        ald_to=ald_to,
        c2s=cover.solidarity,
        c2s_to=cover.solidarity_to,
        ame_to=cover.medical_aid_to,
        declared_doctor=dice.choice(doctors) if declares and doctors and not cover.medical_aid_to else None,
        quality=person.quality,
    )


def contract(dice: Random, person: Person, cover: Cover, on: date) -> Contract | None:
    """The household's contract as this member has it."""
    if cover.insurer is None or cover.plan is None:
        return None
    wears = dice.random() < (0.3 if person.age >= _DECLARES_FROM else 0.18)
    return Contract(
        amc_number=cover.insurer.amc_number,
        insurer_name=cover.insurer.name,
        member_number=cover.member_number,
        convention=cover.insurer.convention,
        routing=cover.insurer.routing,
        valid_from=cover.valid_from,
        valid_to=cover.valid_to,
        third_party=cover.plan.third_party,
        responsible=cover.plan.responsible,
        guarantees=dict(cover.plan.guarantees),
        last_optics=_earlier(dice, on, 20, 1400) if wears else None,
    )


def _state(dice: Random, on: date) -> tuple[str, str, str | None]:
    opened = _earlier(dice, on, 400, 7000)
    if dice.random() < _CLOSED:
        return "closed", opened, _earlier(dice, on, 5, 390)
    return "open", opened, _later(dice, on, 30, 700) if dice.random() < 0.3 else None  # noqa: PLR2004  # most have no end


def _validity(dice: Random, on: date) -> tuple[str, str | None]:
    this_year, kind = on.year, dice.random()
    if kind < 0.05:  # noqa: PLR2004  # an old card: the contract has ended
        return f"{this_year - 1}-01-01", f"{this_year - 1}-12-31"
    if kind < 0.08:  # noqa: PLR2004  # ends soon
        return f"{this_year}-01-01", _later(dice, on, 1, 40)
    if kind < 0.2:  # noqa: PLR2004  # renewed by itself
        return _earlier(dice, on, 30, 2500), None
    return f"{this_year}-01-01", f"{this_year}-12-31"


def _long_illness(dice: Random, age: int, on: date) -> tuple[str | None, str | None]:
    share = 0.015 if age < 20 else 0.04 if age < 45 else 0.16 if age < 65 else 0.42  # noqa: PLR2004  # rises with age
    if dice.random() >= share:
        return None, None
    start = _earlier(dice, on, 60, 3600)
    ends = dice.random()
    if ends < 0.05:  # noqa: PLR2004  # over
        return start, _earlier(dice, on, 1, 50)
    return start, _later(dice, on, 30, 3000) if ends < 0.8 else None  # noqa: PLR2004  # most are renewed for years


def _solidarity(dice: Random) -> str:
    return "with" if dice.random() < _WITH_PARTICIPATION else "without"


def _fund(rule: str, department: str) -> str:
    if rule != "department":
        return rule
    return department if len(department) > 2 else f"{department.replace('A', '0').replace('B', '0')}1"  # noqa: PLR2004  # overseas codes have three


def _earlier(dice: Random, on: date, least: int, most: int) -> str:
    return (on - timedelta(days=dice.randint(least, most))).isoformat()


def _later(dice: Random, on: date, least: int, most: int) -> str:
    return (on + timedelta(days=dice.randint(least, most))).isoformat()
