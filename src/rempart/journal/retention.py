"""Old days leave the table once their entries were found, one by one, in sealed files that verify.

The files stay: who was shown whom is still answered from them, and the chain of checkpoints goes on. A legal
hold suspends dropping, whatever the age.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import psycopg

from rempart.journal.store import lines_of_day
from rempart.vocabulary.faults import Fault
from rempart_verify.merkle import SIZE, leaf_hash
from rempart_verify.place import Place
from rempart_verify.tree import leaves_of

LEAST = 35
"""Days that always stay: limits and habits look back thirty."""
_PARTITIONS = """
    select to_date(right(relname, 8), 'YYYYMMDD')
      from pg_inherits join pg_class on pg_class.oid = inhrelid
     where inhparent = 'journal.entry'::regclass and relname ~ '^entry_[0-9]{8}$' order by 1
"""


class RetentionFault(Fault):
    """Something keeps a day in the table: nothing more is dropped."""

    exit_code = 9


@dataclass(frozen=True, slots=True)
class Day:
    """A partition that is old enough, and the range of leaves that its entries lie in."""

    day: date
    entries: int
    start: int
    end: int


def holds(connection: psycopg.Connection[Any]) -> list[dict[str, Any]]:
    """Every legal hold, the active ones first."""
    names = ("id", "reason", "placed_at", "placed_by", "lifted_at", "lifted_by")
    query = f"select {', '.join(names)} from journal.hold order by lifted_at is not null, id"  # noqa: S608
    return [dict(zip(names, row, strict=True)) for row in connection.execute(query.encode()).fetchall()]


def old(connection: psycopg.Connection[Any], keep: int, today: date) -> Iterator[Day]:
    """Days whose every moment is more than `keep` days ago, oldest first. Raises RetentionFault."""
    if keep < LEAST:
        raise RetentionFault(f"At least {LEAST} days stay in the table.", f"--keep {LEAST} or more")
    for (day,) in connection.execute(_PARTITIONS).fetchall():
        if day < today - timedelta(days=keep):
            yield _day(connection, day)


def _day(connection: psycopg.Connection[Any], day: date) -> Day:
    """Where its entries lie in the journal's order: between two checkpoints that the table knows."""
    query = """
        with held as (select epoch, x, seq from journal.entry
                       where at >= %(day)s::date::timestamp at time zone 'UTC'
                         and at < (%(day)s::date + 1)::timestamp at time zone 'UTC'),
             first as (select * from held order by epoch, x, seq limit 1),
             last as (select * from held order by epoch desc, x desc, seq desc limit 1)
        select (select count(*) from held),
               coalesce((select max(size) from journal.checkpoint c, first f
                          where (c.epoch, c.x, c.seq) < (f.epoch, f.x, f.seq)), 0),
               coalesce((select min(size) from journal.checkpoint c, last l
                          where (c.epoch, c.x, c.seq) >= (l.epoch, l.x, l.seq)), 0)
    """
    row = connection.execute(query, {"day": day}).fetchone() or (0, 0, 0)
    return Day(day, *row)


def prove(connection: psycopg.Connection[Any], place: Place, day: Day, sealed: int) -> None:
    """Find each of a day's entries, as the table holds it, among `sealed` verified leaves.

    Raises RetentionFault where one is not there.
    """
    if day.entries and not 0 < day.end <= sealed:
        raise RetentionFault(f"{day.day} holds entries that are not sealed.", "rempart journal status")
    held = leaves_of(place.get, day.start, day.end)
    known = {held[i : i + SIZE] for i in range(0, len(held), SIZE)}
    found = 0
    for line in lines_of_day(connection, day.day):
        found += 1
        if leaf_hash(line) not in known:
            raise RetentionFault(
                f"An entry of {day.day} is in no sealed file as the table holds it.",
                "rempart journal verify; compare the table with a backup",
            )
    if found != day.entries:
        raise RetentionFault(f"{day.day} changed while it was read.", "try again")


def drop(connection: psycopg.Connection[Any], day: Day, by: str) -> None:
    """Drop a day that was proved. The database looks once more. Raises RetentionFault."""
    try:
        connection.execute("select journal.drop_day(%s, %s, %s)", [day.day, day.entries, by])
    except psycopg.errors.LockNotAvailable:
        raise RetentionFault("The journal is busy.", "try again in a quiet hour") from None
    except psycopg.errors.ObjectNotInPrerequisiteState as refused:
        reason = refused.diag.message_primary or "refused"
        raise RetentionFault(
            f"{day.day} stays: {reason}.", "rempart journal hold; rempart journal status"
        ) from None
