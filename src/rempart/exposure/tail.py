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
_EPOCH = """
select pg_get_expr(d.adbin, d.adrelid)::integer
  from pg_attrdef d join pg_attribute a on a.attrelid = d.adrelid and a.attnum = d.adnum
 where d.adrelid = 'journal.entry'::regclass and a.attname = 'epoch'
"""
"""The epoch that entries are written in now."""


def after(connection: psycopg.Connection[Any], last: str) -> pa.Table:
    """Committed entries after `last` (epoch/transaction/sequence; empty: all), in one snapshot."""
    row = connection.execute(_EPOCH).fetchone()
    tables, held = [], bytearray()
    with connection.cursor() as cursor, cursor.copy(query(last, row[0] if row else 1)) as rows:
        for line in rows:
            held += line
            if len(held) > _AT_ONCE:
                tables.append(table_of(bytes(held)))
                held.clear()
    if held:
        tables.append(table_of(bytes(held)))
    return pa.concat_tables(tables) if tables else SCHEMA.empty_table()


def query(last: str, epoch: int) -> bytes:
    """What copies the entries after `last` out, as canonical lines, while `epoch` is the newest."""
    columns = ", ".join(_WRITTEN.get(name, name) for name in COLUMNS)
    rows = f"select {VERSION}, {columns} from journal.entry where {_beyond(last, epoch)}"  # noqa: S608  # constants and numbers
    return f"copy ({rows}) to stdout".encode()


def _beyond(last: str, epoch: int) -> str:
    """By the index on (x, seq) within an epoch; only just after a restore every entry is looked at."""
    if not last:
        return "true"
    sealed, x, seq = (int(number) for number in last.split("/"))
    same = f"(epoch = {sealed} and (x, seq) > ('{x}'::xid8, {seq}))"
    return f"{same} or epoch > {sealed}" if epoch > sealed else same
