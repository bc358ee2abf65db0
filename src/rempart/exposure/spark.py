"""The same questions on Apache Spark, for what outgrows one machine. PySpark is an optional extra."""

import os
import shutil
from collections.abc import Iterator
from types import TracebackType
from typing import Any, Self

import pyarrow as pa

from rempart.exposure.errors import EngineFault
from rempart.exposure.selection import ZONE
from rempart.exposure.source import Source
from rempart.exposure.statements import COLUMNS
from rempart_verify.schema import SCHEMA

_NAMES = ", ".join(f"`{name}`" + (" as moment" if name == "at" else "") for name in COLUMNS)

_PARTS, _PARTS_FAR = 8, 400
"""Into how many parts rows are shared out on this machine, and on many."""


class Spark:
    """One Spark session. `master` as Spark writes it: `local[2]`, `spark://HOST:7077`, `yarn`."""

    name = "spark"

    def __init__(self, source: Source, master: str) -> None:
        self._session = _session(master)
        parts = []
        if source.files:
            base = source.bucket.replace("s3://", "s3a://").partition("?")[0]
            paths = [f"{base}/{path}" if base else f"file://{path}" for path in source.files]
            self._session.read.parquet(*paths).createOrReplaceTempView("sealed")
            parts.append(f"select {_NAMES} from sealed")  # noqa: S608
        if source.live or not parts:
            self._session.createDataFrame(_tail(source)).createOrReplaceTempView("tail")
            parts.append(f"select {_NAMES} from tail")  # noqa: S608
        self.define("entries", " union all ".join(parts))

    def define(self, name: str, query: str, *, keep: bool = False) -> None:
        """Name a query's rows; `keep`: find them once, they are few."""
        self._session.sql(f"create or replace temp view {name} as {query}")
        if keep:
            self._session.catalog.cacheTable(name)

    def batches(self, query: str) -> Iterator[pa.RecordBatch]:
        """A query's rows."""
        yield from self._session.sql(query).toArrow().to_batches()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._session.stop()


def missing() -> EngineFault | None:
    """Why Spark cannot run here; None when it can be tried."""
    try:
        import pyspark  # noqa: F401, PLC0415  # optional, and slow to load
    except ImportError:
        return EngineFault("PySpark is not installed.", "pip install 'rempart[spark]'")
    home = os.environ.get("JAVA_HOME")
    if not shutil.which("java") and not (home and os.access(f"{home}/bin/java", os.X_OK)):
        return EngineFault("Spark needs Java 17 or newer.", "apt install openjdk-17-jre-headless")
    return None


def _session(master: str) -> Any:
    if (fault := missing()) is not None:
        raise fault
    from pyspark.sql import SparkSession  # noqa: PLC0415  # optional, and slow to load

    try:
        session = (
            SparkSession.builder.master(master)
            .appName("rempart exposure")
            .config("spark.ui.enabled", "false")
            .config("spark.sql.shuffle.partitions", _PARTS if master.startswith("local") else _PARTS_FAR)
            .config("spark.sql.session.timeZone", str(ZONE))
            .getOrCreate()
        )
    except Exception:  # noqa: BLE001  # Java's own, of many kinds
        raise EngineFault(
            "Spark does not start on that master.", "try --master local[2]; see what it printed above"
        ) from None
    session.sparkContext.setLogLevel("ERROR")
    return session


def _tail(source: Source) -> pa.Table:
    table = source.tail if source.tail is not None else SCHEMA.empty_table()
    return table.select(COLUMNS)
