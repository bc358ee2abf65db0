"""How long a look-up in a corpus of leaked passwords takes: what each sign-in waits for.

The hashes are random and go straight into the corpus's form, through the writer that imports use. Cold: what
the system holds of the file in memory is dropped first, so that most look-ups wait for the disk. Warm: the
same once more.
"""

import os
import shutil
import tempfile
import time
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from rich.progress import Progress

from rempart.access.leaks.corpus import ENDING, Shelf
from rempart.access.leaks.writing import CorpusWriter
from rempart.cli import screen

if TYPE_CHECKING:
    from rempart.access.leaks.reading import Keys

_GOAL_MS = 1.0
_SLICES = 256
_ASKED = 20_000
"""Look-ups of each kind: hits, misses."""
_SMALL = 4_000_000


def measure(hashes: int) -> dict[str, Any]:
    """Make the corpus, look up, remove it; times in milliseconds."""
    folder = Path(tempfile.mkdtemp(prefix="rempart-bench-"))
    try:
        path = folder / f"bench{ENDING}"
        screen.step(f"A corpus of {hashes:,} hashes")
        begun = time.monotonic()
        inside = _make(path, hashes)
        made = time.monotonic() - begun
        return {"hashes": hashes, "bytes": path.stat().st_size, "made_in_s": round(made, 1)} | _look(
            path, inside
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _make(path: Path, hashes: int) -> list[bytes]:
    """Write it slice by slice of the range, each in order; returns some hashes that are in it."""
    random = np.random.default_rng()
    counts = random.multinomial(hashes, [1 / _SLICES] * _SLICES)
    known: list[Keys] = []
    with (
        path.open("wb+") as file,
        screen.progress(*Progress.get_default_columns()) as progress,
    ):
        writer = CorpusWriter(file.fileno(), 3 if hashes > _SMALL else 2)
        for number in progress.track(range(_SLICES), description="Making it up"):
            if not counts[number]:
                continue
            keys = random.integers(0, 1 << 56, int(counts[number]), dtype=np.uint64)
            keys |= np.uint64(number) << np.uint64(56)
            keys.sort()
            writer.append(keys)
            known.append(random.choice(keys, min(len(keys), 1 + 2 * _ASKED // _SLICES)))
        writer.finish()
    chosen = random.permutation(np.concatenate(known))[:_ASKED]
    return [int(key).to_bytes(8, "big") + os.urandom(12) for key in chosen]


def _look(path: Path, inside: list[bytes]) -> dict[str, Any]:
    outside = [os.urandom(20) for _ in inside]
    shelf = Shelf(path.parent)
    time.sleep(2.5)  # an installation's folder does not change at every sign-in
    _forget(path)
    screen.step(f"{2 * len(inside):,} look-ups, cold, then warm")
    cold, warm = _times(shelf, inside, outside), _times(shelf, inside, outside)
    worst = max(found["p99_ms"] for found in chain(cold.values(), warm.values()))
    return {
        "look_ups": 2 * len(inside),
        "cold": cold,
        "warm": warm,
        "goals": {"p99_ms": {"goal": _GOAL_MS, "measured": worst, "met": worst < _GOAL_MS}},
    }


def _times(shelf: Shelf, inside: list[bytes], outside: list[bytes]) -> dict[str, dict[str, float]]:
    """Hits and misses in turn, each timed by itself."""
    times: dict[bool, list[int]] = {True: [], False: []}
    for digest in chain.from_iterable(zip(inside, outside, strict=True)):
        begun = time.perf_counter_ns()
        held = shelf.holds(digest)
        times[held].append(time.perf_counter_ns() - begun)
    if len(times[True]) != len(inside):
        raise AssertionError("the corpus does not hold what was written")
    return {"hit": _described(times[True]), "miss": _described(times[False])}


def _described(times: list[int]) -> dict[str, float]:
    p50, p99, most = (float(np.quantile(times, part)) / 1e6 for part in (0.5, 0.99, 1.0))
    return {"p50_ms": round(p50, 4), "p99_ms": round(p99, 4), "max_ms": round(most, 4)}


def _forget(path: Path) -> None:
    """Drop what the system keeps of the file in memory, once it is on the disk."""
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
        os.posix_fadvise(file, 0, 0, os.POSIX_FADV_DONTNEED)
    finally:
        os.close(file)
