"""One segment read and hashed again, and compared with the leaves that the tree's files hold for it."""

import re
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime

import pyarrow as pa
import pyarrow.parquet as pq

from rempart_verify.canonical import FEW, leaf_hashes
from rempart_verify.finding import CHANGED, DATES, INSERTED, REMOVED, REORDERED, UNREADABLE
from rempart_verify.layout import Span
from rempart_verify.merkle import SIZE
from rempart_verify.place import Place
from rempart_verify.schema import COLUMNS, VERSION
from rempart_verify.statistics import wrong_statistics
from rempart_verify.tree import leaves_of

ROWS = 100_000
"""Hashed at once: what one process holds in memory."""
_MAGIC = b"PAR1"
_DAY = re.compile(r"/day=(\d{4}-\d{2}-\d{2})/")


@dataclass(frozen=True, slots=True)
class Read:
    """What was found in one segment."""

    span: Span
    entries: int
    what: str = ""
    """A word of `finding`; empty where all is well."""
    entry: int | None = None
    more: str = ""
    leaves: bytes = b""
    """Its own leaf hashes, kept only where they are not the tree's."""


def read(place: Place, span: Span) -> Read:
    """Hash a segment again. What cannot be read is a finding, never an error."""
    try:
        with place.open(span.name) as source:
            if source.read(len(_MAGIC)) != _MAGIC:
                return Read(span, 0, UNREADABLE, span.start, "It does not begin as Parquet does.")
            file = pq.ParquetFile(source, read_dictionary=FEW)
            if problem := _version(file) or _columns(file.schema_arrow):
                return Read(span, 0, UNREADABLE, span.start, problem)
            found, day, misled = _hashed(file)
    except (OSError, ValueError, pa.ArrowException) as fault:
        return Read(span, 0, UNREADABLE, span.start, f"It cannot be read ({type(fault).__name__}).")
    compared = _compared(span, b"".join(found), leaves_of(place.get, span.start, span.end), day)
    if misled and not compared.what:
        return Read(span, compared.entries, CHANGED, None, misled)
    return compared


def _version(file: pq.ParquetFile) -> str:
    version = (file.metadata.metadata or {}).get(b"rempart.schema", str(VERSION).encode())
    known = version == str(VERSION).encode()
    return "" if known else f"It is of schema {version.decode(errors='replace')}; this tool knows {VERSION}."


def _columns(schema: pa.Schema) -> str:
    names = [name for name in COLUMNS if name not in schema.names]
    if names or len(schema.names) != len(COLUMNS):
        return f"Its columns are not those of an entry (missing: {', '.join(names) or 'none'})."
    for name, kind in COLUMNS.items():
        held = schema.field(name).type
        if (held.value_type if pa.types.is_dictionary(held) else held) != kind:
            return f"Its column {name} is {held}, not {kind}."
    return ""


def _hashed(file: pq.ParquetFile) -> tuple[list[bytes], str, str]:
    """The leaf hashes, the day of the first entry, and what is wrong with the statistics."""
    found: list[bytes] = []
    day = misled = ""
    for group in range(file.num_row_groups):
        for batch in file.iter_batches(ROWS, row_groups=[group], use_threads=False):
            if not found and len(batch) and batch.column("at")[0].is_valid:
                moment = batch.column("at")[0].cast(pa.int64()).as_py() / 1e6
                day = datetime.fromtimestamp(moment, UTC).date().isoformat()
            found += leaf_hashes(batch)
            misled = misled or wrong_statistics(file.metadata.row_group(group), batch)
    return found, day, misled


def _compared(span: Span, own: bytes, tree: bytes, day: str) -> Read:
    count = len(own) // SIZE
    if own != tree or count != span.end - span.start:
        what, place, more = _difference(own, tree, span.end - span.start)
        return Read(span, count, what, span.start + place, more, own)
    named = _DAY.search(f"/{span.name}")
    if not named or named[1] != day:
        return Read(
            span, count, DATES, span.start, f"It lies under another day than its first entry's {day}."
        )
    return Read(span, count)


def _difference(own: bytes, tree: bytes, expected: int) -> tuple[str, int, str]:
    """What happened, at which row, and a sentence."""
    ours = [own[i : i + SIZE] for i in range(0, len(own), SIZE)]
    theirs = [tree[i : i + SIZE] for i in range(0, len(tree), SIZE)]
    first = next((i for i, (a, b) in enumerate(zip(ours, theirs, strict=False)) if a != b), None)
    place = min(len(ours), len(theirs)) if first is None else first
    if len(ours) < expected:
        return REMOVED, place, f"It holds {len(ours)} entries of {expected}."
    if len(ours) > expected:
        return INSERTED, place, f"It holds {len(ours)} entries, {len(ours) - expected} more than were sealed."
    if Counter(ours) == Counter(theirs):
        return REORDERED, place, "Its entries are those that were sealed, in another order."
    wrong = sum(a != b for a, b in zip(ours, theirs, strict=False)) + abs(len(ours) - len(theirs))
    return CHANGED, place, f"{wrong} of its entries are not what the tree of hashes says."
