"""Between an entry's canonical lines and columns: what was copied out of PostgreSQL, as Arrow."""

import io

import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import csv

from rempart_verify.schema import COLUMNS, ESCAPES, MOMENT, NOTHING, SCHEMA

_VERSION = "version"
_BACK = {written: meant for meant, written in ESCAPES.items() if meant != "\\"}
_PARSE = csv.ParseOptions(delimiter="\t", quote_char=False, escape_char=False, newlines_in_values=False)
_CONVERT = csv.ConvertOptions(
    column_types={name: pa.int64() if kind == MOMENT else kind for name, kind in COLUMNS.items()},
    include_columns=list(COLUMNS),
    null_values=[NOTHING],
    strings_can_be_null=True,
    quoted_strings_can_be_null=False,
    true_values=["t"],
    false_values=["f"],
)


def table_of(lines: bytes) -> pa.Table:
    """Columns of canonical lines, each ended by a newline. Raises pyarrow.ArrowInvalid for anything else."""
    read = csv.read_csv(
        io.BytesIO(lines),
        read_options=csv.ReadOptions(column_names=[_VERSION, *COLUMNS], block_size=max(1 << 20, len(lines))),
        parse_options=_PARSE,
        convert_options=_CONVERT,
    )
    columns = [_column(read[name], kind) for name, kind in COLUMNS.items()]
    return pa.table(columns, schema=SCHEMA)


def _column(column: pa.ChunkedArray, kind: pa.DataType) -> pa.ChunkedArray:
    if kind == MOMENT:
        return column.cast(kind)
    if kind == pa.string() and pc.any(pc.match_substring(column, "\\")).as_py():
        return _unescaped(column)
    return column


def _unescaped(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Doubled backslashes are put aside first: what follows them is no escape."""
    parts = [_one(text) if text and "\\" in text else text for text in column.to_pylist()]
    return pa.chunked_array([pa.array(parts, pa.string())])


def _one(text: str) -> str:
    pieces = text.split("\\\\")
    for written, meant in _BACK.items():
        pieces = [piece.replace(written, meant) for piece in pieces]
    return "\\".join(pieces)
