"""The small tables in `registry/data/`, read once, and weighted draws from them."""

import tomllib
from bisect import bisect
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Any, Generic, TypeVar

_FOLDER = Path(__file__).parents[1] / "data"
_Item = TypeVar("_Item")


class Weighted(Generic[_Item]):
    """Items drawn in proportion to their weights."""

    def __init__(self, items: Sequence[_Item], weights: Sequence[float]) -> None:
        self.items = list(items)
        self._sums = list(accumulate(weights))

    def draw(self, dice: Random) -> _Item:
        return self.items[bisect(self._sums, dice.random() * self._sums[-1])]


@dataclass(frozen=True, slots=True)
class Plan:
    """A contract that an insurer sells."""

    guarantees: tuple[tuple[str, int], ...]
    responsible: bool
    third_party: bool


@dataclass(frozen=True, slots=True, eq=False)
class InsurerRow:
    """A fictitious complementary insurer and its plans."""

    amc_number: str
    name: str
    convention: str
    routing: str
    plans: Weighted[Plan]


@dataclass(frozen=True, slots=True)
class Scheme:
    """A compulsory scheme; `fund` is a code, or `department` when it follows the residence."""

    code: str
    name: str
    fund: str


@cache
def departments() -> Weighted[str]:
    """Department codes by inhabitants: `01`, `2A`, `971`."""
    rows = _rows("departments.tsv")
    return Weighted([code for code, _ in rows], [float(weight) for _, weight in rows])


@cache
def countries() -> Weighted[str]:
    """Insee's codes of countries of birth, three digits, by frequency."""
    rows = _rows("countries.tsv")
    return Weighted([row[0] for row in rows], [float(row[1]) for row in rows])


@cache
def surnames() -> Weighted[str]:
    rows = _rows("surnames.tsv")
    return Weighted([name for name, _ in rows], [float(weight) for _, weight in rows])


@cache
def given_names(decade: int, sex: int) -> Weighted[str]:
    """Given names of a decade (1920 to 2020) and a sex (1 man, 2 woman)."""
    for row_decade, row_sex, names in _rows("given_names.tsv"):
        if (int(row_decade), int(row_sex)) == (decade, sex):
            listed = names.split(" ")
            return Weighted(listed, [1 / (rank + 3) for rank in range(len(listed))])
    raise LookupError(f"{decade} {sex}")


@cache
def insurers() -> Weighted[InsurerRow]:
    rows = _toml()["insurer"]
    return Weighted([_insurer(row) for row in rows], [row["weight"] for row in rows])


@cache
def schemes() -> Weighted[Scheme]:
    rows = _toml()["scheme"]
    return Weighted(
        [Scheme(code, row["name"], row["fund"]) for code, row in rows.items()],
        [row["weight"] for row in rows.values()],
    )


def _insurer(row: dict[str, Any]) -> InsurerRow:
    plans = [
        Plan(tuple(plan["guarantees"].items()), plan.get("responsible", True), plan.get("third_party", True))
        for plan in row["plan"]
    ]
    weights = [plan["weight"] for plan in row["plan"]]
    return InsurerRow(
        row["amc_number"], row["name"], row["convention"], row["routing"], Weighted(plans, weights)
    )


def _rows(name: str) -> list[list[str]]:
    lines = (_FOLDER / name).read_text("utf-8").splitlines()
    return [line.split("\t") for line in lines if line and not line.startswith("#")]


@cache
def _toml() -> dict[str, Any]:
    return tomllib.loads((_FOLDER / "insurers.toml").read_text("utf-8"))
