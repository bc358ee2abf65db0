"""After the database was restored from an older backup: the sealed files know more than the table.

What the files hold is not lost and counts as sealed. What was written since the restore used numbers of
transactions that were used before it: it goes on in a new epoch, behind all that was sealed.
"""

from dataclasses import dataclass
from typing import Any

import psycopg

from rempart.journal.log import Log
from rempart.journal.store import Position, Sealed, lines_after
from rempart.journal.tiles import Tiles
from rempart.vocabulary.faults import Fault
from rempart_verify.merkle import SIZE, leaf_hash
from rempart_verify.tree import leaves_of


class RestoredFault(Fault):
    """Not a restored database, or not one of this journal."""

    exit_code = 9


@dataclass(frozen=True, slots=True)
class Gap:
    """What table and files do not have in common."""

    sealed: int
    """Entries that the files hold."""
    known: int
    """Of these, so many are sealed by what the table knows."""
    lost: int
    """Entries that only the files still have."""
    since: list[int]
    """`seq` of entries that were written since the restore."""
    entries: int
    """In the table, all of them, while this was found out."""


def gap(connection: psycopg.Connection[Any], log: Log, known: Sealed | None) -> Gap:
    """Compare. `known` is the table's newest checkpoint. Raises RestoredFault."""
    if log.checkpoint is None or (known and known.size >= log.size):
        raise RestoredFault(
            "The sealed files know no more than the database: there is nothing to mend.",
            "rempart journal status",
        )
    size = known.size if known else 0
    if known and Tiles(log.objects.get, size).root() != known.root:
        raise RestoredFault(
            f"Files and database name different roots for {size} entries: this is another journal's backup.",
            "rempart journal verify; restore the backup that belongs to these files",
        )
    row = connection.execute("select count(*) from journal.entry").fetchone()
    held = leaves_of(log.objects.get, size, log.size)
    beyond = {held[i : i + SIZE] for i in range(0, len(held), SIZE)}
    since, common = [], 0
    for line in lines_after(connection, known.last if known else Position()):
        if leaf_hash(line) in beyond:
            common += 1
        else:
            since.append(int(line.split(b"\t", 3)[2]))
    return Gap(log.size, size, log.size - size - common, since, row[0] if row else 0)


def mend(connection: psycopg.Connection[Any], log: Log, found: Gap, by: str) -> int:
    """Let the table know what is sealed, and begin a new epoch; its number. Raises RestoredFault."""
    newest = log.checkpoint
    if newest is None:
        raise RestoredFault("Nothing is sealed.", "rempart journal status")
    last, rest = Position.parse(newest.last), (found.since, found.entries, by)
    try:
        row = connection.execute(
            "select journal.restored(%s, %s, %s, %s::text::xid8, %s, %s, %s, %s, %s)",
            [newest.size, newest.root, last.epoch, str(last.x), last.seq, newest.time, *rest],
        ).fetchone()
    except psycopg.errors.ObjectNotInPrerequisiteState:
        raise RestoredFault("Entries came in meanwhile.", "stop rempart serve, and try again") from None
    return int(row[0]) if row else 0
