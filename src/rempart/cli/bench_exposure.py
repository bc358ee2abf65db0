"""How long exposure takes to compute over a month of look-ups, made up for this and thrown away.

Entries go straight into segments, in the sealed journal's layout and order, without a tree over them: no
question reads it. Thirty days, 60,000 accounts, twenty million persons; seven look-ups in ten are of an
account's own clients. Each question runs in a process of its own, so that its memory is its own; what the
system keeps of the files in memory it keeps.
"""

import json
import multiprocessing
import shutil
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import duckdb
from rich.progress import Progress

from rempart.cli import screen
from rempart.exposure import answer, person, projections, source, statements
from rempart.exposure.duck import Duck, files_of
from rempart.exposure.selection import Selection
from rempart.journal import signer
from rempart.journal.objects import Folder
from rempart.vocabulary.faults import Fault
from rempart_verify.layout import CHECKPOINT, KEY, segment_name
from rempart_verify.merkle import EMPTY
from rempart_verify.note import Checkpoint
from rempart_verify.schema import COLUMNS

_DAYS = 30
_FIRST = date(2026, 10, 1)
_AT_MOST = 1_000_000
"""Entries in a segment."""
_BYTES = 110
"""Of disk an entry may take with its projections, and while they are sorted."""
_MEMORY = "6GB"
_RUNS = 5
_GOALS = {"whole_table_to_bare_query": 1.5, "one_account_s": 0.5, "one_person_s": 1.0}

_MADE = {
    "x": "i",
    "seq": "i",
    "epoch": "1",
    "at": "make_timestamptz({midnight} + ((i - {start}) * {step})::bigint)",
    "tag": "'gate:lookup:' || verdict",
    "request": "'R-' || substr(upper(md5(i::varchar)), 1, 12)",
    "profession": "'pharmacist'",
    "assurance": "2",
    "session": "substr(md5((account * 31 + {midnight})::varchar), 1, 12)",
    "organisation": "account // 3",
    "network": "'10.' || (account // 65536) || '.' || (account // 256 % 256) || '.' || (account % 256)",
    "channel": "'api'",
    "purpose": "'rights'",
    "act_family": "'medicines'",
    "hit": "person > 0",
    "birth_month": "1 + i % 12",
    "insurer": "case when verdict = 'granted' then 1 + person % 40 end",
    "categories": "case when verdict = 'granted' then 5 else 0 end",
    "proof": "case when i % 3 = 0 then 1 else 0 end",
    "reason": "case when verdict = 'refused' then if(person < 0, 'not_found', 'limit_account') end",
    "cost": "1",
    "count": "1",
    "policy": "1",
}
_PEOPLE, _CLIENTS, _ACCOUNTS = 20_000_000, 2_000, 60_000
_BASE = f"""
select i, account, case when i % 25 < 2 then 'refused' else 'granted' end as verdict,
       case when i % 25 = 0 then -1 else 1 end * (hash(nth) >> 2)::bigint as person
  from (select i, account,
               case when u % 10 < 7 then (account * 331 + (u >> 8) % {_CLIENTS}) % {_PEOPLE}
                    else (u >> 8) % {_PEOPLE} end as nth
          from (select i, 1 + hash(i, 1) % {_ACCOUNTS} as account, hash(i, 2) as u
                  from range({{start}}, {{end}}) as r(i)))
"""  # noqa: S608  # constants


def measure(entries: int) -> dict[str, Any]:
    """Make the journal, ask, remove it. Raises Fault where the disk is too small."""
    above = Path(tempfile.mkdtemp(prefix="rempart-bench-"))
    try:
        if shutil.disk_usage(above).free < entries * _BYTES:
            raise Fault(
                f"{entries * _BYTES / 1e9:.0f} GB of disk are needed in {above.parent}.",
                "ask for fewer --entries",
            )
        return {"entries": entries} | _measured(above, entries)
    finally:
        shutil.rmtree(above, ignore_errors=True)


def _measured(above: Path, entries: int) -> dict[str, Any]:
    screen.step(f"A month of {entries:,} entries")
    begun = time.monotonic()
    _make(above / "sealed", entries)
    made = time.monotonic() - begun
    screen.step("Its projections")
    begun = time.monotonic()
    objects = Folder(above / "sealed")
    for day in projections.days(objects):
        projections.build(objects, above / projections.FOLDER, day, _MEMORY)
    report: dict[str, Any] = {
        "made_in_s": round(made, 1),
        "projections_in_s": round(time.monotonic() - begun, 1),
        "bytes": {"segments": _size(above / "sealed"), "projections": _size(above / projections.FOLDER)},
    }
    report["questions"] = {name: _alone(name, above) for name in _QUESTIONS}
    return report | {"goals": _goals(report["questions"])}


def _goals(questions: dict[str, Any]) -> dict[str, Any]:
    measured = {
        "whole_table_to_bare_query": questions["whole_table"]["seconds"] / questions["bare_query"]["seconds"],
        "one_account_s": questions["one_account"]["seconds"],
        "one_person_s": questions["one_person"]["seconds"],
    }
    return {
        name: {"goal": goal, "measured": round(measured[name], 3), "met": measured[name] <= goal}
        for name, goal in _GOALS.items()
    }


# ---------------------------------------------------------------------------------------- the questions


def _bare(above: Path) -> int:
    """What DuckDB needs without us, over the same segments."""
    names = [f"{above}/sealed/{span.name}" for span in source.segments(Folder(above / "sealed"), 1 << 62)]
    with duckdb.connect(config={"memory_limit": _MEMORY, "temp_directory": str(above / "spill")}) as run:
        run.execute("set enable_progress_bar = false")
        query = f"""select account, count(distinct person) from {files_of(names)}
                     where verdict = 'granted' and person > 0 and categories > 0 group by account"""  # noqa: S608
        return int(run.sql(query).to_arrow_table().num_rows)


def _whole(above: Path, *, projected: bool = False) -> int:
    found = source.read(Folder(above / "sealed"), None, above / projections.FOLDER if projected else None)
    with Duck(found, _MEMORY) as engine:
        answer.choose(engine, Selection())
        return sum(len(batch) for batch in engine.batches(statements.PERSONS_BY_ACCOUNT))


def _whole_projected(above: Path) -> int:
    return _whole(above, projected=True)


def _account(above: Path) -> int:
    """The whole answer about one account: the summary and the list."""
    found = source.read(Folder(above / "sealed"), None, above / projections.FOLDER)
    with Duck(found, _MEMORY) as engine:
        answer.choose(engine, Selection(accounts=(4_321,)))
        answer.summed_up(engine)
        return sum(len(batch) for batch in answer.listed(engine))


def _person(above: Path) -> int:
    number = json.loads((above / "person").read_text("utf-8"))
    found = source.read(Folder(above / "sealed"), None, above / projections.FOLDER, source.PERSON)
    with Duck(found, _MEMORY) as engine:
        return len(person.seen(engine, number))


_QUESTIONS: dict[str, Callable[[Path], int]] = {
    "bare_query": _bare,
    "whole_table": _whole,
    "whole_table_projected": _whole_projected,
    "one_account": _account,
    "one_person": _person,
}
_QUICK = {"one_account", "one_person"}


def _alone(name: str, above: Path) -> dict[str, Any]:
    """One question in a new process; the quick ones again and again, and the middle counts."""
    screen.step(f"Asked: {name}")
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_timed, name, above).result()


def _timed(name: str, above: Path) -> dict[str, Any]:
    times, found = [], 0
    for _ in range(_RUNS if name in _QUICK else 1):
        begun = time.perf_counter()
        found = _QUESTIONS[name](above)
        times.append(time.perf_counter() - begun)
    return {
        "seconds": round(sorted(times)[len(times) // 2], 3),
        "slowest_s": round(max(times), 3),
        "rows": found,
        "peak_memory_mb": _peak(),
    }


def _peak() -> int | None:
    """The most memory this process held, in MB; what `getrusage` says would begin with its parent's."""
    status = Path("/proc/self/status")
    lines = status.read_text("utf-8").splitlines() if status.exists() else []
    return next((round(int(line.split()[1]) / 1024) for line in lines if line.startswith("VmHWM")), None)


# ------------------------------------------------------------------------------------------ the journal


def _make(folder: Path, entries: int) -> None:
    make_segments(folder, entries, _note_somebody)
    _seal(folder, entries)


def make_segments(folder: Path, entries: int, then: Callable[..., None] | None = None) -> None:
    """Thirty days of segments without a tree; `then` is given the connection, the folder, some entries."""
    cuts = [entries * day // _DAYS for day in range(_DAYS + 1)]
    with duckdb.connect() as run, screen.progress(*Progress.get_default_columns()) as progress:
        for number, (first, last) in enumerate(progress.track(list(pairwise(cuts)), description="Days")):
            for start in range(first, last, _AT_MOST):
                _segment(run, folder, number, (first, last), (start, min(last, start + _AT_MOST)))
        if then:
            then(run, folder, min(entries, _AT_MOST))


def _segment(
    run: duckdb.DuckDBPyConnection, folder: Path, number: int, day: tuple[int, int], here: tuple[int, int]
) -> None:
    at = _FIRST + timedelta(days=number)
    midnight = int(datetime(at.year, at.month, at.day, tzinfo=UTC).timestamp()) * 10**6
    words = {"start": day[0], "midnight": midnight, "step": 86_400e6 / (day[1] - day[0])}
    columns = ", ".join(f'{_value(name).format(**words)} as "{name}"' for name in COLUMNS)
    path = folder / segment_name(at.isoformat(), *here)
    path.parent.mkdir(parents=True, exist_ok=True)
    base = _BASE.format(start=here[0], end=here[1])
    rows = f"select {columns} from ({base})"  # noqa: S608
    run.execute(f"copy ({rows}) to '{path}' (format parquet, compression zstd, row_group_size 102400)")


def _value(name: str) -> str:
    sql = {"int64": "bigint", "int32": "integer", "int16": "smallint", "bool": "boolean", "string": "varchar"}
    kind = sql.get(str(COLUMNS[name]), "timestamptz")
    made = _MADE.get(name, name if name in {"account", "person", "verdict"} else "null")
    return f"({made})::{kind}"


def _note_somebody(run: duckdb.DuckDBPyConnection, folder: Path, entries: int) -> None:
    base = _BASE.format(start=0, end=entries)
    found = run.execute(f"select person from ({base}) where person > 0 limit 1").fetchone()  # noqa: S608
    (folder.parent / "person").write_text(json.dumps(found[0] if found else 1), "utf-8")


def _seal(folder: Path, entries: int) -> None:
    """A checkpoint that says how many; its root is of nothing."""
    key = folder.parent / "key.json"
    key.write_bytes(signer.new_file())
    signs = signer.load(key)
    made = Checkpoint(signs.name, entries, EMPTY, datetime.now(UTC), f"1/{entries}/{entries}")
    objects = Folder(folder)
    objects.put(KEY, f"{signs.public}\n".encode())
    objects.put(CHECKPOINT, signs.sign(made).encode())


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*.parquet"))
