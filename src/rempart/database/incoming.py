"""Files that come in: read by bounded lines, in their encoding; what was set aside stands beside them."""

import codecs
import csv
import os
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, BinaryIO, Self

import orjson

from rempart.vocabulary.faults import Fault
from rempart.vocabulary.intake import SetAside

LONGEST_LINE = 1 << 20
"""One mebibyte: past it a line is set aside unread."""
_BLOCK = 1 << 20


class IncomingFileError(Fault):
    """The file cannot be read, or what it must have is not in it."""


def read_lines(file: BinaryIO, longest: int = LONGEST_LINE) -> Iterator[tuple[int, bytes | None]]:
    """(number from 1, line without its end); None in place of a line that is too long."""
    number = 0
    while line := file.readline(longest + 2):
        number += 1
        if len(line) > longest and not line.endswith(b"\n"):
            while (rest := file.readline(_BLOCK)) and not rest.endswith(b"\n"):
                pass
            yield number, None
        else:
            yield number, line.rstrip(b"\r\n")


def encoding_of(file: BinaryIO) -> str:
    """`utf-8-sig` (a byte-order mark is dropped) or `cp1252`; returns to the file's beginning.

    A header with letters beyond ASCII decides, so that one damaged row does not turn all the others into
    another encoding. Else the whole file is read once, by blocks: UTF-8 if every byte of it is.
    """
    try:
        header = file.readline(LONGEST_LINE).removeprefix(codecs.BOM_UTF8)
        if not header.isascii():
            header.decode()
            return "utf-8-sig"
        decoder = codecs.getincrementaldecoder("utf-8")()
        while block := file.read(_BLOCK):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return "cp1252"
    else:
        return "utf-8-sig"
    finally:
        file.seek(0)


def open_incoming(path: Path) -> BinaryIO:
    """Open a file to import. Raises IncomingFileError with a clear line."""
    try:
        if path.is_dir():
            raise IsADirectoryError
        return path.open("rb")
    except OSError as error:
        reason = {FileNotFoundError: "is not there", PermissionError: "may not be read"}.get(
            type(error), "is no file that can be read"
        )
        raise IncomingFileError(f"{path} {reason}.") from None


class SetAsideFile:
    """Where an import writes what it did not take: line number and reason, never the line itself.

    The row stays where it is, in the incoming file: a copy would spill clear personal data on the disk.
    Made at the first line set aside, readable by its owner only; one of an earlier run is replaced.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.count = 0
        self._file: IO[str] | None = None

    def __enter__(self) -> Self:
        try:
            self.path.unlink(missing_ok=True)
            self._made().close()
            self.path.unlink()
        except OSError as error:
            raise IncomingFileError(
                f"{self.path} cannot be written ({error.strerror}).", "name another place with --rejected"
            ) from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._file:
            self._file.close()

    def write(self, item: SetAside) -> None:
        if self._file is None:
            self._file = self._made()
            if self.path.suffix == ".csv":
                self._file.write("line,why,fields\r\n")
        self.count += 1
        if self.path.suffix == ".csv":
            csv.writer(self._file).writerow([item.line, item.why, " ".join(item.fields)])
        else:
            entry = {"line": item.line, "why": item.why, "fields": item.fields}
            self._file.write(orjson.dumps(entry).decode() + "\n")

    def _made(self) -> IO[str]:
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        return os.fdopen(descriptor, "w", encoding="utf-8", newline="")


def beside(path: Path, ending: str) -> Path:
    """`FILE.rejected.csv` next to FILE, or in the current folder where one cannot write there."""
    folder = path.parent if os.access(path.parent, os.W_OK) else Path.cwd()
    return folder / f"{path.name}.rejected.{ending}"
