"""Entries from PostgreSQL, in commit order, behind a safe horizon: the same query live and in a replay.

`seq` is given out before a transaction commits, so its order is not the order of commits. Everything below
the oldest transaction still running is final: entries are taken there, by transaction, then `seq`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import psycopg

from rempart.detection.entries import CHANNELS, ENTRY, PROFESSIONS, PURPOSES, REASONS, VERDICTS

BATCH = 100_000
_BITS = {"i1": "int2", "i2": "int2", "i4": "int4", "i8": "int8"}
_WIDTH = {"int2": 2, "int4": 4, "int8": 8}


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last entry taken: transaction and sequence. Nothing at or before it is taken again."""

    x: int = 0
    seq: int = 0


def _word(column: str, numbers: dict[str, int]) -> str:
    cases = " ".join(f"when '{word}' then {number}" for word, number in numbers.items())
    return f"case {column} {cases} else 0 end"


def _hash(column: str) -> str:
    return f"coalesce(hashtextextended({column}, 0), 0)"


def _network(v4: int, v6: int) -> str:
    """A hash of the network that an address is in."""
    widths = f"case family(e.network) when 4 then {v4} else {v6} end"
    return f"coalesce(hashinetextended(network(set_masklen(e.network, {widths})), 0), 0)"


def _department(column: str) -> str:
    """2A → 201, 2B → 202, 971 → 971; -1: not known."""
    return (
        f"case when {column} = '2A' then 201 when {column} = '2B' then 202"
        f" when {column} ~ '^[0-9][0-9]?[0-9]?$' then {column}::integer else -1 end"
    )


_COLUMNS = {
    "x": "e.x::text::bigint",
    "seq": "e.seq",
    "at": "e.at",  # as PostgreSQL holds it: an 8-byte integer too
    "kind": "case when starts_with(e.tag, 'care:') then 1 else 0 end",
    "account": "coalesce(e.account, 0)",
    "organisation": "coalesce(e.organisation, 0)",
    "session": _hash("e.session"),
    "device": _hash("nullif(e.device, '')"),
    "software": _hash("e.software"),
    "network": _network(32, 56),
    "carrier": _network(16, 32),
    "declared": "case when e.network <<= any (o.declared_networks::inet[]) then 1 else 0 end",
    "channel": _word("e.channel", CHANNELS),
    "purpose": _word("e.purpose", PURPOSES),
    "profession": _word("e.profession", PROFESSIONS),
    "assurance": "coalesce(e.assurance, 0)",
    "proof": "coalesce(e.proof, 0)",
    "verdict": _word("e.verdict", VERDICTS),
    "reason": _word("e.reason", REASONS),
    "hit": "case when e.hit then 1 when not e.hit then 0 else -1 end",
    "cost": "coalesce(e.cost, 0)",
    "count": "e.count",
    "insurer": "coalesce(e.insurer, 0)",
    "categories": "coalesce(e.categories, 0)",
    "department": _department("e.department"),
    "home": _department("o.department"),
    "birth_month": "coalesce(e.birth_month, 0)",
    "prefix_month": "coalesce(e.prefix_month, 0)",
    "prefix_commune": "coalesce(e.prefix_commune, 0)",
    "person": "coalesce(e.person, 0)",
    "terminal": "coalesce(e.terminal, 0)",
}
"""Every field of ENTRY but `decoy`, as PostgreSQL computes it."""

_SELECT = ", ".join(
    text if name == "at" else f"({text})::{_BITS[ENTRY[name].str[1:]]}" for name, text in _COLUMNS.items()
)
_EPOCH = 946_684_800_000_000
"""PostgreSQL counts microseconds from 2000; entries from 1970."""
_QUERY = (
    f"select {_SELECT} from journal.entry e"  # noqa: S608
    " left join access.access_organisation o on o.id = e.organisation"
    " where (e.x, e.seq) > ('{x}'::xid8, {seq}::bigint) and e.x < pg_snapshot_xmin(pg_current_snapshot())"
    " and (starts_with(e.tag, 'gate:lookup:') or starts_with(e.tag, 'care:'))"
    " and e.at >= to_timestamp({since}) order by e.x, e.seq"
)  # our own text: numbers and constants alone


def _binary() -> np.dtype[Any]:
    """A row of binary COPY: the number of fields, then length and value of each, all big-endian."""
    fields: list[tuple[str, str]] = [("fields", ">i2")]
    for name in _COLUMNS:
        width = _WIDTH[_BITS[ENTRY[name].str[1:]]]
        fields += [(f"{name}_length", ">i4"), (name, f">i{width}")]
    return np.dtype(fields)


_ROW = _binary()
_HEADER, _TRAILER = 19, 2


def entries_of(copied: bytes) -> np.ndarray:
    """ENTRY records from what COPY … (FORMAT binary) wrote. `decoy` is 0: only the detectors' key says."""
    rows = np.frombuffer(
        copied, _ROW, offset=_HEADER, count=(len(copied) - _HEADER - _TRAILER) // _ROW.itemsize
    )
    made = np.zeros(len(rows), ENTRY)
    for name in _COLUMNS:
        made[name] = rows[name]
    made["at"] += _EPOCH
    return made


def read(
    connection: psycopg.Connection[Any], after: Cursor, *, most: int = BATCH, since: float = 0.0
) -> np.ndarray:
    """The next entries after a cursor, at most so many, none that is older than `since` (seconds)."""
    query = _query(after, since) + f" limit {int(most)}"
    with connection.cursor() as cursor, cursor.copy(f"copy ({query}) to stdout (format binary)") as copy:
        return entries_of(b"".join(bytes(block) for block in copy))


def batches(
    connection: psycopg.Connection[Any], after: Cursor, *, most: int = BATCH, since: float = 0.0
) -> Iterator[np.ndarray]:
    """Every entry there is after a cursor, in batches: one query, so that a long journal is sorted once."""
    query = _query(after, since)
    with connection.cursor() as cursor, cursor.copy(f"copy ({query}) to stdout (format binary)") as copy:
        held = bytearray()
        for block in copy:
            held += block
            while len(held) >= _HEADER + most * _ROW.itemsize:
                yield _taken(held, most)
        if rest := (len(held) - _HEADER) // _ROW.itemsize:
            yield _taken(held, rest)


def _taken(held: bytearray, count: int) -> np.ndarray:
    """The first records of what was copied so far, which loses them and keeps its header's length."""
    size = count * _ROW.itemsize
    made = entries_of(bytes(held[: _HEADER + size]) + b"--")
    del held[:size]
    return made


def _query(after: Cursor, since: float) -> str:
    return _QUERY.format(x=int(after.x), seq=int(after.seq), since=float(since))


def last_of(entries: np.ndarray) -> Cursor:
    """Where the next batch goes on."""
    return Cursor(int(entries["x"][-1]), int(entries["seq"][-1]))
