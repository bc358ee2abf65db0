"""Where sealing stands: what the newest checkpoint covers, what waits, and why nothing goes on."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg

from rempart.journal.sealer import STATUS

LATE = 60.0
"""Seconds that an entry may wait before somebody should look."""

_STANDING = """
    with newest as (
        select size, root, at, epoch, x, seq from journal.checkpoint
        union all select 0, null, null, 0, '0'::xid8, 0
        order by size desc limit 1
    ), waiting as (
        select e.at from journal.entry e, newest n
         where e.x >= n.x and (e.epoch, e.x, e.seq) > (n.epoch, n.x, n.seq)
        union all select e.at from journal.entry e, newest n where e.x < n.x and e.epoch > n.epoch
    )
    select size, encode(root, 'hex'), newest.at, count(waiting.at),
           coalesce(extract(epoch from clock_timestamp() - min(waiting.at)), 0)::float8
      from newest left join waiting on true group by 1, 2, 3
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """`root` in hexadecimal; `waiting` in entries; `lag` in seconds, the age of the oldest that waits."""

    size: int
    root: str | None
    checkpoint_at: datetime | None
    waiting: int
    lag: float
    fault: str

    @property
    def is_well(self) -> bool:
        return not self.fault and self.lag <= LATE


def standing(connection: psycopg.Connection[Any], data: Path) -> Standing:
    """As the database has it, with what the sealer last said of itself. Any role that reads the journal."""
    size, root, at, waiting, lag = connection.execute(_STANDING).fetchone() or (0, None, None, 0, 0.0)
    return Standing(size, root, at, waiting, round(max(0.0, lag), 1), _fault(data))


def _fault(data: Path) -> str:
    try:
        return str(json.loads((data / STATUS).read_text("utf-8"))["fault"])
    except (OSError, ValueError, KeyError):  # never started, or of another user
        return ""
