"""One step of sealing: read what is final, make the reading durable, write files, publish a checkpoint.

What was noted in `journal.checkpoint` and is in no file yet is read again, before anything new: the same
entries in the same order have the same root, and so the same checkpoint, whatever was killed in between.
"""

from datetime import datetime

from rempart.journal.log import Log
from rempart.journal.store import Position, Sealed, Store
from rempart.vocabulary.faults import Fault

BATCH = 250_000
"""Entries in one checkpoint at most: half a second of work, and some 150 MB."""


class ContradictionFault(Fault):
    """The database and the sealed files say different things. Nothing is sealed until a person has looked."""

    exit_code = 9


def step(store: Store, log: Log, now: datetime, most: int = BATCH) -> int:
    """Seal the next entries there are; how many they were. Raises ContradictionFault, UncertainFault."""
    after = _agreed(store, log)
    if noted := store.sealed_beyond(log.size):
        return _again(store, log, after, noted)
    lines = store.read(after, most)
    if not lines:
        return 0
    prepared = log.prepare(lines)
    now = now.replace(microsecond=now.microsecond // 1000 * 1000)  # as a checkpoint writes it
    sealed = Sealed(prepared.size, prepared.root, Position.of_last(lines), now)
    store.note(sealed)
    log.publish(prepared, str(sealed.last), sealed.at)
    return len(prepared.table)


def _agreed(store: Store, log: Log) -> Position:
    """The last entry that both the files and the database know as sealed."""
    if not log.checkpoint:
        return Position()
    noted = store.sealed(log.size)
    if noted is None:
        raise ContradictionFault(
            f"The sealed files hold {log.size} entries, of which the database knows nothing: it went back.",
            "if it was restored from a backup: rempart journal restored",
        )
    if noted.root != log.checkpoint.root or str(noted.last) != log.checkpoint.last:
        raise ContradictionFault(
            f"For {log.size} entries the sealed files and the database name different roots.",
            "rempart journal verify says which files are intact",
        )
    return noted.last


def _again(store: Store, log: Log, after: Position, noted: Sealed) -> int:
    lines = store.read_again(after, noted.last)
    prepared = log.prepare(lines) if lines else None
    if not prepared or (prepared.size, prepared.root) != (noted.size, noted.root):
        raise ContradictionFault(
            f"The entries {log.size} to {noted.size} of the table are not those that were to be sealed.",
            "compare the table with a backup; nothing is sealed until then",
        )
    store.confirm()
    log.publish(prepared, str(noted.last), noted.at)
    return len(prepared.table)
