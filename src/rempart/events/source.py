"""Entries for other systems: in the journal's order, behind a safe horizon, and only what is on disk.

Below the oldest transaction that still runs everything is final (detection/source.py). What a crash of
the database could still undo is not told to anybody: it would have been told of what never was, and
others would later come where we believe to have been.
"""

import time
from dataclasses import dataclass
from typing import Any

import psycopg

from rempart.events.entry import Entry, entries_of
from rempart_verify.schema import COLUMNS, VERSION

_GLANCE = 0.02
Connection = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True, order=True)
class Cursor:
    """The last entry taken. Nothing at or before it is taken again."""

    epoch: int = 0
    x: int = 0
    seq: int = 0


_AS_WRITTEN = {
    "x": "x::text::bigint",
    "at": "(extract(epoch from at) * 1000000)::bigint",
    "network": "host(network)",
    "details": "details::text",
}
_LINE = ", ".join(_AS_WRITTEN.get(name, name) for name in COLUMNS)
_BEHIND = "x < pg_snapshot_xmin(pg_current_snapshot())"
_AFTER = "epoch = {epoch} and (x, seq) > ('{x}'::xid8, {seq}::bigint) and ({past} or " + _BEHIND + ")"
_QUERY = (
    f"copy (select {VERSION}, {_LINE} from journal.entry"  # noqa: S608  # numbers and constants alone
    f" where {_AFTER} order by entry.x, entry.seq limit {{most}}) to stdout"  # x alone is the written column
)
_NEWEST = "select epoch from journal.entry order by seq desc limit 1"
_WRITTEN = "select pg_current_wal_insert_lsn()"
_ON_DISK = "select pg_current_wal_flush_lsn() >= %s::pg_lsn"
_END = f"""
    select epoch, x::text::bigint, seq from journal.entry
     where epoch = %s and {_BEHIND} order by entry.x desc, entry.seq desc limit 1
"""  # noqa: S608  # constants


def read(connection: Connection, after: Cursor, *, most: int) -> list[Entry]:
    """The next entries after a cursor, at most so many, all of one epoch, on disk when this returns."""
    newest = _newest(connection)
    lines = _copied(connection, after, newest, most)
    while not lines and after.epoch < newest:
        after = Cursor(after.epoch + 1)
        lines = _copied(connection, after, newest, most)
    if lines:
        _wait_for_disk(connection)
    return entries_of(lines)


def rows(connection: Connection, after: Cursor, columns: str, *, most: int) -> list[tuple[Any, ...]]:
    """The same entries as `read` by some columns alone, on disk or not: for what is only counted."""
    newest = _newest(connection)
    query = f"select {columns} from journal.entry where {_AFTER} order by entry.x, entry.seq limit {{most}}"  # noqa: S608  # constants
    found = connection.execute(_filled(query, after, newest, most).encode()).fetchall()
    if not found and after.epoch < newest:
        return rows(connection, Cursor(after.epoch + 1), columns, most=most)
    return found


def end(connection: Connection) -> Cursor:
    """The newest entry that could be read now."""
    epoch = _newest(connection)
    row = connection.execute(_END, [epoch]).fetchone()
    _wait_for_disk(connection)
    return Cursor(*row) if row else Cursor(epoch)


def waiting_since(connection: Connection, after: Cursor) -> float | None:
    """When the first entry that a cursor has not passed was written (seconds since 1970); None: none has."""
    found = rows(connection, after, "at", most=1)
    return float(found[0][0].timestamp()) if found else None


def cursor_of(entry: Entry) -> Cursor:
    return Cursor(entry.epoch, entry.x, entry.seq)


def _newest(connection: Connection) -> int:
    row = connection.execute(_NEWEST).fetchone()
    return int(row[0]) if row else 1


def _copied(connection: Connection, after: Cursor, newest: int, most: int) -> bytes:
    query = _filled(_QUERY, after, newest, most)
    with connection.cursor() as cursor, cursor.copy(query.encode()) as copy:
        return b"".join(bytes(block) for block in copy)


def _filled(query: str, after: Cursor, newest: int, most: int) -> str:
    """An earlier epoch is over: its numbers say nothing of transactions that run now."""
    past = "true" if after.epoch < newest else "false"
    return query.format(epoch=int(after.epoch), x=int(after.x), seq=int(after.seq), past=past, most=int(most))


def _wait_for_disk(connection: Connection) -> None:
    """Until all that was written before now is on disk: within milliseconds while the gate works."""
    row = connection.execute(_WRITTEN).fetchone()
    while not (connection.execute(_ON_DISK, row).fetchone() or (False,))[0]:
        time.sleep(_GLANCE)
