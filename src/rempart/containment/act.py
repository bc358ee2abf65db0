"""Do what `rules/decide.py` wishes, and what it wishes is remembered: the signals of the last day."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import psycopg

from rempart.containment.rules.decide import LASTS, TOGETHER, Evidence, Wish, decide
from rempart.detection.store import Noted

_ACT = "select containment.act(%s, %s, %s, %s, %s, %s)"


class Hand:
    """What detectors do by themselves. Holds the evidence of the last day."""

    def __init__(self) -> None:
        self._evidence: list[Evidence] = []

    def act(
        self, connection: psycopg.Connection[Any], noted: Sequence[Noted], now: datetime
    ) -> list[tuple[Wish, int]]:
        """Restrict what the new signals, with those of the last day, carry; gives wish and restriction."""
        new = [_evidence(one) for one in noted if _counts(one)]
        oldest = now.timestamp() - TOGETHER.total_seconds()
        self._evidence = [one for one in self._evidence if one.at >= oldest] + new
        touched = {one.account for one in new}
        wishes = decide([one for one in self._evidence if one.account in touched], now.timestamp())
        return [(wish, made) for wish in wishes if (made := _place(connection, wish, now)) is not None]


def _counts(noted: Noted) -> bool:
    return (
        noted.id is not None and not noted.muted and not noted.signal.observed and noted.signal.account != 0
    )


def _evidence(noted: Noted) -> Evidence:
    signal, detector = noted.signal, noted.signal.detector
    return Evidence(
        noted.id or 0,
        signal.account,
        signal.at / 1e6,
        detector.name,
        detector.family.value,
        detector.weight,
        detector.leads_to,
    )


def _place(connection: psycopg.Connection[Any], wish: Wish, now: datetime) -> int | None:
    reason = "detection: " + ", ".join(wish.detectors)
    row = connection.execute(
        _ACT, (wish.account, wish.kind.value, reason, list(wish.signals), now, now + LASTS[wish.kind])
    ).fetchone()
    return row[0] if row else None
