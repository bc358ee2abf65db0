"""Where and when somebody is born, and the number that follows from it."""

from calendar import monthrange
from collections import defaultdict
from dataclasses import dataclass
from functools import cache
from math import gcd
from random import Random
from zlib import crc32

from rempart.registry.synthetic import tables

LAST_YEAR = 2026
"""Births end on 30 September of this year, whatever today is: numbers depend on the seed alone."""
_LAST_MONTH = 9
_ORDERS = 999
_STEPS = [step for step in range(1, _ORDERS) if gcd(step, _ORDERS) == 1]
_CORSICA_SPLIT = 1976
_PARIS_SPLIT = 1968
_OLD_SEINE = frozenset({"92", "93", "94"})
_OLD_SEINE_ET_OISE = frozenset({"91", "95"})
_ABROAD = "99"


@dataclass(frozen=True, slots=True)
class Birth:
    """A place (department or `99`, and commune or country) and a date as the card carries it."""

    department: str
    commune: str
    """Three digits, two after an overseas department."""
    year: int
    month_code: int
    """Month as the NIR writes it: 1 to 12, or 20 to 30 and 50 where the civil status is incomplete."""
    date: str


class Numbers:
    """Gives each birth a NIR of its own. Memory grows with the places and months drawn, not the persons."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._given: defaultdict[str, int] = defaultdict(int)

    def new(self, birth: Birth, sex: int, *, temporary: bool = False) -> str:
        """13 characters. The order numbers of one commune and month come scattered, each once."""
        first = sex + 6 if temporary else sex
        stem = f"{first}{birth.year % 100:02d}{birth.month_code:02d}{birth.department}{birth.commune}"
        count = self._given[stem]
        self._given[stem] = count + 1
        if count >= _ORDERS:
            raise OverflowError("a commune has no more order numbers for this month: ask for fewer persons")
        mixed = crc32(f"{self._seed}:{stem}".encode())
        step, start = _STEPS[mixed % len(_STEPS)], mixed >> 16
        return f"{stem}{(start + count * step) % _ORDERS + 1:03d}"


def in_france(dice: Random, year: int, department: str) -> Birth:
    """A birth in a department as it was called in that year."""
    department = _as_in(department, year)
    month = _month(dice, year)
    day = dice.randint(1, monthrange(year, month)[1])
    commune = dice.choice(_communes(department))
    return Birth(department, commune, year, month, f"{year}-{month:02d}-{day:02d}")


def abroad(dice: Random, year: int) -> Birth:
    """A birth abroad; one in eight before 1985 has an incomplete or a lunar date."""
    country = tables.countries().draw(dice)
    month = _month(dice, year)
    day = dice.randint(1, monthrange(year, month)[1])
    if year < 1985 and dice.random() < 1 / 8:  # noqa: PLR2004  # civil registers were completed since
        return Birth(_ABROAD, country, year, *_incomplete(dice, year, month))
    return Birth(_ABROAD, country, year, month, f"{year}-{month:02d}-{day:02d}")


def _incomplete(dice: Random, year: int, month: int) -> tuple[int, str]:
    kind = dice.random()
    if kind < 0.5:  # noqa: PLR2004  # month and day unknown
        return dice.choice([*range(20, 31), 50]), f"{year}-00-00"
    if kind < 0.75:  # noqa: PLR2004  # day unknown
        return month, f"{year}-{month:02d}-00"
    return dice.choice(range(20, 31)), f"{year}-{dice.randint(13, 19)}-{dice.randint(1, 30):02d}"


def _month(dice: Random, year: int) -> int:
    return dice.randint(1, _LAST_MONTH if year == LAST_YEAR else 12)


def _as_in(department: str, year: int) -> str:
    if department in {"2A", "2B"} and year < _CORSICA_SPLIT:
        return "20"
    if year < _PARIS_SPLIT:
        if department in _OLD_SEINE:
            return "75"
        if department in _OLD_SEINE_ET_OISE:
            return "78"
    return department


@cache
def _communes(department: str) -> list[str]:
    """Communes with a maternity: plausible in form, and few, as in life."""
    if department == "75":
        return [f"{100 + district}" for district in range(1, 21)]
    if department == "13":
        return ["001", "028", "103", *(f"{200 + district}" for district in range(1, 17))]
    if department == "69":
        return ["264", "266", *(f"{380 + district}" for district in range(1, 10))]
    if len(department) > 2:  # noqa: PLR2004  # overseas: five characters in all
        return ["05", "11", "15", "16"]
    start = crc32(department.encode())
    return sorted({f"{(start >> shift) % 320 + 1:03d}" for shift in (0, 5, 10, 15)})
