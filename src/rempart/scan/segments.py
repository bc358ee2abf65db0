"""Keyed rows, sorted by time → journal-shaped Parquet (rempart_verify.schema), and detectors' entries."""

import ipaddress
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from rempart.detection.entries import ENTRY, PURPOSES, REASONS, VERDICTS
from rempart.scan.mapping import GRANTED, MISS, REFUSED, UNCLEAR, Map
from rempart_verify.layout import segment_name
from rempart_verify.schema import SCHEMA

_DAY = 86_400_000_000
_RISING, _MANY = ("x", "seq"), ("at", "person", "prefix_month", "prefix_commune")
_AS: dict[str, Any] = {
    "use_dictionary": [name for name in SCHEMA.names if name not in (*_RISING, *_MANY)],
    "column_encoding": dict.fromkeys(_RISING, "DELTA_BINARY_PACKED"),
}
"""Columns of many values cost time and room in a dictionary."""
_TAGS = {
    GRANTED: "gate:lookup:granted",
    UNCLEAR: "gate:lookup:challenged",
    MISS: "gate:lookup:refused",
    REFUSED: "gate:lookup:refused",
}
_RESULTS = sorted(_TAGS)


def _by_result(values: dict[int, Any], kind: pa.DataType) -> pa.Array:
    return pa.array([None, *(values.get(result) for result in _RESULTS)], kind)


_TAG = _by_result(_TAGS, pa.string())
_VERDICT = _by_result({result: tag.rpartition(":")[2] for result, tag in _TAGS.items()}, pa.string())
_REASON = _by_result({MISS: "not_found"}, pa.string())
_HIT = _by_result({GRANTED: True, MISS: False}, pa.bool_())


class Segments:
    """Writes batches in order of time into `folder`/segments/day=…; a file a day."""

    def __init__(self, folder: Path, told: Map) -> None:
        self.folder, self.told = folder, told
        self.files: list[Path] = []
        self.count = 0
        self._day, self._start, self._end = "", 0, 0
        self._writer: pq.ParquetWriter | None = None
        self._open: Path | None = None

    def write(self, rows: pa.Table) -> None:
        """Rows of ROWS with `new` (1: the person is new to the account), in order of time."""
        table = journal_of(rows, self.told, self.count)
        days = rows.column("moment").to_numpy() // _DAY
        edges = [0, *(np.flatnonzero(np.diff(days)) + 1).tolist(), len(days)]
        for start, end in pairwise(edges):
            if start < end:
                self._into(
                    datetime.fromtimestamp(int(days[start]) * 86_400, UTC).date().isoformat(),
                    table.slice(start, end - start),
                )
        self.count += len(table)

    def _into(self, day: str, table: pa.Table) -> None:
        if day != self._day:
            self.close()
            self._day = day
            self._open = self.folder / "segments" / f"day={day}" / "under-way"
            self._open.parent.mkdir(parents=True, exist_ok=True)
            self._writer = pq.ParquetWriter(
                self._open, SCHEMA, compression="zstd", compression_level=1, **_AS
            )
        if self._writer:
            self._writer.write_table(table)
        self._end = table.column("seq")[-1].as_py()

    def close(self) -> None:
        """Give the file under way its name."""
        if self._writer and self._open:
            self._writer.close()
            named = self.folder / segment_name(self._day, self._start, self._end)
            self._open.rename(named)
            self.files.append(named)
            self._start, self._writer, self._day = self._end, None, ""


def journal_of(rows: pa.Table, told: Map, after: int) -> pa.Table:
    """The journal's columns; what a log cannot say is null. Numbers go on `after`."""
    count = rows.num_rows
    number = pa.array(np.arange(after + 1, after + count + 1))
    result = rows.column("result").combine_chunks()
    if isinstance(result, pa.ChunkedArray):
        result = result.chunk(0)
    page = rows.column("page").to_numpy()
    shown = np.array([one.shown for one in told.pages], "i2")[page] if count else np.zeros(0, "i2")
    purposes = pa.array([one.purpose or None for one in told.pages], pa.string())
    granted = pc.equal(result, GRANTED)
    made = {
        "x": number,
        "seq": number,
        "epoch": pa.array(np.ones(count, "i4")),
        "at": rows.column("moment").cast(pa.timestamp("us", tz="UTC")),
        "tag": _TAG.take(result),
        "account": _nothing(rows.column("account")),
        "network": rows.column("network"),
        "purpose": purposes.take(pa.array(page)),
        "person": _nothing(rows.column("person")),
        "hit": _HIT.take(result),
        "department": _departments(rows.column("department")),
        "birth_month": _nothing(rows.column("birth_month")).cast(pa.int16()),
        "prefix_month": _nothing(rows.column("prefix_month")),
        "prefix_commune": _nothing(rows.column("prefix_commune")),
        "categories": pc.if_else(granted, pa.array(shown), pa.scalar(0, pa.int16())),
        "verdict": _VERDICT.take(result),
        "reason": _REASON.take(result),
        "cost": rows.column("new").cast(pa.int32()),
        "count": pa.array(np.ones(count, "i4")),
    }
    return pa.table([made.get(one.name, pa.nulls(count, one.type)) for one in SCHEMA], schema=SCHEMA)


def _nothing(column: pa.ChunkedArray) -> pa.ChunkedArray:
    return pc.if_else(pc.equal(column, pa.scalar(0, column.type)), pa.scalar(None, column.type), column)


def _departments(column: pa.ChunkedArray) -> Any:
    names = pa.array(
        [*(f"{number:02}" for number in range(201)), "2A", "2B", *(str(n) for n in range(203, 1000))],
        pa.string(),
    )
    return names.take(pc.if_else(pc.less(column, 0), pa.scalar(None, pa.int16()), column))


def entries_of(rows: pa.Table, told: Map, after: int) -> np.ndarray:
    """Detectors' ENTRY records. What a log cannot say is not known: detectors that need it say nothing."""
    made = np.zeros(rows.num_rows, ENTRY)
    result = rows.column("result").to_numpy()
    made["x"] = made["seq"] = np.arange(after + 1, after + len(made) + 1)
    made["at"] = rows.column("moment").to_numpy()
    for name in ("account", "department", "birth_month", "prefix_month", "prefix_commune", "person"):
        made[name] = rows.column(name).to_numpy()
    made["cost"] = rows.column("new").to_numpy()
    made["network"], made["carrier"] = _hashed(rows.column("network"))
    made["home"], made["count"] = -1, 1
    if told.pages:
        made["purpose"] = np.array([PURPOSES.get(one.purpose, 0) for one in told.pages], "i1")[
            rows.column("page").to_numpy()
        ]
    for code, word in (
        (GRANTED, "granted"),
        (UNCLEAR, "challenged"),
        (MISS, "refused"),
        (REFUSED, "refused"),
    ):
        made["verdict"][result == code] = VERDICTS[word]
    made["reason"][result == MISS] = REASONS["not_found"]
    made["hit"] = np.select([result == GRANTED, result == MISS], [1, 0], -1)
    return made


def _hashed(column: pa.ChunkedArray) -> tuple[np.ndarray, np.ndarray]:
    """Numbers of each address (IPv6: its /56) and of its carrier (/16, /32); 0: none."""
    coded = column.combine_chunks()
    coded = (coded.chunk(0) if isinstance(coded, pa.ChunkedArray) else coded).dictionary_encode()
    texts = coded.dictionary.to_pylist()
    places = coded.indices.fill_null(len(texts)).to_numpy(zero_copy_only=False)
    own = np.array([*(_number(text, 32, 56) for text in texts), 0], "i8")
    wide = np.array([*(_number(text, 16, 32) for text in texts), 0], "i8")
    return own[places], wide[places]


def _number(text: str, four: int, six: int) -> int:
    address = ipaddress.ip_address(text)
    if address.version == 4:  # noqa: PLR2004
        return (int(address) >> (32 - four)) | (four << 32)
    return (int(address) >> (128 - six)) | (1 << 62)
