"""A corpus: a file that says whether the SHA-1 of a password is among leaked ones.

The first 8 bytes of each hash are kept: 64 bits, so among a billion hashes one innocent password in
1.8 × 10¹⁰ is taken for a leaked one. Layout, all integers little-endian:

    64 bytes    magic, number of bytes of a hash that the index stands for (2 or 3), count of hashes
    index       for every beginning, how many hashes come before it: 4 bytes each, and one more for the end
    hashes      in order; of each, the bytes from the index's to the eighth (5 or 6)

A look-up reads eight bytes of the index and one short run of hashes: by `pread`, which lets other threads go
on while the disk answers, and which a failing disk makes an error of and not the end of the process.
"""

import os
import struct
import time
import weakref
from bisect import bisect_left
from dataclasses import dataclass
from pathlib import Path

from rempart.vocabulary.faults import Fault

KEPT = 8
"""Bytes of a hash."""
ENDING = ".corpus"
HEADER = struct.Struct("<16sB7xQ32x")
_MAGIC = b"rempart leaks 1\n"
_INDEX = struct.Struct("<II")
_SLOT = 4
_SETTLED = 2_000_000_000
"""Nanoseconds."""


class CorpusFault(Fault):
    """The file is no corpus, or not a whole one: import it again."""


@dataclass(frozen=True, slots=True)
class Shape:
    """Where things stand in a file of `count` hashes whose index stands for `indexed` bytes of each."""

    indexed: int
    count: int

    @property
    def rest(self) -> int:
        """Bytes of a hash that are written out."""
        return KEPT - self.indexed

    @property
    def beginnings(self) -> int:
        return int(1 << 8 * self.indexed)

    @property
    def hashes_at(self) -> int:
        return HEADER.size + _SLOT * (self.beginnings + 1)

    @property
    def size(self) -> int:
        return self.hashes_at + self.count * self.rest

    def header(self) -> bytes:
        return HEADER.pack(_MAGIC, self.indexed, self.count)


class Corpus:
    """An open corpus. Threads may share it; the file stays readable even after its removal."""

    def __init__(self, path: Path) -> None:
        self.name = path.name.removesuffix(ENDING)
        self._file = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        weakref.finalize(self, os.close, self._file)
        if hasattr(os, "posix_fadvise"):  # elsewhere the system reads ahead, for nothing
            os.posix_fadvise(self._file, 0, 0, os.POSIX_FADV_RANDOM)
        self.shape = _shape(self._file, path)

    def holds(self, digest: bytes) -> bool:
        """Whether the hash is in it. `digest`: SHA-1, or at least its first 8 bytes."""
        indexed, rest = self.shape.indexed, self.shape.rest
        beginning = int.from_bytes(digest[:indexed], "big")
        first, end = _INDEX.unpack(os.pread(self._file, _INDEX.size, HEADER.size + _SLOT * beginning))
        run = os.pread(self._file, (end - first) * rest, self.shape.hashes_at + first * rest)
        wanted = digest[indexed:KEPT]
        place = bisect_left(range(end - first), wanted, key=lambda n: run[n * rest : (n + 1) * rest])
        return run[place * rest : (place + 1) * rest] == wanted


class Shelf:
    """All the corpora of a folder; one that comes or goes is noticed at the next look-up."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._known = _Known(-1)

    def holds(self, digest: bytes) -> bool:
        """Whether the hash is in any. Raises CorpusFault when it is in none and one could not be asked."""
        known = self._look()
        if any(corpus.holds(digest) for corpus in known.corpora):
            return True
        if known.broken:
            raise known.broken
        return False

    def corpora(self) -> tuple[Corpus, ...]:
        """The whole ones of this moment; none where there is no folder."""
        return self._look().corpora

    def _look(self) -> "_Known":
        try:
            changed = self.folder.stat().st_mtime_ns
        except FileNotFoundError:
            return _Known(-1)
        known = self._known
        if changed != known.at:
            # The folder's clock is coarse: what changed only just now may change again unseen.
            settled = time.time_ns() - changed > _SETTLED
            known = self._known = _open_all(self.folder, changed if settled else -1)
        return known


@dataclass(frozen=True, slots=True)
class _Known:
    """What stood in the folder when it was last changed `at`."""

    at: int
    corpora: tuple[Corpus, ...] = ()
    broken: CorpusFault | None = None


def _open_all(folder: Path, at: int) -> _Known:
    found, broken = [], None
    for path in sorted(folder.glob(f"*{ENDING}")):
        try:
            found.append(Corpus(path))
        except FileNotFoundError:
            continue  # removed since it was listed
        except CorpusFault as fault:
            broken = fault
    return _Known(at, tuple(found), broken)


def _shape(file: int, path: Path) -> Shape:
    try:
        magic, indexed, count = HEADER.unpack(os.pread(file, HEADER.size, 0))
    except struct.error:
        magic, indexed, count = b"", 0, 0
    shape = Shape(indexed, count)
    if magic != _MAGIC or indexed not in {2, 3} or os.fstat(file).st_size != shape.size:
        raise CorpusFault(
            f"{path} is not a whole corpus.", f"rempart leaks remove {path.name.removesuffix(ENDING)} --apply"
        )
    return shape
