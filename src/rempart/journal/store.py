"""The journal's table as the sealer reads it: in its order, behind a safe horizon, as canonical lines.

`seq` is given out before a transaction commits, so its order is not the order of commits. Below the oldest
transaction that still runs everything is final: entries are taken there, by epoch, transaction, `seq`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import psycopg

from rempart.vocabulary.faults import Fault
from rempart_verify.schema import COLUMNS, VERSION

Connection = psycopg.Connection[Any]


class UncertainFault(Fault):
    """A commit was not confirmed by every place that must have it: publish nothing, and try again."""


@dataclass(frozen=True, slots=True, order=True)
class Position:
    """Of an entry in the journal's order; `str` is how a checkpoint writes it."""

    epoch: int = 0
    x: int = 0
    seq: int = 0

    def __str__(self) -> str:
        return f"{self.epoch}/{self.x}/{self.seq}"

    @classmethod
    def parse(cls, text: str) -> "Position":
        """From EPOCH/TRANSACTION/SEQUENCE. Raises ValueError."""
        return cls(*(int(part) for part in text.split("/")))

    @classmethod
    def of_last(cls, lines: bytes) -> "Position":
        """Of the last of canonical lines."""
        line = lines[lines.rfind(b"\n", 0, -1) + 1 :]
        _, x, seq, epoch, _ = line.split(b"\t", 4)
        return cls(int(epoch), int(x), int(seq))


@dataclass(frozen=True, slots=True)
class Sealed:
    """One row of `journal.checkpoint`: so many entries, up to that one, have this root."""

    size: int
    root: bytes
    last: Position
    at: datetime


_WRITTEN = {
    "x": "x::text::bigint",
    "at": "(extract(epoch from at) * 1000000)::bigint",
    "network": "host(network)",
}
_LINE = ", ".join(_WRITTEN.get(name, name) for name in COLUMNS)
_BEHIND = "x < pg_snapshot_xmin(pg_current_snapshot())"
_ORDER = "order by entry.x, entry.seq"  # by the index: a bare x would be the column as it is written
_ROW = "select size, root, epoch, x::text::bigint, seq, at from journal.checkpoint"


class Store:
    """One connection of the role `sealer`, autocommit.

    What it read stands in the database's log of changes before what it writes: so once that is durable, so
    is all that was read.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._warned = False
        connection.add_notice_handler(self._hear)

    def read(self, after: Position, most: int) -> bytes:
        """The next final entries after a position, at most so many, all of one epoch; empty: none yet."""
        current = self._epoch()
        while True:
            final = "true" if after.epoch < current else _BEHIND
            lines = self._lines(after, f"{final} {_ORDER} limit {int(most)}")
            if lines or after.epoch >= current:
                return lines
            after = Position(after.epoch + 1)

    def read_again(self, after: Position, last: Position) -> bytes:
        """What was read once: after a position, up to and with another."""
        start = after if after.epoch == last.epoch else Position(last.epoch)
        return self._lines(start, f"(x, seq) <= {_pair(last)} {_ORDER}")

    def sealed(self, size: int) -> Sealed | None:
        """The row of exactly that size."""
        return self._row(f"{_ROW} where size = %s", size)

    def sealed_beyond(self, size: int) -> Sealed | None:
        """The first row beyond that size: noted, and not known to be published."""
        return self._row(f"{_ROW} where size > %s order by size limit 1", size)

    def newest(self) -> Sealed | None:
        """What the table knows as sealed."""
        return self._row(f"{_ROW} where size > %s order by size desc limit 1", 0)

    def note(self, sealed: Sealed) -> None:
        """Commit the row, durably and wherever the database must have it. Raises UncertainFault."""
        last = sealed.last
        self._durably(
            "select journal.seal(%s, %s, %s, %s::text::xid8, %s, %s)",
            [sealed.size, sealed.root, last.epoch, str(last.x), last.seq, sealed.at],
        )

    def confirm(self) -> None:
        """Make everything that was read so far durable. Raises UncertainFault."""
        self._durably("select gate.flush()", [])

    def _durably(self, query: str, values: list[object]) -> None:
        """A cancelled wait for a standby is told by a warning alone, and the commit calls itself done."""
        self._warned = False
        with self._connection.transaction():
            self._connection.execute("set local synchronous_commit = on")
            self._connection.execute(query, values)
        if self._warned:
            raise UncertainFault(
                "The database did not confirm that what is to be sealed is durable.",
                "see that its standby answers",
            )

    def _hear(self, _: object) -> None:
        self._warned = True

    def _epoch(self) -> int:
        row = self._connection.execute("select max(number) from journal.epoch").fetchone()
        return int(row[0]) if row else 1

    def _row(self, query: str, size: int) -> Sealed | None:
        row = self._connection.execute(query.encode(), [size]).fetchone()
        return Sealed(row[0], row[1], Position(*row[2:5]), row[5]) if row else None

    def _lines(self, after: Position, more: str) -> bytes:
        query = (
            f"copy (select {VERSION}, {_LINE} from journal.entry"  # noqa: S608  # numbers and constants
            f" where epoch = {int(after.epoch)} and (x, seq) > {_pair(after)} and {more}) to stdout"
        )
        with self._connection.cursor() as cursor, cursor.copy(query.encode()) as copy:
            return b"".join(bytes(block) for block in copy)


def lines_after(connection: Connection, after: Position) -> Iterator[bytes]:
    """Every committed entry behind a position, whatever its epoch, as canonical lines in order."""
    behind = f"epoch > {int(after.epoch)} or (epoch = {int(after.epoch)} and (x, seq) > {_pair(after)})"
    yield from _copied(connection, behind)


def lines_of_day(connection: Connection, day: date) -> Iterator[bytes]:
    """Every entry of a day, UTC, as canonical lines in the journal's order."""
    start, end = (f"'{one.isoformat()} 00:00+00'::timestamptz" for one in (day, day + timedelta(days=1)))
    yield from _copied(connection, f"at >= {start} and at < {end}")


def _copied(connection: Connection, where: str) -> Iterator[bytes]:
    order = "entry.epoch, entry.x, entry.seq"
    rows = f"select {VERSION}, {_LINE} from journal.entry where {where} order by {order}"  # noqa: S608  # numbers
    held = b""
    with connection.cursor() as cursor, cursor.copy(f"copy ({rows}) to stdout".encode()) as copy:
        for block in copy:
            *lines, held = (held + bytes(block)).split(b"\n")
            yield from lines


def _pair(position: Position) -> str:
    return f"('{int(position.x)}'::xid8, {int(position.seq)}::bigint)"
