"""The sealed journal as files: entries are appended, then a checkpoint that covers them is published.

Every file is durable before the checkpoint that covers it, and the checkpoint comes last: after a crash
at any step the files say what the newest checkpoint says, and what lies beyond it counts for nothing.
"""

import io
from dataclasses import replace
from datetime import UTC, datetime
from itertools import pairwise

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from rempart.journal.canonical import table_of
from rempart.journal.objects import Objects
from rempart.journal.signer import Signer
from rempart.journal.tiles import Tiles
from rempart_verify.layout import CHECKPOINT, KEY, notes_name, segment_name
from rempart_verify.merkle import EMPTY, leaf_hash
from rempart_verify.note import Checkpoint, opened

ROWS = 100_000
"""In a row group: what a reader that looks for one account reads at least."""


class Log:
    """One sealed journal, held by the one process that seals it."""

    def __init__(self, objects: Objects, signer: Signer) -> None:
        self.objects = objects
        self._signer = signer
        note = objects.get(CHECKPOINT)
        self.checkpoint = opened(note.decode(), signer.public) if note else None
        self.tiles = Tiles(objects.get, self.size)
        if self.tiles.root() != (self.checkpoint.root if self.checkpoint else EMPTY):
            raise ValueError("the tree's files do not make the root of the newest checkpoint")
        if not note:
            objects.put(KEY, f"{signer.public}\n".encode())

    @property
    def size(self) -> int:
        return self.checkpoint.size if self.checkpoint else 0

    def append(self, lines: bytes, last: str, now: datetime) -> Checkpoint:
        """Seal canonical lines, each ended by a newline; `last` is the last one's epoch/x/seq."""
        start, table = self.size, table_of(lines)
        leaves = b"".join([leaf_hash(line) for line in lines.split(b"\n")[:-1]])
        for name, content in self.tiles.append(leaves).items():
            self.objects.put(name, content)
        self._write(table, start)
        made = Checkpoint(
            self._signer.name,
            self.tiles.size,
            self.tiles.root(),
            now,
            last,
            self.checkpoint.digest if self.checkpoint else "",
        )
        return self.publish(replace(made, note=self._signer.sign(made)))

    def publish(self, checkpoint: Checkpoint) -> Checkpoint:
        """Keep a signed checkpoint, then make it the newest."""
        note = checkpoint.note.encode()
        self.objects.put(notes_name(self.size, checkpoint.size), note)
        self.objects.put(CHECKPOINT, note)
        self.checkpoint = checkpoint
        return checkpoint

    def _write(self, table: pa.Table, start: int) -> None:
        """A segment, or one for each day that begins in it, so that each stands below its own day."""
        days = pc.floor_temporal(table["at"], unit="day").cast(pa.int64()).to_numpy()
        newest = pc.cumulative_max(pa.array(days)).to_numpy()
        cuts = [0, *(int(i) + 1 for i in (newest[1:] != newest[:-1]).nonzero()[0]), len(table)]
        for first, end in pairwise(cuts):
            day = datetime.fromtimestamp(int(newest[first]) / 1e6, UTC).date().isoformat()
            self.objects.put(
                segment_name(day, start + first, start + end), parquet(table.slice(first, end - first))
            )


def parquet(table: pa.Table) -> bytes:
    """The bytes of a segment."""
    sink = io.BytesIO()
    pq.write_table(table, sink, compression="zstd", row_group_size=ROWS, store_schema=False)
    return sink.getvalue()
