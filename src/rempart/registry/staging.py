"""What must wait while a file is read, sealed under a key that lives and dies with the import.

A temporary SQLite file: memory stays bounded whatever the file's size, and what a cut leaves on the
disk opens with nothing.
"""

import hmac
import secrets
import sqlite3
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from rempart.vault.ephemeral import EphemeralSeal

_BATCH = 5_000


class Stage:
    """Values by an identifier, in the order of their arrival. The identifier is kept as a keyed digest."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="rempart-stage-", dir=folder)
        self._seal = EphemeralSeal()
        self._secret = secrets.token_bytes(32)
        self._file = sqlite3.connect(Path(self._folder.name) / "stage", isolation_level=None)
        for setting in (
            "journal_mode = off",
            "synchronous = off",
            "temp_store = memory",
            "cache_size = -65536",
        ):
            self._file.execute(f"pragma {setting}")
        self._file.execute("create table staged (id blob not null, kind integer, line integer, sealed blob)")
        self._waiting: list[tuple[bytes, int, int, bytes]] = []
        self._indexed = False
        self.count = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()
        self._folder.cleanup()

    def put(self, identifier: str, kind: int, line: int, value: bytes) -> None:
        """Keep a value; many of one identifier are kept side by side."""
        self._waiting.append((self._digest(identifier), kind, line, self._seal.seal(value)))
        self.count += 1
        if len(self._waiting) >= _BATCH:
            self._flush()

    def scan(self) -> Iterator[tuple[int, int, bytes]]:
        """(kind, line, value) in the order of arrival."""
        self._flush()
        for kind, line, sealed in self._rows("select kind, line, sealed from staged order by rowid"):
            yield kind, line, self._seal.open(sealed)

    def groups(self) -> Iterator[list[tuple[int, int, bytes]]]:
        """The same, brought together by identifier; within one, in the order of arrival."""
        self._index()
        group: list[tuple[int, int, bytes]] = []
        last = b""
        for identifier, kind, line, sealed in self._rows(
            "select id, kind, line, sealed from staged order by id, rowid"
        ):
            if identifier != last and group:
                yield group
                group = []
            last = identifier
            group.append((kind, line, self._seal.open(sealed)))
        if group:
            yield group

    def get(self, identifier: str, kind: int) -> bytes | None:
        """The first value of that kind."""
        self._index()
        row = self._file.execute(
            "select sealed from staged where id = ? and kind = ? order by rowid limit 1",
            (self._digest(identifier), kind),
        ).fetchone()
        return self._seal.open(row[0]) if row else None

    def _rows(self, query: str) -> Iterator[tuple[Any, ...]]:
        return iter(self._file.cursor().execute(query))

    def _index(self) -> None:
        self._flush()
        if not self._indexed:
            self._file.execute("create index staged_id on staged (id)")
            self._indexed = True

    def _flush(self) -> None:
        if self._waiting:
            self._file.execute("begin")
            self._file.executemany("insert into staged values (?, ?, ?, ?)", self._waiting)
            self._file.execute("commit")
            self._waiting.clear()

    def _digest(self, identifier: str) -> bytes:
        return hmac.digest(self._secret, identifier.encode(), "sha256")[:16]
