"""The gate's function alone, asked by PostgreSQL's own load generator: no HTTP, no Python, no key.

As the gate runs it, look-ups commit asynchronously while one connection flushes over and over: each
look-up then waits for a flush that it shares. For reference the same with a synchronous commit each.
"""

import re
import subprocess
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from rempart.bench import processor
from rempart.database.spawn import environment
from rempart.vocabulary.faults import Fault

SCRIPTS = Path(__file__).with_name("sql")
_CLIENTS = 16
_TOGETHER = 16
"""Look-ups in one call of `sql/together.sql`."""
_RATE = re.compile(r"^tps = ([0-9.]+)", re.MULTILINE)
_LATENCY = re.compile(r"^latency average = ([0-9.]+) ms", re.MULTILINE)
_COUNT = re.compile(r"number of transactions actually processed: (\d+)")
_FAILED = re.compile(r"number of failed transactions: (\d+)")


class BenchFault(Fault):
    """A measurement could not be made; what is measured is what must work first."""


@dataclass(frozen=True, slots=True)
class Database:
    """Where the function is called: programs, the gate role's address, the server's process."""

    programs: Path
    dsn: str
    postmaster: int


@dataclass(frozen=True, slots=True)
class House:
    """How many of each the scripts may draw: accounts, persons, and accounts that have nothing left."""

    accounts: int
    persons: int
    spent: int

    def variables(self) -> list[str]:
        return [
            "-D",
            f"accounts={self.accounts}",
            "-D",
            f"persons={self.persons}",
            "-D",
            f"spent={self.spent}",
        ]


def durable_commits(database: Database, seconds: int) -> dict[str, Any]:
    """The reference: empty durable commits a second, from one connection and from sixteen."""
    return {
        f"{clients}_connections": _rate(_pgbench(database, "flush", [], clients, seconds, synchronous="on"))
        for clients in (1, _CLIENTS)
    }


def function(
    database: Database, house: House, script: str, seconds: int, *, synchronous: Literal["on", "off"]
) -> dict[str, Any]:
    """One script's figures. With `synchronous` off, a second pgbench flushes meanwhile."""
    before = processor.used({"postgres": database.postmaster})
    with _flushing(database, seconds, wanted=synchronous == "off"):
        said = _pgbench(database, script, house.variables(), _CLIENTS, seconds, synchronous=synchronous)
    used = processor.spent(before, processor.used({"postgres": database.postmaster}))
    done = _found(_COUNT, said)
    return {
        "per_second": _rate(said),
        "latency_ms": {"mean": _found(_LATENCY, said)},
        "cpu_us_per_lookup": {"postgres": round(used["postgres"] / max(done, 1) * 1e6, 1)},
    }


def together(database: Database, house: House, share: float, seconds: int) -> dict[str, Any]:
    """Sixteen look-ups in each call over one connection, as a busy gate decides them; `share` is proven."""
    before = processor.used({"postgres": database.postmaster})
    variables = [*house.variables(), "-D", f"share={share}"]
    with _flushing(database, seconds, wanted=True):
        said = _pgbench(database, "together", variables, 1, seconds, synchronous="off")
    used = processor.spent(before, processor.used({"postgres": database.postmaster}))
    done = _found(_COUNT, said) * _TOGETHER
    return {
        "per_second": round(_rate(said) * _TOGETHER, 1),
        "cpu_us_per_lookup": {"postgres": round(used["postgres"] / max(done, 1) * 1e6, 1)},
    }


@contextmanager
def _flushing(database: Database, seconds: int, *, wanted: bool) -> Any:
    if not wanted:
        yield
        return
    child = subprocess.Popen(
        _command(database, "flush", [], 1, seconds + 60),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=_environment(database, "on"),
    )
    try:
        yield
    finally:
        child.terminate()
        child.wait()


def _pgbench(
    database: Database, script: str, variables: list[str], clients: int, seconds: int, *, synchronous: str
) -> str:
    done = subprocess.run(
        _command(database, script, variables, clients, seconds),
        check=False,
        capture_output=True,
        text=True,
        env=_environment(database, synchronous),
    )
    if done.returncode != 0 or _found(_FAILED, done.stdout):
        reason = (done.stderr or done.stdout).strip().splitlines()
        raise BenchFault(f"pgbench stopped at {script}: {reason[-1] if reason else 'no reason given'}")
    return done.stdout


def _command(database: Database, script: str, variables: list[str], clients: int, seconds: int) -> list[str]:
    return [
        *(str(database.programs / "pgbench"), "--no-vacuum", "--protocol=prepared"),
        *("--file", str(SCRIPTS / f"{script}.sql"), *variables),
        *("--client", str(clients), "--jobs", "1", "--time", str(seconds), database.dsn),
    ]


def _environment(database: Database, synchronous: str) -> Mapping[str, str]:
    libraries = str(database.programs.parent / "lib")
    return environment(
        {"PGOPTIONS": f"-c synchronous_commit={synchronous} -c jit=off", "LD_LIBRARY_PATH": libraries}
    )


def _rate(said: str) -> float:
    return round(_found(_RATE, said), 1)


def _found(what: re.Pattern[str], said: str) -> float:
    match = what.search(said)
    return float(match.group(1)) if match else 0.0
