"""The statistics of a Parquet file are no entries, but a query leaves out what they exclude.

Whoever changed them could hide persons from every question without touching an entry: so no value of a
row group may lie outside them.
"""

from typing import Any

import pyarrow as pa
import pyarrow.compute as pc


def wrong_statistics(group: Any, batch: pa.RecordBatch) -> str:
    """A sentence where a batch of a row group lies outside the group's statistics; empty otherwise."""
    for number in range(group.num_columns):
        column = group.column(number)
        name, known = column.path_in_schema, column.statistics
        if known is not None and _outside(known, batch.column(name)):
            return f"Its statistics of the column {name} would hide entries from questions."
    return ""


def _outside(known: Any, values: pa.Array) -> bool:
    if known.has_null_count and known.null_count < values.null_count:
        return True
    if not known.has_min_max or values.null_count == len(values):
        return False
    held = values.dictionary if isinstance(values, pa.DictionaryArray) else values
    found = pc.min_max(held)
    low, high = found["min"].as_py(), found["max"].as_py()
    return bool(known.min > low or known.max < high)
