"""How fast access logs are scanned: a log made up and thrown away, beside a bare query of the same lines.

Each figure is of a process of its own, so that its memory is its own. The peer takes five fields out of
each line by one regular expression and counts distinct persons in clear, which a scan must not do.
"""

import multiprocessing
import os
import shutil
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import duckdb
import psutil

from rempart.cli import screen
from rempart.scan import files
from rempart.scan.mapping import parsed
from rempart.scan.persons import key_of
from rempart.scan.work import scan

GOAL = 500_000
"""Lines a second on two processors."""
_MAP = '[[page]]\npath = "/beneficiaires/{person}/droits"\n'
_LOOK = 0.05
"""Seconds between two looks at the memory."""
_LINE = '198.51.%d.%d - pharma-%d [%s +0200] "GET %s HTTP/1.1" %d %d "-" "Mozilla/5.0 (X11; Linux x86_64)"'
_PERSON = "/beneficiaires/%d%02d%02d96%03d%03d%02d/droits"
_LINES = f"""
select printf('{_LINE}', u % 60000 // 250, u % 250, u % 60000, strftime(moment, '%d/%b/%Y:%H:%M:%S'),
              case when u // 7 % 5 = 0 then '/static/app-' || u % 40 || '.js'
                   else printf('{_PERSON}', 1 + p % 2, 30 + p // 2 % 70, 1 + p // 140 % 12,
                               1 + p // 1680 % 899, 1 + p // 1510320 % 998, 1 + p % 97) end,
              case when u // 11 % 25 = 0 then 404 else 200 end, 500 + u % 9000)
  from (select make_timestamp(1664604000000000 + (i * (2600000000000.0 / {{lines}}))::bigint) as moment,
               (hash(i, 1) >> 8)::bigint as u, (hash(i, 2) >> 8)::bigint % 2000000 as p
          from range({{lines}}) as r(i))
"""  # noqa: S608  # constants
_FIELDS = r"^(\S+) \S+ (\S+) \[([^\]]+)\] \"GET /beneficiaires/([^/]+)/droits HTTP/1.1\" (\d+)"
_BARE = f"""
select count(distinct one.person), count(distinct one.account), count(distinct one.network), min(one.at)
  from (select regexp_extract(line, '{_FIELDS}', ['network', 'account', 'at', 'person', 'status']) as one
          from read_csv('{{path}}', columns = {{{{'line': 'varchar'}}}}, delim = '\x01', quote = '',
                        escape = '', header = false, auto_detect = false))
 where one.status = '200'
"""  # noqa: S608  # constants


def measure(lines: int) -> dict[str, Any]:
    """Make the log, scan it, remove it. Rates in lines a second, memory of all processes together in MB."""
    above = Path(tempfile.mkdtemp(prefix="rempart-bench-"))
    try:
        screen.step(f"A log of {lines:,} lines")
        log = above / "access.log"
        query = _LINES.format(lines=lines)
        with duckdb.connect() as run:
            run.execute(f"copy ({query}) to '{log}' (format csv, header false, delimiter '\x01', quote '')")
        found = {name: _alone(name, log) for name in _KINDS}
        rates = {name: round(lines / one["seconds"]) for name, one in found.items()}
        return {
            "lines": lines,
            "megabytes": round(log.stat().st_size / 1e6),
            "lines_per_second": rates,
            "peak_memory_mb": {name: one["peak_memory_mb"] for name, one in found.items()},
            "persons": {name: one["persons"] for name, one in found.items()},
            "ratios": {"scan_to_bare_query": round(rates["scan"] / rates["bare_query"], 3)},
            "goals": {"scan": {"goal": GOAL, "measured": rates["scan"], "met": rates["scan"] >= GOAL}},
        }
    finally:
        shutil.rmtree(above, ignore_errors=True)


def _scanned(log: Path, *, rehearse: bool = False) -> int:
    made = scan(
        lambda reads: files.blocks([str(log)], reads),
        parsed(_MAP),
        key_of(None),
        log.with_name("out"),
        rehearse=rehearse,
    )
    return made.bounds.at_least


def _noticed(log: Path) -> int:
    return _scanned(log, rehearse=True)


def _bare(log: Path) -> int:
    with duckdb.connect(config={"memory_limit": "4GB"}) as run:
        row = run.execute(_BARE.format(path=log)).fetchone()
    return int(row[0]) if row else 0


_KINDS: dict[str, Callable[[Path], int]] = {
    "bare_query": _bare,
    "scan": _scanned,
    "scan_with_detectors": _noticed,
}


def _alone(name: str, log: Path) -> dict[str, Any]:
    """One kind in a new process, its memory and that of its own processes watched from here."""
    screen.step(name.replace("_", " "))
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        process = psutil.Process(pool.submit(os.getpid).result())
        begun, peak = time.perf_counter(), 0
        work = pool.submit(_KINDS[name], log)
        while not work.done():
            peak = max(peak, _memory(process))
            time.sleep(_LOOK)
        seconds = time.perf_counter() - begun
        return {"seconds": seconds, "persons": work.result(), "peak_memory_mb": round(peak / 2**20)}


def _memory(process: psutil.Process) -> int:
    total = 0
    for one in [process, *process.children(recursive=True)]:
        try:
            total += one.memory_full_info().pss
        except psutil.Error:  # it ended in between
            continue
    return total
