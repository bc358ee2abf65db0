"""Which files and rows a question runs over: sealed entries up to one checkpoint, then the live tail.

The checkpoint is read first and is the boundary: files count up to its size, and from the table only what
comes after its last entry. So whatever is sealed meanwhile, nothing is counted twice and nothing is missed.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
import pyarrow as pa

from rempart.exposure.errors import SourceFault
from rempart.exposure.tail import after
from rempart.journal.objects import Objects
from rempart_verify.layout import CHECKPOINT, KEY, Span, spans
from rempart_verify.note import Checkpoint, NoteError, PublicKey, opened

ACCOUNT, PERSON = "by-account", "by-person"
"""Kinds of projection: the folder they stand in, and what they are sorted by."""


@dataclass(frozen=True, slots=True)
class Source:
    """What to read. `files` are paths, or objects of a bucket where `bucket` is its URL."""

    files: tuple[str, ...] = ()
    tail: pa.Table | None = field(default=None, repr=False)
    sealed: int = 0
    """Entries in `files`."""
    bucket: str = ""
    projected: int = 0
    """How many of the sealed ones are read from projections."""

    @property
    def live(self) -> int:
        """Entries that are not sealed yet."""
        return len(self.tail) if self.tail is not None else 0


def checkpoint_of(objects: Objects) -> Checkpoint | None:
    """The newest checkpoint; None where nothing was sealed yet. Raises SourceFault when it is not sound."""
    note, key = objects.get(CHECKPOINT), objects.get(KEY)
    if note is None:
        return None
    try:
        return opened(note.decode(), PublicKey.parse((key or b"").decode()))
    except (NoteError, UnicodeDecodeError):
        raise SourceFault(
            "The sealed journal's checkpoint cannot be trusted.", "rempart journal verify"
        ) from None


def read(
    objects: Objects,
    connection: psycopg.Connection[Any] | None,
    projections: Path | None = None,
    kind: str = ACCOUNT,
) -> Source:
    """The source of this moment: without a connection what is sealed, without a folder no projections."""
    checkpoint = checkpoint_of(objects)
    size = checkpoint.size if checkpoint else 0
    chosen = cover(segments(objects, size), _projections(projections, kind, size), size)
    return Source(
        files=tuple(_path(objects, span) for span in chosen),
        tail=after(connection, checkpoint.last if checkpoint else "") if connection else None,
        sealed=size,
        bucket=objects.url if objects.url.startswith("s3://") else "",
        projected=sum(span.end - span.start for span in chosen if Path(span.name).is_absolute()),
    )


def segments(objects: Objects, size: int) -> list[Span]:
    """The sealed segments that count."""
    return spans(objects.names("segments"), size)


def cover(plain: Iterable[Span], projected: Iterable[Span], size: int) -> list[Span]:
    """Files that hold each leaf from 0 to `size` exactly once, as few as can be from plain segments.

    Raises SourceFault when a leaf is in none.
    """
    steps = [(span, span.end - span.start) for span in plain] + [(span, 0) for span in projected]
    best: dict[int, tuple[int, Span | None]] = {0: (0, None)}
    for span, cost in sorted(steps, key=lambda step: step[0].start):
        before = best.get(span.start)
        if before and (span.end not in best or before[0] + cost < best[span.end][0]):
            best[span.end] = (before[0] + cost, span)
    if size not in best:
        raise SourceFault("Segments of the sealed journal are missing.", "rempart journal verify")
    found: list[Span] = []
    while span_here := best[size][1]:
        found.append(span_here)
        size = span_here.start
    return found[::-1]


def _projections(folder: Path | None, kind: str, size: int) -> list[Span]:
    if folder is None:
        return []
    return spans((str(path) for path in (folder / kind).glob("*.parquet")), size)


def _path(objects: Objects, span: Span) -> str:
    if Path(span.name).is_absolute():
        return span.name
    return span.name if objects.url.startswith("s3://") else f"{objects.url}/{span.name}"
