"""At least N, at most M: what the lines prove, and what they leave open (docs/reference/scan-map.md)."""
# ruff: noqa: S608  # statements of constants; what comes from a log is data in columns

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import duckdb

from rempart.scan.files import Read
from rempart.scan.mapping import GRANTED, UNCLEAR, Map
from rempart.scan.rows import HOUR, Counted

_USUAL = 0.8
"""An hour is expected to have lines when so many of the working days have some."""
_DAYS, _YEARS, _SATURDAY = 3, 10, 5


@dataclass(frozen=True, slots=True)
class Hole:
    """A stretch without any line where other days have some; microseconds since 1970."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Bounds:
    """Distinct persons who may have been shown."""

    at_least: int
    at_most: int
    """Among the lines that the files hold; capped by the map's population."""
    open_ended: bool
    """Something is missing of which nothing can be said: no ceiling holds for it."""
    because: dict[str, int]
    """Why `at_most` is above `at_least` → persons at most."""


def bounds(run: duckdb.DuckDBPyConnection, told: Map, counted: Counted, *, open_ended: bool) -> Bounds:
    """Over the tables `person` and `entry` (counting.py)."""
    kinds = {page.kind: 0 for page in told.pages}
    for number, page in enumerate(told.pages):
        kinds[page.kind] |= 1 << number
    proven = _persons(run, _PROVEN, list(kinds.values()))
    either = _persons(run, _EITHER, list(kinds.values()))
    lists = {number: page.persons - 1 for number, page in enumerate(told.pages) if page.persons > 1}
    listed = _persons(run, _EITHER, [1 << number for number in lists])
    unsaid = run.execute(_UNSAID).fetchall()
    at_least = max(proven)
    because = {
        "kinds": sum(proven) - at_least,
        "unclear": sum(either) - sum(proven),
        "not_in_line": sum(told.pages[page].persons * lines for page, lines in unsaid),
        "lists": sum(more * persons for more, persons in zip(lists.values(), listed, strict=True)),
        "unreadable": sum(counted.unreadable.values()) * max(page.persons for page in told.pages),
    }
    at_most = at_least + sum(because.values())
    if told.population:
        at_most = max(at_least, told.population if open_ended else min(at_most, told.population))
    return Bounds(at_least, at_most, open_ended and not told.population, because)


_PROVEN = "coalesce(granted, 0)"
_EITHER = "(coalesce(granted, 0) | coalesce(unclear, 0))"
_UNSAID = f"""select page, count(*) from entry
 where person = 0 and result in ({GRANTED}, {UNCLEAR}) group by page"""


def _persons(run: duckdb.DuckDBPyConnection, shown: str, masks: Sequence[int]) -> list[int]:
    """For each set of pages (its bits) how many persons were shown on any of it."""
    if not masks:
        return []
    counts = ", ".join(f"count(*) filter (({shown} & {mask}::ubigint) <> 0)" for mask in masks)
    return list(run.execute(f"select {counts} from person").fetchall()[0])


def holes(counted: Counted) -> list[Hole]:
    """Stretches of whole hours without a line, between first and last, that other working days have."""
    if not counted.hours:
        return []
    begin, end = min(counted.hours), max(counted.hours)
    if not _DAYS * 24 <= end - begin <= _YEARS * 365 * 24:
        return []
    days = sum(_works(hour) for hour in range(begin - begin % 24, end, 24))
    usual = Counter(hour % 24 for hour in counted.hours if _works(hour))
    expected = {hour for hour, count in usual.items() if count >= _USUAL * days}
    there = sorted(counted.hours)
    return [
        Hole((before + 1) * HOUR, after * HOUR)
        for before, after in pairwise(there)
        if any(_works(hour) and hour % 24 in expected for hour in range(before + 1, after))
    ]


def _works(hour: int) -> bool:
    """Whether an hour since 1970 (a Thursday) is of Monday to Friday."""
    return (hour // 24 + 3) % 7 < _SATURDAY


def is_open(files: Sequence[Read], found: Sequence[Hole], missing: Sequence[str]) -> bool:
    """Whether something is missing that no line speaks of."""
    return bool(found or missing or any(file.cut or file.too_long for file in files))
