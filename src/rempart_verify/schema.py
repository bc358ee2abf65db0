r"""What a sealed entry is: its columns, and the bytes that the Merkle tree is made of.

An entry's canonical bytes are one line of PostgreSQL's COPY text format (documentation of COPY, "Text
Format"), without the newline: the schema's version, then every column in this order, parted by tabs;
nothing is `\N`; backslash, backspace, form feed, newline, return, tab and vertical tab are written
`\\ \b \f \n \r \t \v`; integers in decimals, `at` in microseconds since 1970
(UTC), booleans `t` or `f`, `network` as an address without a mask, `details` as PostgreSQL prints
jsonb. UTF-8.

A version once used never changes. A new column makes a new version; old segments keep theirs.
"""

import pyarrow as pa

VERSION = 1

_TEXT, _LONG, _INT, _SHORT = pa.string(), pa.int64(), pa.int32(), pa.int16()
MOMENT = pa.timestamp("us", tz="UTC")

COLUMNS: dict[str, pa.DataType] = {
    "x": _LONG,
    "seq": _LONG,
    "epoch": _INT,
    "at": MOMENT,
    "tag": _TEXT,
    "request": _TEXT,
    "account": _LONG,
    "profession": _TEXT,
    "assurance": _SHORT,
    "session": _TEXT,
    "device": _TEXT,
    "software": _TEXT,
    "organisation": _LONG,
    "network": _TEXT,
    "channel": _TEXT,
    "purpose": _TEXT,
    "act_family": _TEXT,
    "person": _LONG,
    "hit": pa.bool_(),
    "department": _TEXT,
    "birth_month": _SHORT,
    "prefix_month": _LONG,
    "prefix_commune": _LONG,
    "insurer": _SHORT,
    "categories": _SHORT,
    "proof": _SHORT,
    "terminal": _LONG,
    "verdict": _TEXT,
    "reason": _TEXT,
    "rule": _TEXT,
    "cost": _INT,
    "count": _INT,
    "policy": _INT,
    "actor": _TEXT,
    "details": _TEXT,
}
"""Column → type in Parquet; what each means is docs/reference/journal.md."""

SCHEMA = pa.schema(COLUMNS, metadata={"rempart.schema": str(VERSION)})
NOTHING = "\\N"
ESCAPES = {"\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v"}
