"""A sealed journal to test with: entries in the run's own database, files in a folder of each test."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest

from rempart.database.connect import dsn
from rempart.journal import seal, signer
from rempart.journal.log import Log
from rempart.journal.objects import Folder, Objects
from rempart.journal.store import Position, Store
from rempart_verify.schema import COLUMNS, VERSION


@dataclass
class Place:
    """The run's journal and its sealed files, kept from one test to the next as in an installation."""

    data: Path
    owner: psycopg.Connection[Any]

    @property
    def folder(self) -> Path:
        return self.data / "sealed"

    def add(self, count: int, **columns: Any) -> None:
        """So many entries, in one transaction."""
        columns = {"at": datetime.now(UTC), "tag": "gate:lookup:granted", "verdict": "granted"} | columns
        names = ", ".join(columns)
        marks = ", ".join(["%s"] * len(columns))
        self.owner.execute(
            f"insert into journal.entry ({names}) select {marks} from generate_series(1, {count})",
            list(columns.values()),
        )

    @contextmanager
    def store(self) -> Iterator[Store]:
        with psycopg.connect(dsn("sealer", self.data), autocommit=True) as connection:
            yield Store(connection)

    def log(self, objects: Objects | None = None) -> Log:
        return Log(objects or Folder(self.folder), signer.load(self.data / signer.FILE))

    def seal(self, objects: Objects | None = None, most: int = seal.BATCH) -> Log:
        """Everything there is."""
        with self.store() as store:
            log = self.log(objects)
            while seal.step(store, log, datetime.now(UTC), most):
                pass
            return log

    def lines(self, last: str) -> list[bytes]:
        """Every entry up to a position as the table holds it: canonical lines, by a query of our own."""
        written = {
            "x": "x::text",
            "at": "(extract(epoch from at) * 1000000)::bigint",
            "network": "host(network)",
        }
        row = ", ".join(written.get(name, name) for name in COLUMNS)
        end = Position.parse(last)
        query = (
            f"copy (select {VERSION}, {row} from journal.entry where (epoch, x, seq) <="
            f" ({end.epoch}, '{end.x}'::xid8, {end.seq}) order by entry.epoch, entry.x, entry.seq) to stdout"
        )
        with self.owner.cursor() as cursor, cursor.copy(query) as copy:
            return b"".join(bytes(block) for block in copy).splitlines()


@pytest.fixture
def place(cluster: Path, connect: Callable[..., psycopg.Connection[Any]]) -> Place:
    signer.create(cluster)
    return Place(cluster, connect("owner"))
