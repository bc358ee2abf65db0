"""Entries by hand: what a detector's test gives to it."""

from collections.abc import Iterable
from typing import Any

import numpy as np

from rempart.detection.engine import Engine, Run, Signal
from rempart.detection.entries import ENTRY, GRANTED, PROFESSIONS, SECOND
from rempart.detection.known import known

_USUAL: dict[str, Any] = {
    "account": 7,
    "organisation": 70,
    "session": 700,
    "device": 71,
    "network": 72,
    "carrier": 73,
    "channel": 1,
    "purpose": 1,
    "profession": PROFESSIONS["pharmacist"],
    "assurance": 2,
    "verdict": GRANTED,
    "hit": 1,
    "cost": 1,
    "count": 1,
    "department": 44,
    "home": 44,
}
MONDAY_NOON = 1_773_662_400 * SECOND
"""2026-03-16 12:00 UTC."""


def entries(rows: Iterable[dict[str, Any]]) -> np.ndarray:
    """Look-ups as `ENTRY` records: what a row does not name is the usual; `after` is seconds since noon."""
    rows = list(rows)
    made = np.zeros(len(rows), ENTRY)
    for place, row in enumerate(rows):
        given = _USUAL | {"x": place + 1, "seq": place + 1, "person": place + 1} | row
        given["at"] = given.get("at", MONDAY_NOON + round(given.pop("after", place) * SECOND))
        for name, value in given.items():
            made[place][name] = value
    return made


def run(name: str, fed: np.ndarray, *, batch: int | None = None, **limits: float) -> list[Signal]:
    """One detector over entries, in batches of so many."""
    engine = Engine([Run.shipped(known()[name], limits)])
    size = batch or len(fed) or 1
    return [found for first in range(0, len(fed), size) for found in engine.see(fed[first : first + size])]
