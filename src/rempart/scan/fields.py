"""A block of lines → columns of bytes.

The usual line goes the fast way (pyarrow's CSV reader); whatever that refuses goes the slow way, one line at
a time, and what that refuses is unreadable and counted.

The slow way is the definition; the fast one must agree with it wherever it speaks, and is thrown away for a
whole block when its lines do not add up.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.csv as pv

from rempart.scan.files import LONGEST, lines_in
from rempart.scan.mapping import Map

Values = dict[str, bytes | None]

COMMON = ("host", "ident", "account", "time", "zone", "request", "status", "bytes")
COMBINED = (*COMMON, "referer", "agent")
_CODED = pa.dictionary(pa.int32(), pa.binary())
_QUOTED = rb'"((?:[^"\\]|\\.)*)"'
_LINE = re.compile(
    rb"(\S+) (\S+) (.*?) \[([^\]\s]+) ([+-]\d{4})\] " + _QUOTED + rb" (\d{3}) (\S+)(?: (.*))?", re.DOTALL
)
_PART = re.compile(_QUOTED + rb"|(\S+)")
_ESCAPE = re.compile(rb'\\(x[0-9A-Fa-f]{2}|["\\])')


@dataclass(slots=True)
class Columns:
    """Rows read from a block; columns are binary, plain or dictionaries."""

    table: pa.Table
    unreadable: int = 0


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads one portal's lines."""

    map: Map
    header: tuple[str, ...] = ()
    """CSV: the names of columns. Access logs: as many as their lines have."""
    dictionaries: frozenset[str] = field(default_factory=frozenset)
    """Columns with few values."""

    def read(self, data: bytes) -> Columns:
        """One block of whole lines."""
        if self.map.format == "json":
            return self._slow(_split(data))
        fast, odd = _apart(data)
        made = self._fast(fast) if fast else None
        if fast and made is None:
            return self._slow(_split(data))
        slow = self._slow([*(made[1] if made else []), *odd])
        if made is None:
            return slow
        return Columns(pa.concat_tables([made[0], slow.table]).unify_dictionaries(), slow.unreadable)

    def _fast(self, data: bytes) -> tuple[pa.Table, list[bytes]] | None:
        """The table, and the lines refused; None: the lines do not add up."""
        refused: list[bytes] = []

        def refuse(row: Any) -> str:
            refused.append(
                row.text.encode("utf-8", "surrogateescape") if isinstance(row.text, str) else row.text
            )
            return "skip"

        wanted = self.wanted
        try:
            table = pv.read_csv(
                pa.BufferReader(data),
                pv.ReadOptions(use_threads=False, block_size=len(data) + 1, column_names=list(self.header)),
                pv.ParseOptions(
                    delimiter=self.delimiter,
                    ignore_empty_lines=False,
                    invalid_row_handler=refuse,
                ),
                pv.ConvertOptions(
                    column_types={name: self._type(name) for name in wanted},
                    include_columns=list(wanted),
                    include_missing_columns=True,
                    null_values=[],
                    check_utf8=False,
                ),
            )
        except (pa.ArrowException, UnicodeError):  # its message would quote the line
            return None
        if any(b"\n" in text for text in refused) or len(table) + len(refused) != lines_in(data):
            return None
        return table, refused

    @property
    def delimiter(self) -> str:
        return self.map.delimiter if self.map.format == "csv" else " "

    @property
    def wanted(self) -> tuple[str, ...]:
        """Columns that are read."""
        more = ("zone",) if self.map.format in {"combined", "common"} else ()
        return (*self.map.wanted, *more)

    def _type(self, name: str) -> Any:
        return _CODED if name in self.dictionaries else pa.binary()

    def _slow(self, lines: Iterable[bytes]) -> Columns:
        made: dict[str, list[bytes | None]] = {name: [] for name in self.wanted}
        unreadable = 0
        for line in lines:
            values = self.values(line)
            if values is None:
                unreadable += 1
                continue
            for name, column in made.items():
                column.append(values.get(name))
        arrays = [
            pa.array(column, pa.binary()).cast(self._type(name))
            if name not in self.dictionaries
            else pa.array(column, pa.binary()).dictionary_encode()
            for name, column in made.items()
        ]
        return Columns(pa.table(arrays, names=list(made)), unreadable)

    def values(self, line: bytes) -> Values | None:
        """One line; None: it cannot be read. What the fast way must agree with."""
        line = line.rstrip(b"\r\n")
        if len(line) > LONGEST:
            return None
        if self.map.format == "json":
            return _of_json(line, self.wanted)
        if self.map.format == "csv":
            return _of_csv(line, self.header, self.map.delimiter)
        return of_access_log(line)


def of_access_log(line: bytes) -> Values | None:
    """Common and combined form. What follows is `extra1`, `extra2` and so on."""
    found = _LINE.fullmatch(line)
    if not found:
        return None
    made: Values = dict(zip(COMMON, (_unescaped(part) for part in found.groups()[:8]), strict=True))
    made["account"] = (made["account"] or b"").strip(b'"')
    more = [_unescaped(a or b) for a, b in _PART.findall(found[9] or b"")]
    names = ("referer", "agent", *(f"extra{number}" for number in range(1, len(more))))
    return made | dict(zip(names, more, strict=False))


def _unescaped(text: bytes) -> bytes:
    if b"\\" not in text:
        return text
    return _ESCAPE.sub(lambda m: bytes([int(m[1][1:], 16)]) if m[1][:1] == b"x" else m[1], text)


def _of_csv(line: bytes, header: tuple[str, ...], delimiter: str) -> Values | None:
    try:
        rows = list(
            csv.reader(io.StringIO(line.decode("latin-1"), newline=""), delimiter=delimiter, strict=True)
        )
    except csv.Error:
        return None
    if len(rows) != 1 or len(rows[0]) != len(header):
        return None
    return {name: value.encode("latin-1") for name, value in zip(header, rows[0], strict=True)}


def _of_json(line: bytes, wanted: tuple[str, ...]) -> Values | None:
    try:
        told = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return {name: _bytes(_at(told, name)) for name in wanted} if isinstance(told, dict) else None


def _at(told: Any, name: str) -> Any:
    """A key, or a way through objects: `http.request.user`."""
    if name in told:
        return told[name]
    for part in name.split("."):
        told = told.get(part) if isinstance(told, dict) else None
    return told


def _bytes(value: Any) -> bytes | None:
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return value.encode("utf-8", "replace")
    return orjson.dumps(value)


def _split(data: bytes) -> list[bytes]:
    lines = data.split(b"\n")
    return lines[:-1] if not lines[-1] else lines


def _apart(data: bytes) -> tuple[bytes, list[bytes]]:
    """Lines that the fast way would read otherwise (escapes, lone returns, NULs), taken out."""
    returns = b"\r" in data and data.count(b"\r") != data.count(b"\r\n")
    if not (returns or b"\\" in data or b"\0" in data):
        return data, []
    kept: list[bytes] = []
    odd: list[bytes] = []
    for line in data.split(b"\n"):
        strange = b"\\" in line or b"\0" in line or b"\r" in line[:-1]
        (odd if strange else kept).append(line)
    return b"\n".join(kept), odd


def header_of(first: Iterator[bytes] | Iterable[bytes], told: Map) -> tuple[str, ...]:
    """The names of columns, from a log's first lines: CSV's own first line; as many as most lines have."""
    lines = list(first)
    if told.format == "csv":
        row = next(
            csv.reader([lines[0].decode("utf-8-sig", "replace").strip("\r\n")], delimiter=told.delimiter), []
        )
        return tuple(row)
    counts: dict[int, int] = {}
    for line in lines:
        if found := _LINE.fullmatch(line.rstrip(b"\r\n")):
            more = len(_PART.findall(found[9] or b""))
            counts[more] = counts.get(more, 0) + 1
    most = max(counts, key=lambda number: counts[number], default=0 if told.format == "common" else 2)
    return (*COMMON, *("referer", "agent")[:most], *(f"extra{number}" for number in range(1, most - 1)))
