"""The answer to a question: the summary, and the list of persons it stands on."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from rempart.exposure import statements
from rempart.exposure.selection import Selection

Row = dict[str, Any]

ROWS = pa.schema(
    {
        "person": pa.int64(),
        "insurer": pa.int16(),
        "categories": pa.int16(),
        "first": pa.timestamp("us", tz="UTC"),
        "last": pa.timestamp("us", tz="UTC"),
        "lookups": pa.int64(),
        "with_card": pa.int64(),
        "accounts": pa.list_(pa.int64()),
    }
)
"""The list, whatever engine found it: one row for each person and insurer."""

_SUMMARY = {
    "insurers": statements.BY_INSURER,
    "categories": statements.BY_CATEGORIES,
    "proofs": statements.BY_PROOF,
    "days": statements.BY_DAY,
    "hours": statements.BY_HOUR,
    "accounts": statements.BY_ACCOUNT,
    "not_disclosed": statements.NOT_DISCLOSED,
    "professionals": statements.PROFESSIONALS,
}


Decoys = Callable[[NDArray[np.int64]], NDArray[np.int64]]


class Engine(Protocol):
    """What runs the statements. It holds a view `entries` of the source."""

    name: str

    def define(self, name: str, query: str, *, keep: bool = False) -> None: ...

    def batches(self, query: str) -> Iterator[pa.RecordBatch]: ...


@dataclass(frozen=True, slots=True)
class Answer:
    """Who was exposed, summed up. Moments carry their offset; persons are the journal's random numbers."""

    totals: Row
    """persons, lookups, first, last, accounts, organisations, insurers."""
    asked_only: int
    """Existing persons asked about, of whom nothing was opened."""
    not_found: Row
    """questions, lookups: that found nobody."""
    parts: dict[str, list[Row]]
    """insurers, categories, proofs, days, hours, accounts, not_disclosed, professionals → rows."""


def choose(engine: Engine, selection: Selection, decoys: Decoys | None = None) -> None:
    """Define `chosen` and `disclosed` for the statements that follow.

    `decoys` gives those of these persons who do not exist: nobody counts or notifies them.
    """
    addresses: list[str] = []
    if selection.networks:
        seen = rows(engine, "select distinct network from entries where network is not null")
        addresses = selection.within(row["network"] for row in seen)
    condition = selection.condition(addresses)
    engine.define("selected", f"select * from entries where {condition}", keep=selection.narrow)  # noqa: S608  # checked literals
    engine.define("chosen", f"select * from selected where {_existing(engine, decoys)}")  # noqa: S608  # numbers
    engine.define("disclosed", statements.DISCLOSED)


def _existing(engine: Engine, decoys: Decoys | None) -> str:
    """A condition that leaves decoys out."""
    if decoys is None:
        return "true"
    found: list[int] = []
    for batch in engine.batches("select distinct person from selected where person > 0"):
        found += decoys(batch.column(0).to_numpy()).tolist()
    return f"(person is null or person not in ({', '.join(map(str, found))}))" if found else "true"


def summed_up(engine: Engine) -> Answer:
    """The summary of what was chosen."""
    return Answer(
        totals=rows(engine, statements.TOTALS)[0],
        asked_only=rows(engine, statements.ASKED_ONLY)[0]["persons"],
        not_found=rows(engine, statements.NOT_FOUND)[0],
        parts={name: rows(engine, query) for name, query in _SUMMARY.items()},
    )


def listed(engine: Engine) -> Iterator[pa.RecordBatch]:
    """The list of persons exposed, in order of person and insurer; schema ROWS."""
    for batch in engine.batches(statements.ROWS):
        yield pa.Table.from_batches([batch]).cast(ROWS).combine_chunks().to_batches()[0]


def rows(engine: Engine, query: str) -> list[Row]:
    """A small result, as Python values; moments in UTC."""
    return [_plain(row) for batch in engine.batches(query) for row in batch.to_pylist()]


def _plain(row: Row) -> Row:
    return {
        name: value.astimezone(UTC) if isinstance(value, datetime) else value for name, value in row.items()
    }
