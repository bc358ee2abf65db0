"""A whole journal verified: checkpoints, the tree's files, every entry. Needs the files and the public key.

Every entry is hashed again and compared with the tree's files; these are hashed up to the root of every
checkpoint. So each fault has its place: the roots say whether tree or segment is the one to believe.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from itertools import pairwise
from multiprocessing import cpu_count, get_context
from typing import Any

import pyarrow as pa

from rempart_verify import checkpoints, segment, tree
from rempart_verify.finding import CHANGED, FORKED, INSERTED, REMOVED, ROLLED_BACK, TRUNCATED, Report
from rempart_verify.layout import FAN, Span, spans, tile_name
from rempart_verify.merkle import EMPTY, SIZE
from rempart_verify.note import Checkpoint, PublicKey
from rempart_verify.place import Place
from rempart_verify.segment import Read
from rempart_verify.tree import Tile

Progress = Callable[[int, int], None]
"""Told how many entries of how many were hashed."""
_WORTH_PROCESSES = 200_000
"""Entries below which starting processes takes longer than the work."""


def verify(
    place: Place,
    key: PublicKey,
    *,
    last: Checkpoint | None = None,
    partial: bool = False,
    progress: Progress = lambda _done, _all: None,
) -> Report:
    """Look at everything. `last`: a checkpoint kept from earlier; `partial`: segments may be absent."""
    report = Report(str(key))
    newest, chain = checkpoints.read(place, key, report)
    if newest is None:
        return report
    report.size, report.root, report.checkpoints = newest.size, newest.root.hex(), len(chain)
    report.time = newest.time.isoformat(timespec="seconds")
    roots = _roots(newest, chain, last, report)
    with _workers(newest.size) as run:
        reads = list(_segments(place, newest.size, run, report, progress, partial=partial))
        tiles = _tiles(place, newest.size, roots, run)
        _judge(place, newest.size, roots, reads, tiles, report)
    return report


def _roots(
    newest: Checkpoint, chain: list[Checkpoint], last: Checkpoint | None, report: Report
) -> dict[int, bytes]:
    """Size → the root that was signed for it. A size signed twice with two roots is a fork."""
    roots: dict[int, bytes] = {}
    for one in [*chain, newest, *([last] if last else [])]:
        if not one.root:
            continue
        if one.size > newest.size:
            if one is last:
                more = f"It ends before the {last.size} entries of the checkpoint that was kept."
                report.found(ROLLED_BACK, "checkpoint", more, newest.size)
        elif roots.setdefault(one.size, one.root) != one.root:
            more = f"{one.size} entries had another root in a checkpoint signed by the same key."
            report.found(FORKED, "checkpoint", more)
    return roots


Run = Callable[..., "Future[Any]"]


@contextmanager
def _workers(size: int) -> Iterator[Run]:
    """Where jobs are run: here, or in a process for each processor."""
    if size < _WORTH_PROCESSES:
        yield _here
        return
    with ProcessPoolExecutor(
        cpu_count(), get_context("spawn"), initializer=pa.set_cpu_count, initargs=(1,)
    ) as pool:
        yield pool.submit


def _here(job: Callable[..., object], *values: object) -> "Future[Any]":
    done: Future[Any] = Future()
    done.set_result(job(*values))
    return done


def _segments(
    place: Place, size: int, run: Run, report: Report, progress: Progress, *, partial: bool
) -> Iterator[Read]:
    """Every segment, hashed; gaps and overlaps between them go into the report."""
    found = spans(place.names("segments"), size)
    report.segments = len(found)
    _continuous(found, size, report, partial=partial)
    for done in [run(segment.read, place, span) for span in found]:
        read: Read = done.result()
        report.entries += read.entries
        progress(report.entries, size)
        yield read


def _continuous(found: list[Span], size: int, report: Report, *, partial: bool) -> None:
    ends = [Span(0, 0, "segments"), *found, Span(size, size, "segments")]
    for before, after in pairwise(ends):
        missing = after.start - before.end
        if missing < 0:
            more = f"It begins before entry {before.end}, where {before.name} ends."
            report.found(INSERTED, after.name, more, after.start)
        elif missing and partial:
            report.absent += missing
        elif missing:
            what = TRUNCATED if after.start == size else REMOVED
            more = f"No segment holds entries {before.end} to {after.start - 1}."
            report.found(what, "segments", more, before.end)


def _tiles(
    place: Place, size: int, sizes: Iterable[int], run: Run, instead: Mapping[int, bytes] | None = None
) -> dict[int, Tile]:
    """Every file of leaf hashes, or only those that something stands `instead` of, hashed."""
    asked = defaultdict(list)
    for one in sizes:
        asked[one // FAN].append(one % FAN)
    numbers = range(-(-size // FAN)) if instead is None else list(instead)
    jobs = [
        run(
            tree.tile,
            place,
            number,
            min(FAN, size - number * FAN),
            asked[number],
            (instead or {}).get(number, b""),
        )
        for number in numbers
    ]
    return {number: job.result() for number, job in zip(numbers, jobs, strict=True)}


def _judge(
    place: Place,
    size: int,
    roots: Mapping[int, bytes],
    reads: list[Read],
    tiles: dict[int, Tile],
    report: Report,
) -> None:
    """Who is to believe where segments, tree and checkpoints differ."""
    if size == 0 and roots.get(0, EMPTY) != EMPTY:
        report.found(CHANGED, "checkpoint", "It names a root for no entries.")
    bad = [read for read in reads if read.what]
    wrong = tree.wrong_roots(tiles, {one: root for one, root in roots.items() if one})
    if wrong and (mended := _with_segments(place, size, roots, bad, tiles)):
        _altered_tree(mended, bad, report)
        bad = [read for read in bad if not read.leaves]
    elif wrong:
        _not_signed(wrong[0], roots, report)
    for read in bad:
        report.found(read.what, read.span.name, read.more, read.entry)
    for name in [] if wrong else tree.wrong_upper(place, tiles, size):
        report.found(CHANGED, name, "It does not hold the hashes that those below it make.")


def _with_segments(
    place: Place, size: int, roots: Mapping[int, bytes], bad: list[Read], tiles: dict[int, Tile]
) -> list[int]:
    """The numbers of the tree's files that are wrong, where the segments make every root; else empty."""
    instead: dict[int, bytes] = {}
    for read in bad:
        span = read.span
        if len(read.leaves) != (span.end - span.start) * SIZE:
            continue
        for number in range(span.start // FAN, -(-span.end // FAN)):
            held = bytearray(instead.get(number) or place.get(tile_name(0, number)) or b"").ljust(
                FAN * SIZE, b"\0"
            )
            first, last = max(span.start, number * FAN), min(span.end, (number + 1) * FAN)
            held[(first - number * FAN) * SIZE : (last - number * FAN) * SIZE] = read.leaves[
                (first - span.start) * SIZE : (last - span.start) * SIZE
            ]
            instead[number] = bytes(held)
    if not instead:
        return []
    again = tiles | _tiles(place, size, roots, _here, instead)
    if tree.wrong_roots(again, {one: root for one, root in roots.items() if one}):
        return []
    kept = {number: place.get(tile_name(0, number)) or b"" for number in instead}
    return [
        number
        for number in instead
        if kept[number][: min(FAN, size - number * FAN) * SIZE]
        != instead[number][: min(FAN, size - number * FAN) * SIZE]
    ]


def _altered_tree(numbers: list[int], bad: list[Read], report: Report) -> None:
    for number in numbers:
        first = min(
            (read.entry or 0 for read in bad if (read.entry or 0) // FAN == number), default=number * FAN
        )
        more = "The entries make the signed roots; this file of the tree does not."
        report.found(CHANGED, tile_name(0, number), more, first)


def _not_signed(first: int, roots: Mapping[int, bytes], report: Report) -> None:
    """Segments and tree agree, or neither makes the root: the range between two checkpoints is known."""
    before = max((one for one in roots if one < first), default=0)
    more = (
        f"Entries {before} to {first - 1} do not make the root that the checkpoint of {first} entries signed."
    )
    report.found(CHANGED, tile_name(0, before // FAN), more, before)
