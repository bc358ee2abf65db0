"""Do what `rules/decide.py` wishes, and what it wishes is remembered: the signals of the last day."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import psycopg

from rempart.containment.rules.decide import AGAIN, TOGETHER, Evidence, Wish, decide
from rempart.detection.known import known
from rempart.detection.store import Noted

_NOTED = """
    select id, account, extract(epoch from at)::float8, detector, family, weight from detection.signal
     where at > %s and account is not null and alert is not null and not observed order by id
"""
_EARLIER = """
    select subject::bigint, count(*)::integer from gate.restriction
     where scope = 1 and author = 'detector' and lifted_at is null
       and ends_at between %s and %s and subject = any (%s) group by 1
"""
_ACT = "select containment.act(%s, %s, %s, %s, %s, %s)"


class Hand:
    """What detectors do by themselves. Holds the evidence of the last day."""

    def __init__(self) -> None:
        self._evidence: list[Evidence] = []

    def remember(self, connection: psycopg.Connection[Any], now: datetime) -> None:
        """Take up what was noted before this process began."""
        detectors = known()
        rows = connection.execute(_NOTED, (now - TOGETHER,)).fetchall()
        self._evidence = [
            Evidence(number, account, at, name, family, weight, detectors[name].leads_to)
            for number, account, at, name, family, weight in rows
            if name in detectors
        ]

    def act(
        self, connection: psycopg.Connection[Any], noted: Sequence[Noted], now: datetime
    ) -> list[tuple[Wish, int]]:
        """Restrict what the new signals, with those of the last day, carry; gives wish and restriction."""
        new = [_evidence(one) for one in noted if _counts(one)]
        oldest = now.timestamp() - TOGETHER.total_seconds()
        self._evidence = [one for one in self._evidence if one.at >= oldest] + new
        touched = {one.account for one in new}
        if not touched:
            return []
        earlier = dict(
            connection.execute(_EARLIER, (now - AGAIN, now, [str(one) for one in touched])).fetchall()
        )
        wishes = decide([one for one in self._evidence if one.account in touched], now.timestamp(), earlier)
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
        _ACT, (wish.account, wish.kind.value, reason, list(wish.signals), now, now + wish.lasts)
    ).fetchone()
    return row[0] if row else None
