"""Log files as blocks of whole lines: plain, gzip or zstd, told by their first bytes; memory bounded."""

import glob
import gzip
import re
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa

from rempart.scan.errors import ScanFault

BLOCK = 8 << 20
LONGEST = 64 << 10
"""Bytes in a line; a longer one is skipped and counted."""
BOMB_RATIO, BOMB_BYTES = 300, 1 << 30
"""A file that unpacks to more than so many times its size, beyond so many bytes, is left there."""
STDIN = "-"
_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_NEWLINE = ord("\n")
_ROTATED = re.compile(r"^(.*?)\.(\d{1,4})(\.[a-z0-9]+)?$")


@dataclass(slots=True)
class Read:
    """One file and what became of it."""

    name: str
    """As it was given, without its folder."""
    lines: int = 0
    too_long: int = 0
    bytes: int = 0
    """Unpacked."""
    cut: str = ""
    """Why it was not read to its end: `truncated`, `bomb`, `damaged`; empty: it was."""
    first: int = 0
    last: int = 0
    """Microseconds since 1970 of the earliest and latest line; 0: none."""


@dataclass(slots=True)
class Block:
    """Whole lines of one file."""

    file: int
    data: bytes = field(repr=False)


def found(words: Iterable[str]) -> list[str]:
    """Files by name or pattern, each once, in the order of names. Raises ScanFault."""
    paths: dict[str, None] = {}
    for word in words:
        if word == STDIN:
            paths[STDIN] = None
            continue
        matched = [word] if Path(word).exists() else sorted(glob.glob(word, recursive=True))  # noqa: PTH207
        if not matched:
            raise ScanFault(
                "No such file: " + _shown(word) + ".", "rempart scan 'LOGS/access.log*' --map MAP.toml"
            )
        for path in matched:
            if Path(path).is_dir():
                raise ScanFault(f"{_shown(path)} is a folder.", f"rempart scan '{_shown(path)}/*.log*'")
            paths[str(path)] = None
    if not paths:
        raise ScanFault("Which log?", "rempart scan LOG… --map MAP.toml, or rempart scan --sample")
    return list(paths)


def missing_rotations(paths: Iterable[str]) -> list[str]:
    """`access.log.3` where .2 and .4 are there: names of files that the series lacks."""
    series: dict[str, set[int]] = {}
    plain = {str(path) for path in paths}
    for path in plain:
        if match := _ROTATED.match(path):
            series.setdefault(match[1], set()).add(int(match[2]))
    return [
        f"{Path(stem).name}.{number}"
        for stem, numbers in sorted(series.items())
        for number in range(1, max(numbers))
        if number not in numbers and max(numbers) < 2 * len(numbers) + 8  # not dates
    ]


def blocks(
    paths: list[str], told: list[Read], size: int = BLOCK, tick: Callable[[int], None] | None = None
) -> Iterator[Block]:
    """Every file's lines in blocks of about `size`; `told` gets one Read a file. `tick`: bytes read."""
    for number, path in enumerate(paths):
        told.append(Read(STDIN if path == STDIN else Path(path).name))
        yield from _of_file(path, number, told[-1], size, tick or (lambda _: None))


def _of_file(path: str, number: int, read: Read, size: int, tick: Callable[[int], None]) -> Iterator[Block]:
    try:
        with _opened(path, tick) as (source, packed):
            yield from _lines(source, packed, number, read, size)
    except (PermissionError, IsADirectoryError, FileNotFoundError) as error:
        raise ScanFault(f"{_shown(path)} cannot be read: {error.strerror}.", "check its rights") from None


def _lines(
    source: IO[bytes], packed: Callable[[], int], number: int, read: Read, size: int
) -> Iterator[Block]:
    rest, skipping = b"", False
    while True:
        data = _next(source, size, read)
        read.bytes += len(data)
        if not data or _is_bomb(read, packed()):
            break
        if skipping:
            data, skipping = _after_newline(data)
        whole, rest = _parted(rest + data)
        if whole:
            yield _block(number, whole, read)
        if len(rest) > LONGEST:
            read.too_long += 1
            rest, skipping = b"", True
    if rest:
        yield _block(number, rest, read)


def _after_newline(data: bytes) -> tuple[bytes, bool]:
    end = data.find(b"\n")
    return (b"", True) if end < 0 else (data[end + 1 :], False)


def _parted(data: bytes) -> tuple[bytes, bytes]:
    end = data.rfind(b"\n") + 1
    return data[:end], data[end:]


def lines_in(data: bytes) -> int:
    """The last may lack its end. Several times as fast as bytes.count."""
    return int(np.count_nonzero(np.frombuffer(data, "u1") == _NEWLINE)) + (not data.endswith(b"\n"))


def _block(number: int, data: bytes, read: Read) -> Block:
    read.lines += lines_in(data)
    return Block(number, data)


def _next(source: IO[bytes], size: int, read: Read) -> bytes:
    """What can still be read; a damaged end is noted, and what came before it counts."""
    try:
        return source.read(size)
    except EOFError:
        read.cut = "truncated"
    except (OSError, zlib.error, pa.ArrowException):
        read.cut = "damaged"
    return b""


def _is_bomb(read: Read, packed: int) -> bool:
    if read.bytes > BOMB_BYTES and packed and read.bytes > BOMB_RATIO * packed:
        read.cut = "bomb"
        return True
    return False


class _Counted:
    """A file that says how much was read of it."""

    def __init__(self, file: IO[bytes], tick: Callable[[int], None]) -> None:
        self.file, self.tick, self.taken, self.begin = file, tick, 0, b""

    def peek(self, count: int) -> bytes:
        self.begin = self.file.read(count)
        return self.begin

    def read(self, size: int = -1) -> bytes:
        data = self.begin[:size] if self.begin and size >= 0 else b""
        self.begin = self.begin[len(data) :]
        data += self.file.read(size - len(data) if size >= 0 else -1)
        self.taken += len(data)
        self.tick(len(data))
        return data


class _Zstd:
    """zstd as a file: frame after frame, and a cut end is told from a whole one."""

    def __init__(self, raw: Any) -> None:
        self.stream = pa.CompressedInputStream(pa.PythonFile(raw, "r"), "zstd")

    def read(self, size: int) -> bytes:
        try:
            data: bytes = self.stream.read(size)
        except OSError as error:
            if "runcat" in str(error):
                raise EOFError from None
            raise
        return data


class _opened:  # noqa: N801  # used as a function
    def __init__(self, path: str, tick: Callable[[int], None]) -> None:
        self.path, self.tick = path, tick

    def __enter__(self) -> tuple[Any, Callable[[], int]]:
        self.file = sys.stdin.buffer if self.path == STDIN else Path(self.path).open("rb")
        raw: Any = _Counted(self.file, self.tick)
        begin = raw.peek(4)
        if begin.startswith(_GZIP):
            return gzip.GzipFile(fileobj=raw), lambda: raw.taken
        if begin == _ZSTD:
            return _Zstd(_Readable(raw)), lambda: raw.taken
        return raw, lambda: 0

    def __exit__(self, *_: object) -> None:
        if self.path != STDIN:
            self.file.close()


class _Readable:
    """What pyarrow asks of a file."""

    def __init__(self, raw: _Counted) -> None:
        self.raw, self.closed = raw, False
        self.read = raw.read

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    def close(self) -> None:
        self.closed = True


def _shown(text: str) -> str:
    """A name as it may be printed."""
    return "".join(one if one.isprintable() else "?" for one in text)[-200:]
