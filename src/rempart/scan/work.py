"""A whole scan: read, key, sort, count, write, rehearse. Everything on disk is keyed already."""
# ruff: noqa: S608  # statements of constants; what comes from a log is data in columns

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from rempart.containment.rehearse import Rehearsal
from rempart.detection.runs import chosen
from rempart.scan import files
from rempart.scan.accounts import Accounts
from rempart.scan.bounds import Bounds, Hole, bounds, holes, is_open
from rempart.scan.counting import count_pairs, count_persons, new_to_account, tables, totals
from rempart.scan.mapping import Map
from rempart.scan.persons import Keyed
from rempart.scan.reading import Reading, read
from rempart.scan.rows import Period
from rempart.scan.segments import Segments, entries_of

MEMORY = "512MB"
"""Of the sorting; more goes to disk, keyed."""
SPEAKING = ("campaign", "crowd", "misses", "pace", "scatter", "walk")
"""Detectors whose evidence stands without knowing whether a card was read. The others count persons *without
a card*, and learn habits of that: of a log that does not say they would accuse every busy counter."""
_BATCH, _AHEAD = 100_000, 2


@dataclass(slots=True)
class Scan:
    """What a scan found."""

    map: Map
    reading: Reading
    bounds: Bounds
    holes: list[Hole]
    copies: int
    """Rows that stood in two files and count once."""
    entries: int
    names: list[str] = field(repr=False)
    """Of account 1, 2, …"""
    segments: tuple[Path, ...]
    rehearsal: Rehearsal | None
    tables: dict[str, list[dict[str, Any]]]
    """accounts, hours, networks, results → rows."""
    totals: dict[str, int]


Tell = Callable[[str], None]


def scan(  # each is a choice
    blocks: Callable[[list[files.Read]], Iterator[files.Block]],
    told: Map,
    key: bytes,
    out: Path,
    *,
    period: Period = Period(),  # noqa: B008  # frozen
    missing: Sequence[str] = (),
    rehearse: bool = True,
    tell: Tell = lambda _: None,
) -> Scan:
    """Scan the blocks; segments go into `out`. Raises ScanFault."""
    keyed = Keyed(key)
    accounts = Accounts(keyed)
    reading = Reading(missing=list(missing))
    with TemporaryDirectory(prefix="rempart-scan-") as held:
        rows = Path(held) / "rows.parquet"
        read(blocks(reading.files), told, keyed, accounts, rows, reading, period)
        reading.counted.unreadable["long"] += sum(file.too_long for file in reading.files)
        reading.counted.lines += sum(file.too_long for file in reading.files)
        found = holes(reading.counted)
        tell("sorting")
        with _in_order(rows, reading) as (run, ordered):
            tell("counting")
            count_pairs(run)
            segments = Segments(out, told)
            rehearsal = (
                Rehearsal(run for run in chosen() if run.detector.name in SPEAKING) if rehearse else None
            )
            _through(run, ordered, told, segments, rehearsal)
            count_persons(run, _stops(rehearsal))
            made = bounds(
                run, told, reading.counted, open_ended=is_open(reading.files, found, reading.missing)
            )
            counted, whole = dict(tables(run)), totals(run)
    return Scan(
        told,
        reading,
        made,
        found,
        reading.rows - segments.count,
        segments.count,
        accounts.names,
        tuple(segments.files),
        rehearsal,
        counted,
        whole,
    )


@contextmanager
def _in_order(rows: Path, reading: Reading) -> Iterator[tuple[duckdb.DuckDBPyConnection, Path]]:
    """The view `entry` and the file under it: every row once, in order of time. Most logs are so as read."""
    with duckdb.connect(
        config={
            "temp_directory": str(rows.parent),
            "memory_limit": MEMORY,
            "preserve_insertion_order": False,
        }
    ) as run:
        overlap = _overlap(reading.files)
        if overlap or not reading.in_order:
            source = f"read_parquet('{rows}')"
            source = _once(source) if overlap else source
            rows = rows.with_name("ordered.parquet")
            run.execute(
                f"copy (select * from {source} order by moment, file, row) to '{rows}' (compression lz4_raw)"
            )
        columns = "* exclude (file_row_number), file_row_number as position"
        run.execute(
            f"create temp view entry as select {columns} from read_parquet('{rows}', file_row_number = true)"
        )
        yield run, rows


def _once(source: str) -> str:
    """Without what two files both hold: the k-th equal line of each is one and the same."""
    same = "moment, account, network, page, result, person"
    numbered = f"select *, row_number() over (partition by {same}, file order by row) as k from {source}"
    ranked = f"select *, row_number() over (partition by {same}, k order by file) as c from ({numbered})"
    return f"(select * exclude (k, c) from ({ranked}) where c = 1)"


def _overlap(told: Sequence[files.Read]) -> bool:
    spans = sorted((file.first, file.last) for file in told if file.last)
    return any(later[0] <= earlier[1] for earlier, later in pairwise(spans))


def _through(
    run: duckdb.DuckDBPyConnection, ordered: Path, told: Map, segments: Segments, rehearsal: Rehearsal | None
) -> None:
    """Every entry in order of time; one batch is written while the next is made."""
    under_way: deque[Future[None]] = deque()
    with pq.ParquetFile(ordered) as source, ThreadPoolExecutor(1) as beside:
        new, done = new_to_account(run, source.metadata.num_rows), 0
        for batch in source.iter_batches(_BATCH):
            of_batch = pa.array(new[done : done + len(batch)])
            table = pa.Table.from_batches([batch]).append_column("new", of_batch)
            under_way.append(beside.submit(segments.write, table))
            if rehearsal:
                rehearsal.see(entries_of(table, told, done))
            if len(under_way) > _AHEAD:
                under_way.popleft().result()
            done += len(batch)
        for one in under_way:
            one.result()
    segments.close()


def _stops(rehearsal: Rehearsal | None) -> pa.Table:
    """Account → when it would have been noticed first, and restricted first (microseconds)."""
    seen: dict[int, int] = {}
    held: dict[int, int] = {}
    for signal in rehearsal.signals if rehearsal else ():
        if signal.account:
            seen.setdefault(signal.account, signal.at)
    for one in rehearsal.would if rehearsal else ():
        held.setdefault(one.account, round(one.at * 1e6))
    named = sorted(seen.keys() | held.keys())
    return pa.table(
        {
            "account": pa.array(named, pa.int64()),
            "noticed": pa.array([seen.get(one) for one in named], pa.int64()),
            "stopped": pa.array([held.get(one) for one in named], pa.int64()),
        }
    )
