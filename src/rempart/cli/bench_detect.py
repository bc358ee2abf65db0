"""The detectors measured: replay without and with PostgreSQL, and how soon a live decision falls."""

import statistics
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import psycopg

from rempart.bench.entries import store, working_days
from rempart.bench.pgbench import BenchFault
from rempart.cli import processes, screen
from rempart.cli.bench_place import free_port
from rempart.cli.processes import LOOPBACK, Installation
from rempart.cli.serve import start_database, supervised
from rempart.containment.rehearse import Rehearsal
from rempart.database import directory
from rempart.database.connect import dsn
from rempart.detection import source
from rempart.detection.entries import ENTRY, SECOND
from rempart.detection.runs import chosen

PEERS = {"crowdsec_1_4_6": 1_446, "fail2ban_1_0_2": 10_060}
"""Log lines a second on a two-core machine."""
GOAL, GOAL_SECONDS = 200_000, 1.0
_PROBES = 8
_FORGED = 5
"""Proofs that the detector of proofs takes to speak."""
_TICK = 0.05
_START = 300.0
"""Seconds that a first start may take."""
_PROBE = (
    "insert into journal.entry (at, tag, account, organisation, verdict, reason, proof, person, hit, cost)"
    " select clock_timestamp(), 'gate:lookup:refused', %s, %s, 'refused', 'proof_forged', 1, n, false, 0"
    " from generate_series(1, %s) n"
)


def measure(entries: int, accounts: int, rate: int, seconds: int) -> dict[str, Any]:
    """On a throw-away cluster."""
    made = working_days(entries, accounts, int(time.time() - 60) * SECOND)
    report: dict[str, Any] = {"entries": entries, "accounts": accounts}
    starts = range(0, entries, source.BATCH)
    report["memory_replay"] = _replay(made[first : first + source.BATCH] for first in starts)
    with throw_away() as (supervisor, place):
        screen.step("The journal is filled")
        with psycopg.connect(dsn("owner", place.data), autocommit=True) as owner:
            store(owner, made)
            owner.execute("analyze journal.entry")
        with psycopg.connect(dsn("detector", place.data), autocommit=True) as detector:
            report["postgresql_replay"] = _replay(source.batches(detector, source.Cursor()))
        screen.step(f"Live, at {rate} look-ups a second")
        supervisor.start(processes.detector(place))
        report["live"] = _live(place.data, accounts, rate, seconds)
    read = report["postgresql_replay"]["entries_per_second"]
    slowest = report["live"]["seconds_to_decision"]["slowest"]
    report["times_faster_than"] = {name: round(read / lines) for name, lines in PEERS.items()}
    report["goals"] = {
        "entries_per_second": {"goal": GOAL, "measured": read, "met": read >= GOAL},
        "seconds_to_decision": {"goal": GOAL_SECONDS, "measured": slowest, "met": slowest < GOAL_SECONDS},
    }
    return report


def _replay(batches: Iterable[np.ndarray]) -> dict[str, Any]:
    rehearsal = Rehearsal(chosen())
    rehearsal.engine.see(np.zeros(1, ENTRY))  # compiled beforehand
    began, worked = time.perf_counter(), time.process_time()
    for batch in batches:
        rehearsal.see(batch)
    took, worked = time.perf_counter() - began, time.process_time() - worked
    runs = rehearsal.engine.runs
    return {
        "entries": rehearsal.entries,
        "seconds": round(took, 2),
        "entries_per_second": round(rehearsal.entries / took),
        "entries_per_processor_second": round(rehearsal.entries / worked),
        "signals": len(rehearsal.signals),
        "bytes_for_each": {
            key: sum(run.detector.state.itemsize for run in runs if run.detector.key == key)
            for key in ("account", "organisation", "network")
        },
        "bytes_for_all": sum(run.table.nbytes for run in runs),
    }


@contextmanager
def throw_away() -> Iterator[tuple[Any, Installation]]:
    """A supervisor with nothing but a migrated, empty database, gone at the end."""
    with tempfile.TemporaryDirectory(prefix="rempart-bench-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(directory.PASSABLE_DIRECTORY)
        data = directory.make(Path(folder))
        with supervised(data, screen.step) as supervisor:
            start_database(supervisor, data, screen.step)
            yield supervisor, Installation(data, LOOPBACK, free_port(), processes.gate_port(data, None))


def _live(data: Path, accounts: int, rate: int, seconds: int) -> dict[str, Any]:
    """Look-ups stream in; now and then an account forges proofs: how long until it is restricted?"""
    ended = threading.Event()
    written: list[int] = []
    stream = threading.Thread(target=_stream, args=(data, accounts, rate, ended, written))
    with psycopg.connect(dsn("owner", data), autocommit=True) as owner:
        _until_watched(owner)
        began = time.perf_counter()
        stream.start()
        try:
            taken = [_probe(owner, accounts + 1 + n, seconds / _PROBES) for n in range(_PROBES)]
        finally:
            ended.set()
            stream.join()
        took = time.perf_counter() - began
    return {
        "look_ups_per_second": round(sum(written) / took),
        "seconds_to_decision": {
            "median": round(statistics.median(taken), 3),
            "slowest": round(max(taken), 3),
            "each": [round(one, 3) for one in taken],
        },
    }


def _stream(data: Path, accounts: int, rate: int, ended: threading.Event, written: list[int]) -> None:
    seed = 0
    with psycopg.connect(dsn("owner", data), autocommit=True) as connection:
        while not ended.is_set():
            began, seed = time.perf_counter(), seed + 1
            made = working_days(round(rate * _TICK), accounts, int(time.time() * SECOND), seed)
            made["at"] = int(time.time() * SECOND)
            store(connection, made)
            written.append(len(made))
            ended.wait(max(0.0, _TICK - (time.perf_counter() - began)))


def _until_watched(owner: psycopg.Connection[Any]) -> None:
    """The watch has compiled its loops, for the first time here, and read what there is."""
    deadline = time.monotonic() + _START
    while time.monotonic() < deadline:
        row = owner.execute("select seen_until from gate.watch").fetchone()
        if row and row[0]:
            return
        time.sleep(0.1)
    raise BenchFault("The detecting process did not begin to look.", "is the machine busy? try again")


def _probe(owner: psycopg.Connection[Any], account: int, pause: float) -> float:
    time.sleep(pause)
    owner.execute(_PROBE, (account, account, _FORGED))
    began = time.perf_counter()
    asked = "select from gate.restriction where scope = 1 and subject = %s"
    while time.perf_counter() - began < 30 and not owner.execute(asked, (str(account),)).fetchall():  # noqa: PLR2004
        time.sleep(0.005)
    return time.perf_counter() - began
