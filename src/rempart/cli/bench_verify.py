"""How fast a sealed journal is verified: a month made up as for exposure, with a tree and checkpoints.

The peer is what nobody can do without: reading the same segments and hashing as many lines, one process.
"""

import shutil
import tempfile
import time
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from rempart.cli import screen
from rempart.cli.bench_exposure import make_segments
from rempart.journal import signer
from rempart.journal.objects import Folder
from rempart.journal.tiles import Tiles
from rempart_verify.canonical import FEW, leaf_hashes
from rempart_verify.layout import CHECKPOINT, Span, notes_name, spans
from rempart_verify.note import Checkpoint, PublicKey
from rempart_verify.place import Place
from rempart_verify.verify import verify

GOAL = 500_000
"""Entries a second on two processors."""
_EACH = 5_000
"""Entries between two checkpoints: some seconds of a busy installation."""
_LINE = bytes(250)
"""As long as an entry's canonical line mostly is."""


def measure(entries: int) -> dict[str, Any]:
    """Make the journal, verify it, remove it. Rates in entries a second."""
    above = Path(tempfile.mkdtemp(prefix="rempart-bench-"))
    try:
        screen.step(f"A month of {entries:,} entries")
        make_segments(above, entries)
        screen.step("Its tree and checkpoints")
        key = _sealed(above)
        screen.step("Verified")
        begun = time.perf_counter()
        report = verify(Place(str(above)), key)
        verified = entries / (time.perf_counter() - begun)
        screen.step("Read and hashed, one process")
        bare = _bare(Place(str(above)))
        return {
            "entries": entries,
            "checkpoints": report.checkpoints,
            "intact": report.intact,
            "entries_per_second": {"verify": round(verified), "read_and_hash_one_process": round(bare)},
            "ratios": {"verify_to_read_and_hash": round(verified / bare, 3)},
            "goals": {"verify": {"goal": GOAL, "measured": round(verified), "met": verified >= GOAL}},
        }
    finally:
        shutil.rmtree(above, ignore_errors=True)


def _segments(place: Place) -> list[Span]:
    return spans(place.names("segments"))


def _sealed(folder: Path) -> PublicKey:
    """Sign what lies there, in steps."""
    (folder / "key.json").write_bytes(signer.new_file())
    key, place, objects = signer.load(folder / "key.json"), Place(str(folder)), Folder(folder)
    tiles, previous, at = Tiles(objects.get, 0), "", datetime(2026, 11, 1, tzinfo=UTC)
    for span in _segments(place):
        with place.open(span.name) as source:
            leaves = [
                leaf
                for batch in pq.ParquetFile(source, read_dictionary=FEW).iter_batches(100_000)
                for leaf in leaf_hashes(batch)
            ]
        notes = []
        for start in range(0, len(leaves), _EACH):
            files = tiles.append(b"".join(leaves[start : start + _EACH]))
            for name, content in files.items():
                path = folder / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
            at += timedelta(seconds=2)
            last = f"1/{tiles.size - 1}/{tiles.size - 1}"
            made = Checkpoint(key.name, tiles.size, tiles.root(), at, last, previous)
            notes.append(key.sign(made))
            previous = sha256(notes[-1].encode()).hexdigest()
        objects.put(notes_name(span.start, span.end), "".join(notes).encode())
        objects.put(CHECKPOINT, notes[-1].encode())
    return key.public


def _bare(place: Place) -> float:
    """Entries a second of reading the columns and hashing as many lines."""
    begun, count = time.perf_counter(), 0
    for span in _segments(place):
        with place.open(span.name) as source:
            for batch in pq.ParquetFile(source, read_dictionary=FEW).iter_batches(100_000, use_threads=False):
                for _ in range(len(batch)):
                    sha256(_LINE).digest()
                count += len(batch)
    return count / (time.perf_counter() - begun)
