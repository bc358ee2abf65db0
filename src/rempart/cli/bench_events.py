"""Telling other systems, measured: entries a second in each form, and forwarded to a file and by HTTP."""

import tempfile
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Annotated, Any

import psutil
import psycopg
from cyclopts import Parameter, validators

from rempart.bench.entries import store, working_days
from rempart.cli import bench, screen
from rempart.cli.bench_detect import throw_away
from rempart.cli.options import Json
from rempart.database.connect import dsn
from rempart.detection.entries import SECOND
from rempart.events import config, source
from rempart.events.entry import Entry
from rempart.events.forms import NAMES, as_line
from rempart.events.forward import Forwarder

_PLACE = "https://rempart.example"
_SAMPLE = 10_000
_GOAL = 2_000
"""Look-ups a second at a national peak: a sink must keep up with them."""


def events(
    *,
    entries: Annotated[int, Parameter(validator=validators.Number(gte=10_000, lte=5_000_000))] = 100_000,
    json: Json = False,
) -> None:
    """Entries a second in each form, and forwarded to a file and by HTTP, on a throw-away journal."""
    report: dict[str, Any] = {"bench": "events", "machine": bench.machine(), "entries": entries} | measure(
        entries
    )
    if json:
        screen.out.print_json(data=report)
    else:
        flat = report["forms"] | report["forwarded"]
        screen.table("figure", "entries a second", rows=[(name, f"{n:,}") for name, n in flat.items()])


def measure(entries: int) -> dict[str, Any]:
    """On a throw-away cluster, filled with working days."""
    with throw_away() as (_, place), tempfile.TemporaryDirectory() as folder:
        screen.step("The journal is filled")
        with psycopg.connect(dsn("owner", place.data), autocommit=True) as owner:
            store(owner, working_days(entries, 2_000, int(time.time() - 60) * SECOND))
            owner.execute("analyze journal.entry")
        with psycopg.connect(dsn("auditor", place.data), autocommit=True) as auditor:
            screen.step("Every form")
            sample, took = _timed(lambda: source.read(auditor, source.Cursor(), most=_SAMPLE))
            forms = {"read": round(len(sample) / took)} | {form: _rate(sample, form) for form in NAMES}
            screen.step("Forwarded")
            forwarded = {
                f"file_{form}": _forward(auditor, place.data, f"file://{folder}/{form}", form)
                for form in NAMES
            }
            forwarded["http_ocsf"] = _over_http(auditor, place.data)
    memory = round(psutil.Process().memory_info().rss / 2**20)
    slowest = min(forwarded.values())
    goal = {"goal": _GOAL, "measured": slowest, "met": slowest >= _GOAL}
    return {
        "entries": entries,
        "forms": forms,
        "forwarded": forwarded,
        "memory_mb": memory,
        "goals": {"slowest_sink": goal},
    }


def _timed(work: Callable[[], list[Entry]]) -> tuple[list[Entry], float]:
    began = time.perf_counter()
    return work(), time.perf_counter() - began


def _rate(sample: list[Entry], form: str) -> int:
    began = time.perf_counter()
    for entry in sample:
        as_line(entry, form, _PLACE)
    return round(len(sample) / (time.perf_counter() - began))


def _forward(connection: psycopg.Connection[Any], data: Path, to: str, form: str) -> int:
    name = f"bench-{form}-{to.partition(':')[0]}"
    sink = config.sink(name, {"to": to, "as": form, "start": "beginning", "private": True})
    forwarder = Forwarder(data, sink, connection)
    began = time.perf_counter()
    while forwarder.step():
        pass
    return round(forwarder.place.sent / (time.perf_counter() - began))


def _over_http(connection: psycopg.Connection[Any], data: Path) -> int:
    """To a server of this process that takes everything and keeps nothing."""
    server = HTTPServer(("127.0.0.1", 0), _Taker)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        return _forward(connection, data, f"http://127.0.0.1:{server.server_address[1]}/", "ocsf")
    finally:
        server.shutdown()
        server.server_close()


class _Taker(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Not a line for each batch."""
