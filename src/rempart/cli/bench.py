"""`rempart bench`: measure the gate on a throw-away installation of its own."""

import os
import platform
import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import psutil
from cyclopts import App, Parameter, validators

from rempart.bench import pgbench
from rempart.bench.requests import PROVEN_OF_EVERYDAY
from rempart.bench.rules.figures import capacity, described, middle, ratio
from rempart.cli import (
    bench_detect,
    bench_exposure,
    bench_leaks,
    bench_pages,
    bench_scan,
    bench_soak,
    bench_verify,
    processes,
    screen,
)
from rempart.cli.bench_place import CONNECTIONS, Furnished, Load, free_port, furnished, listens
from rempart.cli.options import Json
from rempart.cli.supervisor import Child
from rempart.database import binaries

_FLUSHES: dict[str, Literal["on", "off"]] = {"shared_flush": "off", "own_flush": "on"}
"""How look-ups are made durable → PostgreSQL's synchronous_commit."""

app = App(name="bench", help="Measure the gate on a throw-away installation.")

_GOAL, _PAGE_GOAL_MS = 2_500, 5.0
_RUNS = 3
"""Of each load over HTTP; the middle one counts."""

Persons = Annotated[int, Parameter(validator=validators.Number(gte=1_000, lte=5_000_000))]
Accounts = Annotated[int, Parameter(validator=validators.Number(gte=10, lte=100_000))]
Hashes = Annotated[int, Parameter(validator=validators.Number(gte=1_000, lte=4_000_000_000))]
Seconds = Annotated[
    int,
    Parameter(validator=validators.Number(gte=1, lte=25), help="Of each run; a proof holds for a minute."),
]
Kept = Annotated[
    Path | None,
    Parameter(name="--data", help="Keep the furnished installation here, and use it again next time."),
]


@app.command
def gate(
    *,
    persons: Persons = 200_000,
    accounts: Accounts = 2_000,
    seconds: Seconds = 8,
    data: Kept = None,
    json: Json = False,
) -> None:
    """The function alone, the whole gate over HTTP, and what a page adds; with the limits they run into."""
    with furnished(data, persons, accounts) as here:
        report = {"bench": "gate", "machine": machine(), "persons": persons, "accounts": accounts}
        report["durable_commits_per_second"] = pgbench.durable_commits(here.database, seconds)
        report["function"] = _function(here, seconds)
        screen.step("The gate and the pages")
        here.supervisor.start(processes.gate(here.place))
        here.supervisor.start(processes.web(here.place))
        report["hello"] = _hello(here, seconds)
        report["http"] = {
            "everyday": _http(here, "everyday mix", PROVEN_OF_EVERYDAY, seconds),
            "unproven": _http(here, "all unproven", 0.0, seconds),
        }
        report["page"] = bench_pages.measure(here.place, here.plan)
    report |= {"ratios": _ratios(report), "goals": _goals(report)}
    _print(report, as_json=json)


@app.command
def soak(
    *,
    minutes: Annotated[float, Parameter(validator=validators.Number(gt=0, lte=1_440))] = 30,
    persons: Persons = 50_000,
    accounts: Accounts = 2_000,
    data: Kept = None,
    json: Json = False,
) -> None:
    """Mixed load for a long while, held against the journal all along; memory watched."""
    with furnished(data, persons, accounts) as here:
        here.supervisor.start(processes.gate(here.place))
        report = bench_soak.soak(here, minutes)
    _print(report, as_json=json)
    if not report["sound"]:
        sys.exit(1)


@app.command
def leaks(
    *,
    hashes: Hashes = 100_000_000,
    json: Json = False,
) -> None:
    """How long sign-in asks a corpus of leaked passwords, made up for this and thrown away."""
    report = {"bench": "leaks", "machine": machine()} | bench_leaks.measure(hashes)
    _print(report, as_json=json)


@app.command
def detect(
    *,
    entries: Annotated[int, Parameter(validator=validators.Number(gte=10_000, lte=5_000_000))] = 500_000,
    accounts: Accounts = 2_000,
    rate: Annotated[int, Parameter(validator=validators.Number(gte=100, lte=10_000))] = 2_000,
    seconds: Seconds = 10,
    json: Json = False,
) -> None:
    """The detectors: entries a second in a replay, and seconds from a commit to the decision when live."""
    report = {"bench": "detect", "machine": machine()}
    report |= bench_detect.measure(entries, accounts, rate, seconds)
    _print(report, as_json=json)


app.command("rempart.cli.bench_events:events", name="events")
app.command("rempart.cli.bench_seal:seal", name="seal")


@app.command
def exposure(
    *,
    entries: Annotated[
        int, Parameter(validator=validators.Number(gte=10_000, lte=1_000_000_000), help="Over thirty days.")
    ] = 10_000_000,
    json: Json = False,
) -> None:
    """Who was exposed, over a month made up: everybody, one account, one person; beside bare DuckDB."""
    report = {"bench": "exposure", "machine": machine()} | bench_exposure.measure(entries)
    _print(report, as_json=json)


@app.command
def verify(
    *,
    entries: Annotated[int, Parameter(validator=validators.Number(gte=10_000, lte=200_000_000))] = 3_000_000,
    json: Json = False,
) -> None:
    """Verification of a sealed month made up, against 500,000 entries a second and bare reading."""
    report = {"bench": "verify", "machine": machine()} | bench_verify.measure(entries)
    _print(report, as_json=json)


@app.command
def scan(
    *,
    lines: Annotated[int, Parameter(validator=validators.Number(gte=10_000, lte=200_000_000))] = 3_000_000,
    json: Json = False,
) -> None:
    """A made-up access log scanned, against 500,000 lines a second and a bare query of the same lines."""
    report = {"bench": "scan", "machine": machine()} | bench_scan.measure(lines)
    _print(report, as_json=json)


# --------------------------------------------------------------------------------------- measurements


def _function(here: Furnished, seconds: int) -> dict[str, Any]:
    """Each kind of look-up in pgbench, with a shared flush as the gate has it, and with one flush each."""
    found: dict[str, Any] = {}
    for script in ("unproven", "proven", "refused"):
        screen.step(f"The function in pgbench: {script}")
        found[script] = {
            name: pgbench.function(here.database, here.house, script, seconds, synchronous=how)
            for name, how in _FLUSHES.items()
        }
    screen.step("The function in pgbench: sixteen in a call")
    found["everyday"] = {"together": pgbench.together(here.database, here.house, PROVEN_OF_EVERYDAY, seconds)}
    return found


def _http(here: Furnished, name: str, proven: float, seconds: int) -> dict[str, Any]:
    """The whole gate: token, proof, function, flush, opening, answer. The middle one of several runs."""
    screen.step(f"Over HTTP: {name}")
    watched = {"postgres": here.database.postmaster, "gate": here.supervisor.pid("gate")}
    load = Load(here.plan_file, here.place.gate_port, CONNECTIONS)
    load.warm_up(len(here.plan.accounts), watched)
    return middle([described(load.run(proven, seconds, watched)[0]) for _ in range(_RUNS)])


def _hello(here: Furnished, seconds: int) -> dict[str, Any]:
    """The ceiling: the same server, the same requests, a constant for an answer."""
    screen.step("Over HTTP: a bare answer")
    port = free_port()
    here.supervisor.start(
        Child(
            name="hello",
            command=(sys.executable, "-m", "rempart.bench.hello", "--port", str(port)),
            log=here.place.log("hello"),
            ready=lambda _: listens(port),
        )
    )
    load = Load(here.plan_file, port, CONNECTIONS)
    return described(load.run(0.0, min(seconds, 4), {"server": here.supervisor.pid("hello")})[0])


def _ratios(report: dict[str, Any]) -> dict[str, Any]:
    """Each rate against a limit of the same run, by name."""
    everyday = report["http"]["everyday"]["per_second"]
    function = report["function"]["everyday"]["together"]["per_second"]
    return {
        "everyday_to_bare_answer": ratio(everyday, report["hello"]["per_second"]),
        "everyday_to_function_together": ratio(everyday, function),
        "everyday_to_durable_commits": ratio(
            everyday, report["durable_commits_per_second"]["16_connections"]
        ),
        "function_unproven_to_durable_commits": ratio(
            report["function"]["unproven"]["shared_flush"]["per_second"],
            report["durable_commits_per_second"]["16_connections"],
        ),
    }


def _goals(report: dict[str, Any]) -> dict[str, Any]:
    everyday, page = report["http"]["everyday"], report["page"]["page_adds_ms"]
    return {
        "everyday_per_second": {
            "goal": _GOAL,
            "measured": everyday["per_second"],
            "met": everyday["per_second"] >= _GOAL,
            "two_cores_of_their_own_would_serve": capacity(everyday, 2),
        },
        "page_adds_ms": {"goal": _PAGE_GOAL_MS, "measured": page, "met": page < _PAGE_GOAL_MS},
    }


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    names = [
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines()
        if line.startswith("model name")
    ]
    return {
        "processor": names[0] if names else platform.processor(),
        "cores": psutil.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30, 1),
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
        "postgresql": binaries.MAJOR,
        "load_average_before": round(os.getloadavg()[0], 2),
    }


def _print(report: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        screen.out.print_json(data=report)
        return
    screen.table("figure", "value", rows=[(name, str(value)) for name, value in _flat(report)])


def _flat(value: dict[str, Any], before: str = "") -> list[tuple[str, Any]]:
    rows: list[tuple[str, Any]] = []
    for key, content in value.items():
        name = f"{before}{key}"
        rows += _flat(content, f"{name}.") if isinstance(content, dict) else [(name, content)]
    return rows
