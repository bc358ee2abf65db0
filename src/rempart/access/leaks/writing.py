"""Makes a corpus from a file of hashes: bounded memory, and after a kill or a power cut it goes on.

Written beside its final name and renamed at the end, so that what stands there is always whole. Every few
seconds what is written is flushed and the place in the source noted; whatever came after is written again,
to the same bytes.
"""

import fcntl
import hashlib
import json
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from rempart.access.leaks.corpus import ENDING, HEADER, KEPT, Shape
from rempart.access.leaks.reading import Keys, LeaksFileError, Place, read_blocks
from rempart.database.directory import write_private
from rempart.vocabulary.faults import Fault

FOLDER_MODE, FILE_MODE = 0o755, 0o644
"""The pages may run as another user; what is inside is published."""
NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
NOTED_EVERY = 5.0
_SMALL = 4_000_000
"""Hashes up to which the small index is enough."""
_LINE = 43
_MOST = 2**32 - 1

Tell = Callable[[int, int], None]
"""Called with the bytes of the source that are done and the hashes so far."""


class ImportBusyError(Fault):
    """Another process imports a corpus of this name."""

    exit_code = 4


@dataclass(frozen=True, slots=True)
class Noted:
    """How far an import is: flushed to the disk up to here."""

    source: str
    indexed: int
    place: Place
    count: int = 0


@dataclass(frozen=True, slots=True)
class Imported:
    """What came in, and at which byte of the source this run began."""

    count: int
    size: int
    resumed_at: int
    replaced: bool


class CorpusWriter:
    """Writes hashes that come in order into an open file."""

    def __init__(self, file: int, indexed: int, count: int = 0, last: int = 0) -> None:
        self.count = count
        self._file, self._shape = file, Shape(indexed, count)
        self._shift = np.uint64(8 * self._shape.rest)
        self._next = (last >> 8 * self._shape.rest) + 1 if count else 0
        """The first beginning that the index does not know yet."""

    def append(self, keys: Keys) -> None:
        """Add hashes: their first 64 bits, none smaller than the one before."""
        if self.count + len(keys) > _MOST:
            raise LeaksFileError("A corpus holds at most 4,294,967,295 hashes.", "import the rest by itself")
        beginnings = keys >> self._shift
        self._index(int(beginnings[-1]), np.searchsorted(beginnings, self._until(int(beginnings[-1]))))
        tails = keys.astype(">u8").view(np.uint8).reshape(-1, KEPT)[:, self._shape.indexed :]
        _write_at(self._file, tails.tobytes(), self._shape.hashes_at + self.count * self._shape.rest)
        self.count += len(keys)

    def finish(self) -> int:
        """Complete index and header; returns the size. What the file held beyond is cut off."""
        end = self._shape.beginnings
        self._index(end, np.zeros(len(self._until(end)), dtype=np.int64))
        whole = replace(self._shape, count=self.count)
        os.ftruncate(self._file, whole.size)
        os.fsync(self._file)
        _write_at(self._file, whole.header(), 0)
        os.fsync(self._file)
        return whole.size

    def _until(self, top: int) -> Keys:
        return np.arange(self._next, top + 1, dtype=np.uint64)

    def _index(self, top: int, before: NDArray[Any]) -> None:
        _write_at(self._file, (before + self.count).astype("<u4").tobytes(), HEADER.size + 4 * self._next)
        self._next = max(self._next, top + 1)


def import_corpus(file: BinaryIO, folder: Path, name: str, tell: Tell) -> Imported:
    """Make the corpus `name` of `file`, going on where an interrupted import of the same file stopped.

    Raises LeaksFileError for a line that is not as it must be, ImportBusyError, and OSError (a full disk).
    """
    folder.mkdir(exist_ok=True)
    folder.chmod(FOLDER_MODE)
    target, part, note = folder / f"{name}{ENDING}", folder / f".{name}.part", folder / f".{name}.json"
    with _held(part) as written:
        fresh = _fresh(file)
        begin = _noted(note, fresh, os.fstat(written).st_size)
        if begin.place.byte:
            file.seek(begin.place.byte)
        writer = CorpusWriter(written, begin.indexed, begin.count, begin.place.last)
        for place in _copy(file, begin.place, writer, tell):
            if fresh.source:
                os.fsync(written)
                _note(note, replace(begin, place=place, count=writer.count))
        size = writer.finish()
        replaced = target.exists()
        part.replace(target)
        _forget(note)
        _flush_folder(folder)
    return Imported(writer.count, size, begin.place.byte, replaced)


def remove_corpus(folder: Path, name: str) -> None:
    """Remove a corpus, and what an interrupted import of it left."""
    for path in (folder / f"{name}{ENDING}", folder / f".{name}.part"):
        path.unlink(missing_ok=True)
    _forget(folder / f".{name}.json")


def _copy(file: BinaryIO, place: Place, writer: CorpusWriter, tell: Tell) -> Iterator[Place]:
    """Copy all; yields the place whenever it is time to note it."""
    noted = time.monotonic()
    for keys, here in read_blocks(file, place):
        writer.append(keys)
        tell(here.byte, writer.count)
        if time.monotonic() - noted >= NOTED_EVERY:
            yield here
            noted = time.monotonic()
    if writer.count == 0:
        raise LeaksFileError("The file holds no line.", "name the file of hashes: rempart leaks import FILE")


def _fresh(file: BinaryIO) -> Noted:
    """The beginning. A source that cannot be read a second time has no identity: it is never resumed."""
    if not file.seekable():
        return Noted("", 3, Place())
    facts = os.fstat(file.fileno())
    first = hashlib.sha256(file.read(2**20)).hexdigest()
    file.seek(0)
    indexed = 3 if facts.st_size // _LINE > _SMALL else 2
    return Noted(f"{facts.st_size} {facts.st_mtime_ns} {first}", indexed, Place())


def _noted(note: Path, fresh: Noted, written: int) -> Noted:
    try:
        known = json.loads(note.read_text("utf-8"))
        found = Noted(known["source"], known["indexed"], Place(**known["place"]), known["count"])
    except (OSError, ValueError, KeyError, TypeError):
        return fresh
    whole = written >= Shape(found.indexed, found.count).size
    return found if whole and fresh.source and found.source == fresh.source else fresh


def _note(path: Path, noted: Noted) -> None:
    write_private(path, json.dumps(asdict(noted)))


def _forget(note: Path) -> None:
    note.unlink(missing_ok=True)
    for half_written in note.parent.glob(f".{note.name}.*"):  # by a process that was killed just then
        half_written.unlink(missing_ok=True)


@contextmanager
def _held(part: Path) -> Iterator[int]:
    """The unfinished file, for this process alone; it stays when the import does not come to its end."""
    file = os.open(part, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, FILE_MODE)
    try:
        os.fchmod(file, FILE_MODE)
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield file
    except BlockingIOError:
        raise ImportBusyError(
            "Another import of a corpus of this name is running.", "wait for it, or choose another --name"
        ) from None
    finally:
        os.close(file)


def _write_at(file: int, data: bytes, at: int) -> None:
    view = memoryview(data)
    while view:
        done = os.pwrite(file, view, at)
        view, at = view[done:], at + done


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
