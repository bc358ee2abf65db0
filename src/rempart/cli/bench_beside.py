"""What sealing takes from the gate at full load, and how long an entry waits for it meanwhile.

Runs without and with the sealer take turns on one installation; the load generator shares the processors.
"""

import os
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg

from rempart.bench.pgbench import BenchFault
from rempart.bench.requests import PROVEN_OF_EVERYDAY
from rempart.bench.rules.figures import described, middle, ratio
from rempart.cli import processes, screen
from rempart.cli.bench_place import CONNECTIONS, Furnished, Load
from rempart.database.connect import dsn
from rempart.journal import signer
from rempart.journal.standing import standing

_RUNS = 3
_LOOK = 0.5
"""Seconds between two looks at what waits."""
_PATIENCE = 60.0
LAG_GOAL, LOSS_GOAL = 5.0, 0.10
"""Seconds; share of the gate's rate."""


def measure(here: Furnished, seconds: int) -> dict[str, Any]:
    """Look-ups a second without and with the sealer (the middle run), the oldest entry's wait in seconds."""
    signer.create(here.place.data)
    here.supervisor.start(processes.gate(here.place))
    watched = {"postgres": here.database.postmaster, "gate": here.supervisor.pid("gate")}
    load = Load(here.plan_file, here.place.gate_port, CONNECTIONS)
    load.warm_up(len(here.plan.accounts), watched)
    without, beside, lags = [], [], []
    for number in range(1, _RUNS + 1):
        screen.step(f"The gate alone and beside the sealer, {number} of {_RUNS}")
        without.append(described(load.run(PROVEN_OF_EVERYDAY, seconds, watched)[0]))
        with _sealing(here), _watching(here) as seen:
            beside.append(described(load.run(PROVEN_OF_EVERYDAY, seconds, watched)[0]))
        lags.append(max(seen))
    rates = {"alone": middle(without)["per_second"], "beside": middle(beside)["per_second"]}
    loss = round(1 - (ratio(rates["beside"], rates["alone"]) or 0.0), 3)
    return {
        "lookups_per_second": rates,
        "lag_seconds": {"each_run": lags, "most": max(lags)},
        "goals": {
            "lag_seconds": {"goal": LAG_GOAL, "measured": max(lags), "met": max(lags) < LAG_GOAL},
            "taken_from_the_gate": {"goal": LOSS_GOAL, "measured": loss, "met": loss < LOSS_GOAL},
        },
    }


@contextmanager
def _sealing(here: Furnished) -> Iterator[None]:
    """Inside, the sealer runs and has caught up."""
    child = processes.sealer(here.place)
    with child.log.open("ab") as log:
        process = subprocess.Popen(child.command, env=os.environ | child.env, stdout=log, stderr=log)
    try:
        deadline = time.monotonic() + _PATIENCE
        with psycopg.connect(dsn("owner", here.place.data), autocommit=True) as owner:
            while standing(owner, here.place.data).waiting:
                if time.monotonic() > deadline or process.poll() is not None:
                    raise BenchFault("The sealer does not catch up.", f"read {child.log}")
                time.sleep(_LOOK)
        yield
    finally:
        process.terminate()
        process.wait()


@contextmanager
def _watching(here: Furnished) -> Iterator[list[float]]:
    """How long the oldest entry waits, in seconds, at each look."""
    seen, ended = [0.0], threading.Event()

    def look() -> None:
        with psycopg.connect(dsn("owner", here.place.data), autocommit=True) as owner:
            while not ended.wait(_LOOK):
                seen.append(standing(owner, here.place.data).lag)

    beside = threading.Thread(target=look)
    beside.start()
    try:
        yield seen
    finally:
        ended.set()
        beside.join()
