"""Effective-dated figures: rates, charges, limits and prices, read once from `data/*.toml`.

A figure is named `file.table` (`rates.dental`) and has rows, each with the first day it holds, its
value and its source. A value holds until the next row's day, that day excluded.
"""

import tomllib
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from rempart.tariffs.errors import TariffUnknownError
from rempart.vocabulary.money import Money

_DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, slots=True)
class Row:
    """One value: whole percents, or whole cents where the figure is in euros."""

    since: date
    value: int
    source: str


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure and its history, oldest row first."""

    name: str
    what: str
    unit: str
    rows: tuple[Row, ...]

    def on(self, day: date) -> int:
        place = bisect_right(self.rows, day, key=lambda row: row.since)
        if not place:
            raise TariffUnknownError(f"{self.name} is not known before {self.rows[0].since}")
        return self.rows[place - 1].value


def _read(name: str, table: dict[str, Any]) -> Figure:
    unit = table["unit"]
    rows = tuple(
        Row(
            row["since"], Money.of(row["value"]).cents if unit == "euro" else int(row["value"]), row["source"]
        )
        for row in table["rows"]
    )
    if list(rows) != sorted(rows, key=lambda row: row.since) or len({row.since for row in rows}) != len(rows):
        raise ValueError(f"{name}: each row must begin after the one before it")
    return Figure(name, table["what"], unit, rows)


def _read_all() -> Iterator[Figure]:
    for path in sorted(_DATA.glob("*.toml")):
        with path.open("rb") as file:
            tables = tomllib.load(file)
        for table, content in tables.items():
            yield _read(f"{path.stem}.{table}", content)


@cache
def figures() -> dict[str, Figure]:
    """Every figure by its name; for documentation and tests as well as for the rules."""
    return {figure.name: figure for figure in _read_all()}


@lru_cache(maxsize=4096)
def percent(name: str, on: date) -> int:
    """Whole percents on that day. Raises TariffUnknownError for a day before the tables."""
    return figures()[name].on(on)


@lru_cache(maxsize=4096)
def amount(name: str, on: date) -> Money:
    """An amount on that day. Raises TariffUnknownError for a day before the tables."""
    return Money(figures()[name].on(on))
