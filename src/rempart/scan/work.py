"""A whole scan: read, key, sort, count, write, rehearse. Everything on disk is keyed already."""
# ruff: noqa: S608  # statements of constants; what comes from a log is data in columns

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb
import pyarrow as pa

from rempart.containment.rehearse import Rehearsal
from rempart.detection.runs import chosen
from rempart.scan import files
from rempart.scan.accounts import Accounts
from rempart.scan.bounds import Bounds, Hole, bounds, holes, is_open
from rempart.scan.mapping import GRANTED, Map
from rempart.scan.persons import Keyed
from rempart.scan.reading import Reading, read
from rempart.scan.rows import Period
from rempart.scan.segments import Segments, batches, entries_of

MEMORY = "512MB"
"""Of the sorting; more goes to disk, keyed."""
SPEAKING = ("campaign", "crowd", "misses", "pace", "scatter", "walk")
"""Detectors whose evidence stands without knowing whether a card was read. The others count persons *without
a card*, and learn habits of that: of a log that does not say they would accuse every busy counter."""
_BATCH = 100_000
_MONTH = 30 * 86_400_000_000


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
    """accounts, hours, networks, results, pages → rows."""
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
        with _sorted(rows, told, held, overlap=_overlap(reading.files)) as run:
            tell("counting")
            made = bounds(
                run, told, reading.counted, open_ended=is_open(reading.files, found, reading.missing)
            )
            segments = Segments(out, told)
            rehearsal = (
                Rehearsal(run for run in chosen() if run.detector.name in SPEAKING) if rehearse else None
            )
            tell("sorting")
            _through(run, told, segments, rehearsal)
            copies = reading.rows - segments.count
            tables, totals = _tables(run, _stops(rehearsal))
    return Scan(
        told,
        reading,
        made,
        found,
        copies,
        segments.count,
        accounts.names,
        tuple(segments.files),
        rehearsal,
        tables,
        totals,
    )


@contextmanager
def _sorted(rows: Path, told: Map, held: str, *, overlap: bool) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(
        config={"temp_directory": held, "memory_limit": MEMORY, "preserve_insertion_order": False}
    ) as run:
        source = f"read_parquet('{rows}')"
        if overlap:  # the k-th equal line of each file is one and the same
            same = "moment, account, network, page, result, person"
            numbered = (
                f"select *, row_number() over (partition by {same}, file order by row) as k from {source}"
            )
            ranked = (
                f"select *, row_number() over (partition by {same}, k order by file) as c from ({numbered})"
            )
            source = f"(select * exclude (k, c) from ({ranked}) where c = 1)"
        run.sql(f"create temp view entry as select * from {source}")
        run.sql("create temp table page (page smallint, kind text, persons integer)")
        pages = [(number, page.kind, page.persons) for number, page in enumerate(told.pages)]
        run.executemany("insert into page values (?, ?, ?)", pages).fetchall()
        yield run


def _overlap(told: Sequence[files.Read]) -> bool:
    spans = sorted((file.first, file.last) for file in told if file.last)
    return any(later[0] <= earlier[1] for earlier, later in pairwise(spans))


def _through(
    run: duckdb.DuckDBPyConnection, told: Map, segments: Segments, rehearsal: Rehearsal | None
) -> None:
    """Every entry in order of time. A person is new to an account who was not asked for there for a month."""
    query = f"""select *, cast(case when person = 0 or account = 0 then 0
        when moment - lag(moment, 1, -9000000000000000)
             over (partition by account, person order by moment, file, row) > {_MONTH} then 1
        else 0 end as smallint) as new from entry order by moment, file, row"""
    for table in batches(run.sql(query).to_arrow_reader(_BATCH)):
        if rehearsal:
            rehearsal.see(entries_of(table, told, segments.count))
        segments.write(table)
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


_SHOWN = f"result = {GRANTED} and person > 0"
_TABLES = {
    "accounts": f"""select account, count(distinct person) filter (where {_SHOWN}) as persons,
        count(*) filter (where {_SHOWN}) as lookups, min(moment) filter (where {_SHOWN}) as first,
        max(moment) filter (where {_SHOWN}) as last, count(distinct network) as networks,
        count(distinct person) filter (where {_SHOWN} and moment <= noticed) as by_noticed,
        count(distinct person) filter (where {_SHOWN} and moment <= stopped) as by_stopped,
        any_value(noticed) as noticed, any_value(stopped) as stopped,
        count(*) filter (where result = {GRANTED} and person = 0) as not_in_line
        from entry left join stop using (account) group by account
        having persons > 0 or not_in_line > 0 order by persons desc, account""",
    "hours": f"""select moment // 3600000000 as hour, count(distinct person) as persons,
        count(distinct person) filter (where stopped is not null) as suspect
        from entry left join stop using (account) where {_SHOWN} group by hour order by hour""",
    "networks": f"""select network, count(distinct person) as persons, count(distinct account) as accounts
        from entry where {_SHOWN} group by network order by persons desc, network limit 20""",
    "results": """select result, count(*) as lookups, count(distinct person) as persons
        from entry group by result order by result""",
    "pages": f"""select page, count(*) as lookups, count(distinct person) filter (where {_SHOWN}) as persons
        from entry group by page order by page""",
}
_TOTALS = f"""select count(distinct person) filter (where {_SHOWN}) as persons,
    count(*) filter (where {_SHOWN}) as lookups,
    count(distinct account) filter (where {_SHOWN} and account <> 0) as accounts,
    count(distinct network) filter (where {_SHOWN}) as networks,
    min(moment) filter (where {_SHOWN}) as first, max(moment) filter (where {_SHOWN}) as last,
    count(distinct person) filter (
        where {_SHOWN} and (stopped is null or moment <= stopped)) as would_persons,
    count(distinct person) filter (where {_SHOWN} and stopped is not null) as suspect_persons,
    count(distinct person) filter (where {_SHOWN} and moment <= stopped) as suspect_would,
    count(distinct account) filter (where stopped is not null) as stopped_accounts,
    min(noticed) as noticed, min(stopped) as stopped
    from entry left join stop using (account)"""


def _tables(
    run: duckdb.DuckDBPyConnection, stops: pa.Table
) -> tuple[dict[str, list[dict[str, Any]]], dict[str, int]]:
    run.register("stop", stops)
    made = {name: run.sql(query).to_arrow_table().to_pylist() for name, query in _TABLES.items()}
    return made, run.sql(_TOTALS).to_arrow_table().to_pylist()[0]
