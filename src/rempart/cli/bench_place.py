"""A throw-away installation for measurements: furnished, its database running, its load generator at hand."""

import json
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from rich.progress import Progress

from rempart.bench.pgbench import BenchFault, Database, House
from rempart.bench.plan import Plan
from rempart.bench.rules.figures import Run
from rempart.cli import processes, screen
from rempart.cli.bench_house import furnish
from rempart.cli.processes import LOOPBACK, Installation
from rempart.cli.serve import start_database, supervised
from rempart.cli.supervisor import Supervisor
from rempart.database import binaries, directory
from rempart.database.connect import dsn
from rempart.database.embedded import Cluster

CONNECTIONS = 32
_PREPARED = 4_500
"""Requests made beforehand for each second of a run: more than two cores answer."""


@dataclass(frozen=True, slots=True)
class Furnished:
    """The throw-away installation."""

    supervisor: Supervisor
    place: Installation
    plan: Plan
    house: House
    database: Database

    @property
    def plan_file(self) -> Path:
        return self.place.data / "bench" / "plan.json"


@dataclass(frozen=True, slots=True)
class Load:
    """The load generator: a process of its own, so that it shares no interpreter with what it measures."""

    plan: Path
    port: int
    connections: int

    def warm_up(self, accounts: int, watched: Mapping[str, int]) -> None:
        """Three proven look-ups from each account: terminals known, plans made, pages read."""
        self._ask(1.0, 60.0, watched, count=3 * accounts)

    def run(
        self, proven: float, seconds: float, watched: Mapping[str, int], *, references: bool = False
    ) -> tuple[Run, list[str]]:
        """One run, and the references of what was granted. Raises BenchFault when the generator fails."""
        return self._ask(proven, seconds, watched, count=int(seconds * _PREPARED), references=references)

    def _ask(
        self,
        proven: float,
        seconds: float,
        watched: Mapping[str, int],
        *,
        count: int,
        references: bool = False,
    ) -> tuple[Run, list[str]]:
        done = subprocess.run(
            [
                *(sys.executable, "-m", "rempart.bench.load", "--plan", str(self.plan)),
                *("--port", str(self.port), "--connections", str(self.connections)),
                *("--count", str(count), "--seconds", str(seconds)),
                *("--proven", str(proven), "--seed", str(time.time_ns())),
                *(["--references"] if references else []),
                *("--watch", *(f"{name}={pid}" for name, pid in watched.items())),
            ],
            check=False,
            capture_output=True,
            text=True,
        )
        if done.returncode != 0:
            raise BenchFault("The load generator stopped: " + done.stderr.strip().splitlines()[-1])
        said = json.loads(done.stdout)
        return Run(**said["run"]), said["references"]


@contextmanager
def furnished(kept: Path | None, persons: int, accounts: int) -> Iterator[Furnished]:
    """Inside, its database runs. Nothing is left afterwards, unless `kept` names where to keep it."""
    folder = kept or Path(tempfile.mkdtemp(prefix="rempart-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(directory.PASSABLE_DIRECTORY)
    data = directory.make(folder)
    try:
        with supervised(data, screen.step) as supervisor:
            yield _furnish(supervisor, data, persons, accounts)
    finally:
        if kept is None:
            shutil.rmtree(binaries.home_of_cluster(data, screen.step), ignore_errors=True)
            shutil.rmtree(data, ignore_errors=True)


def _furnish(supervisor: Supervisor, data: Path, persons: int, accounts: int) -> Furnished:
    start_database(supervisor, data, screen.step)
    with screen.progress(*Progress.get_default_columns()) as progress:
        bar = progress.add_task("persons through the intake", total=persons)
        plan, house = furnish(data, persons, accounts, lambda done: progress.update(bar, completed=done))
    if (house.persons, house.accounts) != (persons, accounts):
        raise BenchFault(
            f"{data} was furnished with {house.persons} persons and {house.accounts} accounts.",
            "ask for these, or name another directory",
        )
    place = Installation(data, LOOPBACK, free_port(), processes.gate_port(data, None))
    database = Database(Cluster(data).programs, dsn("gate", data), supervisor.pid("postgres"))
    return Furnished(supervisor, place, plan, house, database)


def free_port() -> int:
    """A port of the loopback that nobody uses just now."""
    with socket.socket() as attempt:
        attempt.bind((LOOPBACK, 0))
        return int(attempt.getsockname()[1])


def listens(port: int) -> bool:
    """Whether somebody listens on a port of the loopback."""
    with suppress(OSError), socket.create_connection((LOOPBACK, port), timeout=1):
        return True
    return False
