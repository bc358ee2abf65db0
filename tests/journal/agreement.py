"""Table, files and `journal.checkpoint` held against each other, entry by entry, by means of their own."""

import pyarrow.parquet as pq

from rempart.journal.canonical import table_of
from rempart.journal.log import Log
from rempart_verify.layout import spans
from rempart_verify.merkle import leaf_hash, root_of
from rempart_verify.note import Checkpoint, notes_in, opened
from tests.journal.conftest import Place


def agrees(place: Place, log: Log) -> None:
    """Table, segments and root say the same, entry by entry."""
    assert log.checkpoint is not None
    lines = place.lines(log.checkpoint.last)
    assert len(lines) == log.size
    assert root_of([leaf_hash(line) for line in lines]) == log.checkpoint.root
    expected = table_of(b"\n".join([*lines, b""]))
    counting = spans(log.objects.names("segments"), log.size)
    assert [span.start for span in counting] == [0, *(span.end for span in counting[:-1])]
    assert counting[-1].end == log.size
    for span in counting:
        held = pq.read_table(f"{log.objects.url}/{span.name}", partitioning=None)
        assert held.equals(expected.slice(span.start, span.end - span.start)), span.name


def chain(place: Place, log: Log) -> list[Checkpoint]:
    """Every checkpoint ever signed: each follows on the last, has the table's root, was noted."""
    key = log.signer.public
    notes = [
        opened(note, key)
        for span in spans(log.objects.names("checkpoints"), log.size)
        for note in notes_in((log.objects.get(span.name) or b"").decode())
    ]
    assert notes[-1] == log.checkpoint
    leaves = [leaf_hash(line) for line in place.lines(notes[-1].last)]
    before = ""
    for note in notes:
        assert note.previous == before
        assert note.root == root_of(leaves[: note.size])
        before = note.digest
    known = place.owner.execute("select size, root from journal.checkpoint order by size").fetchall()
    assert known == [(note.size, note.root) for note in notes]
    return notes
