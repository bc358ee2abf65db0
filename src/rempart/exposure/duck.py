"""Questions on this machine, by DuckDB: in memory as far as it goes, then on disk."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from types import TracebackType
from typing import Self

import duckdb
import pyarrow as pa
import pyarrow.dataset as ds
from pyarrow import fs

from rempart.exposure.selection import ZONE
from rempart.exposure.source import Source
from rempart.exposure.statements import COLUMNS
from rempart_verify.schema import SCHEMA

_NAMES = ", ".join(f'"{name}"' + (" as moment" if name == "at" else "") for name in COLUMNS)


class Duck:
    """One connection of its own. `memory` as DuckDB writes it, such as `4GB`."""

    name = "duckdb"

    def __init__(self, source: Source, memory: str = "") -> None:
        self._spill = TemporaryDirectory(prefix="rempart-exposure-")
        self._connection = duckdb.connect(config={"temp_directory": self._spill.name})
        run = self._connection.execute
        run("set enable_progress_bar = false")  # it would stand among what programs read
        run(f"set timezone = '{ZONE}'")
        run("create type timestamp_ltz as timestamptz")
        if memory:
            run("set memory_limit = ?", [memory])
        parts = []
        if source.files:
            self._open(source)
            parts.append(f"select {_NAMES} from sealed")  # noqa: S608
        if source.tail is not None or not parts:
            tail = source.tail if source.tail is not None else SCHEMA.empty_table()
            self._connection.register("tail", tail.select(COLUMNS))
            parts.append(f"select {_NAMES} from tail")  # noqa: S608
        run(f"create temp view entries as {' union all '.join(parts)}")

    def _open(self, source: Source) -> None:
        """A view `sealed` of the files."""
        if source.bucket:  # DuckDB's own way to buckets is an extension that would have to be downloaded
            files, base = fs.FileSystem.from_uri(source.bucket)
            paths = [f"{base}/{path}" for path in source.files]
            self._connection.register("sealed", ds.dataset(paths, schema=SCHEMA, filesystem=files))
        else:
            self._connection.execute(f"create temp view sealed as from {files_of(source.files)}")

    def person_of(self, request: str) -> int | None:
        """Whom a look-up disclosed, by the reference on its answer; read from the segments in full."""
        query = "select person from sealed where request = ? and tag = 'gate:lookup:granted'"
        row = self._connection.execute(query, [request]).fetchone()
        return int(row[0]) if row else None

    def define(self, name: str, query: str, *, keep: bool = False) -> None:
        """Name a query's rows; `keep`: find them once, they are few."""
        self._connection.execute(f"create temp {'table' if keep else 'view'} {name} as {query}")

    def batches(self, query: str) -> Iterator[pa.RecordBatch]:
        """A query's rows."""
        yield from self._connection.sql(query).to_arrow_reader()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()
        self._spill.cleanup()


def files_of(paths: tuple[str, ...] | list[str] | list[Path], *, numbered: bool = False) -> str:
    """DuckDB's words for these files; `numbered` adds the file's name and each row's place in it."""
    listed = ", ".join("'" + str(path).replace("'", "''") + "'" for path in paths)
    more = ", filename = true, file_row_number = true" if numbered else ""
    return f"read_parquet([{listed}], hive_partitioning = false{more})"
