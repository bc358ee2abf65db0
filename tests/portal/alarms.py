"""Signals and alerts as detectors would note them, for the desk's pages."""

from datetime import UTC, datetime
from typing import Any

from psycopg.types.json import Jsonb

from rempart.detection.known import known

_NOTE = """select alert from detection.note(array[row(%s, %s, %s, %s, %s, null, %s, %s, %s, %s, %s)
    ::detection.noted], %s)"""


def signal(
    owner: Any,
    account: int | None,
    detector: str = "decoy",
    *,
    network: str = "192.0.2.7",
    observed: bool = False,
    weight: float | None = None,
) -> int:
    """Note a signal about an account's latest look-up; gives the number of its alert."""
    found, now = known()[detector], datetime.now(UTC)
    row = owner.execute(
        "select seq from journal.entry where account = %s order by seq desc limit 1", (account,)
    ).fetchone()
    if row is None or owner.execute("select 1 from detection.signal where seq = %s", row).fetchone():
        row = owner.execute("select nextval(pg_get_serial_sequence('journal.entry', 'seq'))").fetchone()
    facts = Jsonb(dict.fromkeys(found.facts, 3.0))
    limits = Jsonb({name: limit.value for name, limit in found.limits.items()})
    heavy = found.weight if weight is None else weight
    given = (now, detector, found.family.value, account, network, row[0], facts, limits, heavy, observed, now)
    return owner.execute(_NOTE, given).fetchone()[0]
