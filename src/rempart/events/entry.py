"""One entry of the journal as other systems are told it: these columns and no other.

Left out: what is pieced together from a person's number (`department`, `birth_month`, the two
pseudonyms of its beginnings), which only detectors need; and `software`, whose label somebody typed.
"""

from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

import orjson

from rempart.journal.canonical import table_of
from rempart.vocabulary.words import Category
from rempart_verify.merkle import leaf_hash


@dataclass(frozen=True, slots=True)
class Entry:
    """`id` is the entry's leaf in the journal's Merkle tree (hexadecimal): the same whenever it is sent.

    It is made of the whole entry, so that no other has it, in any epoch; whoever holds an export of the
    sealed journal finds the entry by it. The rest are columns: docs/reference/journal.md.
    """

    id: str
    x: int
    seq: int
    epoch: int
    at: datetime
    tag: str
    request: str | None
    account: int | None
    profession: str | None
    assurance: int | None
    session: str | None
    device: str | None
    organisation: int | None
    network: str | None
    channel: str | None
    purpose: str | None
    act_family: str | None
    person: int | None
    hit: bool | None
    insurer: int | None
    categories: int | None
    proof: int | None
    terminal: int | None
    verdict: str | None
    reason: str | None
    rule: str | None
    cost: int | None
    count: int
    policy: int | None
    actor: str | None
    details: dict[str, Any] | None

    def without_person(self) -> "Entry":
        """The same for a receiver that need not tell one person from another."""
        return replace(self, person=None)


COLUMNS = tuple(field.name for field in fields(Entry))[1:]


def opened(entry: Entry) -> list[str] | None:
    """The categories that were opened, in words; None where that was no question."""
    if entry.categories is None:
        return None
    return [str(one.name).lower() for one in Category if entry.categories & one]


def person(entry: Entry) -> str | None:
    """As text: many readers of JSON round numbers beyond 2⁵³."""
    return None if entry.person is None else str(entry.person)


def entries_of(lines: bytes) -> list[Entry]:
    """Entries from canonical lines, each ended by a newline (`rempart_verify.schema`)."""
    if not lines:
        return []
    rows = table_of(lines).select(COLUMNS).to_pylist()
    leaves = (leaf_hash(line).hex() for line in lines.split(b"\n"))
    return [_entry(leaf, row) for leaf, row in zip(leaves, rows, strict=False)]


def _entry(leaf: str, row: dict[str, Any]) -> Entry:
    details = row.pop("details")
    return Entry(leaf, **row, details=orjson.loads(details) if details else None)
