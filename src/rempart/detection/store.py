"""The detectors' only writing: signals noted, and the beat that says they are alive."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from rempart.detection.engine import Signal
from rempart.detection.source import Cursor

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NOTE = """
    select signal, alert, muted from detection.note(array(
        select row(at, detector, family, account,
                   (select network from journal.entry e where e.seq = n.seq limit 1),
                   organisation, seq, facts, limits, weight, observed)::detection.noted
          from unnest(%s::timestamptz[], %s::text[], %s::text[], %s::bigint[], %s::bigint[], %s::bigint[],
                      %s::jsonb[], %s::jsonb[], %s::real[], %s::boolean[]) with ordinality
               as n(at, detector, family, account, organisation, seq, facts, limits, weight, observed, place)
         order by place), %s)
"""


@dataclass(frozen=True, slots=True)
class Noted:
    """A signal as it was kept. `id` is None where it had been noted before."""

    signal: Signal
    id: int | None
    alert: int | None
    muted: bool


def moment(at: int) -> datetime:
    """Microseconds since 1970 as a time."""
    return _EPOCH + timedelta(microseconds=at)


def note(connection: psycopg.Connection[Any], signals: Sequence[Signal], now: datetime) -> list[Noted]:
    """Keep signals, gather them into alerts. Noting one again changes nothing."""
    if not signals:
        return []
    columns = (
        [moment(signal.at) for signal in signals],
        [signal.detector.name for signal in signals],
        [signal.detector.family.value for signal in signals],
        [signal.account or None for signal in signals],
        [signal.organisation or None for signal in signals],
        [signal.seq for signal in signals],
        [Jsonb(signal.facts) for signal in signals],
        [Jsonb(signal.limits) for signal in signals],
        [signal.detector.weight for signal in signals],
        [signal.observed for signal in signals],
    )
    rows = connection.execute(_NOTE, (*columns, now)).fetchall()
    return [Noted(signal, *row) for signal, row in zip(signals, rows, strict=True)]


def beat(
    connection: psycopg.Connection[Any], now: datetime, seen: datetime, lag: float, after: Cursor
) -> bool:
    """Alive at `now`, with every entry up to `seen` looked at, `after` the last; `lag`: seconds behind.

    False, and no beat, while look-ups wait behind a transaction that somebody holds open.
    """
    given = (now, seen, lag, after.x, after.seq)
    row = connection.execute("select detection.beat(%s, %s, %s::real, %s, %s)", given).fetchone()
    return bool(row and row[0])


def settings(connection: psycopg.Connection[Any]) -> list[tuple[str, str, bool, float]]:
    """What differs from the shipped thresholds: detector, name, trial, value."""
    return list(
        connection.execute("select detector, name, trial, value from detection.setting order by 1, 2, 3")
    )
