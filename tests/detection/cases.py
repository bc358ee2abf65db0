"""Cases for a detector: entries, and the entries by which it must have said something."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from tests.detection.feed import entries, run

DAY, HOUR, MINUTE = 86_400, 3_600, 60
BY_CARD, KNOWN = 1, 3


@dataclass(frozen=True)
class Case:
    """`says`: place of the row and account, for each signal; none: it must not fire."""

    name: str
    rows: list[dict[str, Any]]
    says: list[tuple[int, int]] = field(default_factory=list)

    def __str__(self) -> str:
        return self.name

    def fed(self) -> np.ndarray:
        return entries(sorted(self.rows, key=lambda row: row["after"]))


def said(detector: str, case: Case, *, batch: int | None = None, **limits: float) -> list[tuple[int, int]]:
    return [(one.seq - 1, one.account) for one in run(detector, case.fed(), batch=batch, **limits)]


def check(detector: str, case: Case) -> None:
    """The case comes out as it says, wherever batches end."""
    for batch in (None, 1, 7):
        assert said(detector, case, batch=batch) == case.says, f"batches of {batch}"


def matters(detector: str, case: Case, limit: str, value: float) -> None:
    """Another value of this threshold changes what is said."""
    assert said(detector, case, **{limit: value}) != said(detector, case)


def cards(days: int, each: int = 5, *, first: int = 0, **columns: Any) -> list[dict[str, Any]]:
    """Days of ordinary work: each person with a card."""
    return [
        {"after": (first + day) * DAY + n * 600, "proof": BY_CARD, "person": 10_000 + day * 100 + n} | columns
        for day in range(days)
        for n in range(each)
    ]


def bare(
    count: int, at: float, *, gap: float = 60.0, person: int = 500_000, **columns: Any
) -> list[dict[str, Any]]:
    """So many new persons without proof, one after another."""
    return [{"after": at + n * gap, "person": person + n} | columns for n in range(count)]
