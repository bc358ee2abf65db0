"""The sealed journal as files: entries are appended, then a checkpoint that covers them is published.

Every file is durable before the checkpoint that covers it, and the checkpoint comes last: after a crash
at any step the files say what the newest checkpoint says, and what lies beyond it counts for nothing.
"""

import io
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from rempart.journal.canonical import table_of
from rempart.journal.objects import Objects
from rempart.journal.signer import Signer
from rempart.journal.tiles import DamagedFault, Tiles
from rempart_verify.layout import CHECKPOINT, KEY, notes_name, segment_name
from rempart_verify.merkle import EMPTY, leaf_hash
from rempart_verify.note import Checkpoint, opened
from rempart_verify.schema import VERSION

ROWS = 100_000
"""In a row group: what a reader that looks for one account reads at least."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """Entries, and the tree with them."""

    table: pa.Table
    tiles: Tiles
    files: dict[str, bytes]
    """The tree's files that change: name → content."""

    @property
    def size(self) -> int:
        return self.tiles.size

    @property
    def root(self) -> bytes:
        return self.tiles.root()


class Log:
    """One sealed journal, held by the one process that seals it."""

    def __init__(self, objects: Objects, signer: Signer) -> None:
        self.objects = objects
        self.signer = signer
        note = objects.get(CHECKPOINT)
        self.checkpoint = opened(note.decode(), signer.public) if note else None
        self.tiles = Tiles(objects.get, self.size)
        if self.tiles.root() != (self.checkpoint.root if self.checkpoint else EMPTY):
            raise DamagedFault(
                "The tree's files do not make the root of the newest checkpoint.", "rempart journal verify"
            )
        if not note:
            objects.put(KEY, f"{signer.public}\n".encode())

    @property
    def size(self) -> int:
        return self.checkpoint.size if self.checkpoint else 0

    def prepare(self, lines: bytes) -> "Prepared":
        """What canonical lines, each ended by a newline, will make of the tree; nothing is written yet."""
        tiles = self.tiles.copy()
        files = tiles.append(b"".join([leaf_hash(line) for line in lines.split(b"\n")[:-1]]))
        return Prepared(table_of(lines), tiles, files)

    def publish(self, prepared: "Prepared", last: str, at: datetime) -> Checkpoint:
        """Write what was prepared, then the checkpoint; `last` is the last entry's epoch/x/seq."""
        for name, content in prepared.files.items():
            self.objects.put(name, content)
        self._check(prepared)
        self._write(prepared.table, self.size)
        previous = self.checkpoint.digest if self.checkpoint else ""
        made = Checkpoint(self.signer.name, prepared.size, prepared.root, at, last, previous)
        made = replace(made, note=self.signer.sign(made))
        self.objects.put(notes_name(self.size, made.size), made.note.encode())
        self.objects.put(CHECKPOINT, made.note.encode())
        self.checkpoint, self.tiles = made, prepared.tiles
        return made

    def append(self, lines: bytes, last: str, now: datetime) -> Checkpoint:
        """Seal lines at once, where no table stands behind them."""
        return self.publish(self.prepare(lines), last, now)

    def _check(self, prepared: "Prepared") -> None:
        """Nothing is signed unless the files as written make both the last root and the new one."""
        before = Tiles(self.objects.get, self.size).root()
        after = Tiles(self.objects.get, prepared.size).root()
        if before != (self.checkpoint.root if self.checkpoint else EMPTY) or after != prepared.root:
            raise DamagedFault(
                "The tree's files do not go on from the last checkpoint.", "rempart journal verify"
            )

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
    with pq.ParquetWriter(sink, table.schema, compression="zstd", store_schema=False) as writer:
        writer.write_table(table, ROWS)
        writer.add_key_value_metadata({"rempart.schema": str(VERSION)})
    return sink.getvalue()
