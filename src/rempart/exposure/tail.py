"""The journal's newest entries, not sealed yet: out of PostgreSQL, in the segments' own types."""

from typing import Any

import psycopg
import pyarrow as pa

from rempart.journal.canonical import table_of
from rempart_verify.schema import COLUMNS, SCHEMA, VERSION

_WRITTEN = {
    "at": "(extract(epoch from at) * 1000000)::bigint",
    "network": "host(network)",
}
_AT_ONCE = 1 << 24
"""Bytes turned into columns together."""


def after(connection: psycopg.Connection[Any], last: str) -> pa.Table:
    """Committed entries after `last` (epoch/transaction/sequence; empty: all), in one snapshot."""
    columns = ", ".join(_WRITTEN.get(name, name) for name in COLUMNS)
    query = f"copy (select {VERSION}, {columns} from journal.entry where {_beyond(last)}) to stdout"  # noqa: S608  # constants and numbers
    tables, held = [], bytearray()
    with connection.cursor() as cursor, cursor.copy(query.encode()) as rows:
        for row in rows:
            held += row
            if len(held) > _AT_ONCE:
                tables.append(table_of(bytes(held)))
                held.clear()
    if held:
        tables.append(table_of(bytes(held)))
    return pa.concat_tables(tables) if tables else SCHEMA.empty_table()


def _beyond(last: str) -> str:
    if not last:
        return "true"
    epoch, x, seq = (int(number) for number in last.split("/"))
    return f"(epoch, x, seq) > ({epoch}, '{x}'::xid8, {seq})"
