"""Proofs out of the tree's files (RFC 9162, 2.1.3 and 2.1.4), and where an entry stands."""

from collections.abc import Callable, Iterator

import pyarrow.compute as pc
import pyarrow.parquet as pq

from rempart.journal.tiles import Tiles
from rempart.vocabulary.faults import Fault
from rempart_verify.canonical import lines
from rempart_verify.layout import CHECKPOINT, Span, spans
from rempart_verify.note import Checkpoint, read
from rempart_verify.place import Place
from rempart_verify.proof import Consistency, Inclusion


class ProveFault(Fault):
    """There is no such entry, or no such checkpoint."""


def newest(place: Place) -> Checkpoint:
    """The newest checkpoint; its signature is for whoever gets a proof to check. Raises ProveFault."""
    note = place.get(CHECKPOINT)
    if note is None:
        raise ProveFault("Nothing is sealed there.", "rempart serve seals; rempart journal export copies")
    return read(note.decode())


def find(place: Place, request: str, shown: Callable[[int, int], None]) -> list[int]:
    """The numbers of the entries of a request, newest segment first."""
    found: list[int] = []
    segments = spans(place.names("segments"), newest(place).size)
    for done, span in enumerate(reversed(segments), start=1):
        found += [span.start + row for row in _rows_of(place, span, request)]
        shown(done, len(segments))
        if found:
            break
    return found


def _rows_of(place: Place, span: Span, request: str) -> Iterator[int]:
    with place.open(span.name) as source:
        column = pq.read_table(source, columns=["request"])["request"]
    yield from pc.indices_nonzero(pc.fill_null(pc.equal(column, request), fill_value=False)).to_pylist()


def included(place: Place, index: int) -> Inclusion:
    """That an entry is in the newest checkpoint. Raises ProveFault."""
    made = newest(place)
    if not 0 <= index < made.size:
        raise ProveFault(f"There is no entry {index}: {made.size} are sealed.", "they are numbered from 0")
    tiles, start, end, path = Tiles(place.get, made.size), 0, made.size, []
    while end - start > 1:
        middle = start + _half(end - start)
        if index < middle:
            path.append(tiles.over(middle, end))
            end = middle
        else:
            path.append(tiles.over(start, middle))
            start = middle
    return Inclusion(_line(place, index, made.size), index, path[::-1], made.note)


def _line(place: Place, index: int, size: int) -> bytes:
    for span in spans(place.names("segments"), size):
        if span.start <= index < span.end:
            with place.open(span.name) as source:
                row = pq.read_table(source).slice(index - span.start, 1).combine_chunks()
            return lines(row.to_batches()[0])[0]
    raise ProveFault(f"No segment holds entry {index}.", "rempart journal verify says what is missing")


def consistent(place: Place, old: Checkpoint) -> Consistency:
    """That the newest checkpoint goes on from an older one. Raises ProveFault."""
    made = newest(place)
    if old.origin != made.origin or old.size > made.size:
        raise ProveFault(
            f"The journal has {made.size} entries, the checkpoint {old.size}: it is not an earlier one.",
            "rempart journal verify --last CHECKPOINT says what happened",
        )
    path = _between(Tiles(place.get, made.size), old.size, 0, made.size) if old.size else []
    return Consistency(old.note, made.note, path)


def _between(tiles: Tiles, first: int, start: int, end: int, *, whole: bool = True) -> list[bytes]:
    """SUBPROOF of RFC 9162, 2.1.4.1, for the leaves start to end."""
    if first == end - start:
        return [] if whole else [tiles.over(start, end)]
    middle = start + _half(end - start)
    if first <= middle - start:
        return [*_between(tiles, first, start, middle, whole=whole), tiles.over(middle, end)]
    return [*_between(tiles, first - (middle - start), middle, end, whole=False), tiles.over(start, middle)]


def _half(width: int) -> int:
    """The largest power of two below a width."""
    return 1 << (width - 1).bit_length() - 1
