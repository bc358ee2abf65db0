"""At least N, at most M: what the lines prove, and what they leave open (docs/reference/scan-map.md)."""
# ruff: noqa: S608  # statements of constants; what comes from a log is data in columns

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

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


_PROVEN = f"result = {GRANTED} and person > 0"
_PERHAPS = f"result = {UNCLEAR} and person > 0"
_SHOWN = f"result in ({GRANTED}, {UNCLEAR})"


def bounds(run: duckdb.DuckDBPyConnection, told: Map, counted: Counted, *, open_ended: bool) -> Bounds:
    """Over the table `entry` (ROWS, without copies) and `page` (page, kind, persons)."""
    proven = dict(
        _rows(
            run,
            "select kind, count(distinct person) from entry join page using (page)"
            f" where {_PROVEN} group by kind",
        )
    )
    either = dict(
        _rows(
            run,
            "select kind, count(distinct person) from entry join page using (page)"
            f" where {_PROVEN} or {_PERHAPS} group by kind",
        )
    )
    at_least = max(proven.values(), default=0)
    because = {
        "kinds": sum(proven.values()) - at_least,
        "unclear": sum(either.values()) - sum(proven.values()),
        "not_in_line": _sum(
            run, f"select sum(persons) from entry join page using (page) where {_SHOWN} and person = 0"
        ),
        "lists": _sum(
            run,
            "select sum(persons - 1) from"
            " (select distinct page, person, persons from entry join page using (page)"
            f" where {_SHOWN} and person > 0 and persons > 1)",
        ),
        "unreadable": sum(counted.unreadable.values()) * max(page.persons for page in told.pages),
    }
    at_most = at_least + sum(because.values())
    if told.population:
        at_most = max(at_least, told.population if open_ended else min(at_most, told.population))
    return Bounds(at_least, at_most, open_ended and not told.population, because)


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


def _rows(run: duckdb.DuckDBPyConnection, query: str) -> list[tuple[Any, ...]]:
    return run.execute(query).fetchall()


def _sum(run: duckdb.DuckDBPyConnection, query: str) -> int:
    return int(_rows(run, query)[0][0] or 0)
