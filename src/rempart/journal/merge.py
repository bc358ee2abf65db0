"""Small files of finished days become large ones: the same entries, in the same order, under the same tree.

A merged segment is checked against the tree's leaves before it is kept. The small ones stay for a day, for
whoever holds a listing of them; until then a range stands twice, and the widest file counts (`layout`).
"""

import io
import logging
import threading
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from rempart.journal.log import parquet
from rempart.journal.objects import Objects
from rempart.journal.tiles import DamagedFault
from rempart.vocabulary.faults import Fault
from rempart_verify.canonical import FEW, leaf_hashes
from rempart_verify.layout import CHECKPOINT, Span, notes_name, segment_name, spans
from rempart_verify.note import notes_in, read
from rempart_verify.schema import SCHEMA
from rempart_verify.tree import leaves_of

MOST, NOTES = 250_000, 10_000
"""Entries in a merged segment, checkpoints in a merged file, at most: a second or two of work."""
GRACE = 86_400.0
"""Seconds between two rounds, and so before a small file is removed at least."""
_PAUSE = 600.0
_log = logging.getLogger("rempart.journal")


def round_(objects: Objects, today: date) -> int:
    """Remove what an earlier round merged, merge what is due; how many files were made.

    Raises DamagedFault where a segment is not what the tree says: nothing of it is removed.
    """
    note = objects.get(CHECKPOINT)
    if note is None:
        return 0
    size = read(note.decode()).size
    for folder in ("segments", "checkpoints"):
        _sweep(objects, folder, size)
    made = 0
    for run in _segments_due(objects, size, today):
        _merge_segments(objects, run)
        made += 1
    for run in _notes_due(objects, size, today):
        text = b"".join(objects.get(span.name) or b"" for span in run)
        objects.put(notes_name(run[0].start, run[-1].end), text)
        made += 1
    return made


def _sweep(objects: Objects, folder: str, size: int) -> None:
    """Files that lie wholly within a wider one."""
    names = list(objects.names(folder))
    counting = {span.name for span in spans(names, size)}
    for name in names:
        if name not in counting and spans([name], size):
            objects.remove(name)


def _day(span: Span) -> str:
    return Path(span.name).parent.name.removeprefix("day=")


def _segments_due(objects: Objects, size: int, today: date) -> Iterator[list[Span]]:
    """Neighbours below one finished day, together no more than MOST entries."""
    run: list[Span] = []
    for span in spans(objects.names("segments"), size):
        joins = run and span.start == run[-1].end and _day(span) == _day(run[0])
        if not joins or span.end - run[0].start > MOST:
            yield from [run] if len(run) > 1 else []
            run = []
        if _day(span) < today.isoformat():
            run.append(span)
    yield from [run] if len(run) > 1 else []


def _merge_segments(objects: Objects, run: Sequence[Span]) -> None:
    tables = [_table(objects.get(span.name) or b"") for span in run]
    content = parquet(pa.concat_tables(tables))
    start, end = run[0].start, run[-1].end
    leaves = [
        leaf
        for batch in pq.ParquetFile(io.BytesIO(content), read_dictionary=FEW).iter_batches(use_threads=False)
        for leaf in leaf_hashes(batch)
    ]
    if b"".join(leaves) != leaves_of(objects.get, start, end) or len(leaves) != end - start:
        raise DamagedFault(
            f"The segments of entries {start} to {end} are not what the tree says.", "rempart journal verify"
        )
    objects.put(segment_name(_day(run[0]), start, end), content)


def _table(content: bytes) -> pa.Table:
    try:
        return pq.read_table(io.BytesIO(content), schema=SCHEMA)
    except (OSError, ValueError, pa.ArrowException):
        raise DamagedFault("A segment cannot be read.", "rempart journal verify") from None


def _notes_due(objects: Objects, size: int, today: date) -> Iterator[list[Span]]:
    """Neighbours whose newest checkpoint is of a finished day, together no more than NOTES."""
    run: list[Span] = []
    held = 0
    for span in spans(objects.names("checkpoints"), size):
        notes = list(notes_in((objects.get(span.name) or b"").decode()))
        if read(notes[-1]).time.astimezone(UTC).date() >= today:
            break
        if run and (span.start != run[-1].end or held + len(notes) > NOTES):
            yield from [run] if len(run) > 1 else []
            run, held = [], 0
        run.append(span)
        held += len(notes)
    yield from [run] if len(run) > 1 else []


def follow(objects: Objects, marker: Path, ended: threading.Event) -> None:
    """A round a day, in a thread; `marker` is a file whose time says when the last was."""
    while not ended.wait(min(_PAUSE, max(1.0, _left(marker)))):
        if _left(marker) > 0:
            continue
        try:
            round_(objects, datetime.now(UTC).date())
        except (Fault, OSError, ValueError) as fault:
            said = f"{fault} {fault.remedy}" if isinstance(fault, Fault) else type(fault).__name__
            _log.warning("files were not merged: %s", said)
        marker.touch(mode=0o600)


def _left(marker: Path) -> float:
    """Seconds until a round is due."""
    try:
        return marker.stat().st_mtime + GRACE - time.time()
    except FileNotFoundError:
        return 0.0
