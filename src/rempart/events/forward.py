"""The forwarding process: `python -m rempart.events.forward --data DIR`. Role `auditor`: it only reads.

A thread a sink, each with its own connection and its own place in the journal: a receiver that is down
or slow holds back nobody else, and no look-up. A batch that was not taken is tried again, later each time.
Ends by itself when events.toml changes; whoever started it starts it anew.
"""

import argparse
import logging
import os
import signal
import threading
import time
from pathlib import Path
from typing import Any

import psycopg

from rempart.access.post import NotReachedError
from rempart.database.connect import dsn
from rempart.events import cursors, source
from rempart.events.config import FILE, Sink, load
from rempart.events.cursors import Place
from rempart.events.exporter import export
from rempart.events.sinks import deliver
from rempart.journal.reading import journaled
from rempart.vocabulary.faults import Fault

BATCH = 500
"""Entries in memory for a sink at most."""
PULSE = 0.5
"""Seconds between two looks at the journal."""
_FIRST_WAIT, _LONGEST_WAIT = 0.5, 60.0
_log = logging.getLogger("rempart.events")


def address() -> str:
    """What this installation is called in events: the address that its users reach it under."""
    return os.environ.get("REMPART_URL", "http://localhost:8000").rstrip("/")


class Forwarder:
    """One sink. `step` forwards one batch and says how many entries it passed."""

    def __init__(self, data: Path, sink: Sink, connection: psycopg.Connection[Any]) -> None:
        self.sink = sink
        self._data = data
        self._connection = connection
        kept = cursors.read(data, sink.name)
        self.place = kept or Place(self._beginning())
        if not kept:
            self._keep(self.place)

    def step(self) -> int:
        """Read, hand over, keep the place: in this order, so that what is lost on the way is sent again."""
        entries = source.read(self._connection, self.place.cursor, most=BATCH)
        if not entries:
            return 0
        wanted = [entry for entry in entries if self.sink.wants(entry)]
        if wanted:
            deliver(self.sink, wanted, address())
        last = entries[-1]
        self._keep(self.place.passed(source.cursor_of(last), last.at.timestamp(), len(wanted)))
        return len(entries)

    def note(self, fault: str) -> None:
        """Keep why nothing goes on, for those who look."""
        if fault != self.place.fault:
            self._keep(self.place.failed(fault))

    def _beginning(self) -> source.Cursor:
        return source.end(self._connection) if self.sink.start == "now" else source.Cursor()

    def _keep(self, place: Place) -> None:
        self.place = place
        cursors.keep(self._data, self.sink.name, place)


def follow(data: Path, sink: Sink, asked: threading.Event) -> None:
    """Forward to one sink until asked to stop; outlives the database and the sink."""
    wait = _FIRST_WAIT
    while not asked.is_set():
        try:
            with psycopg.connect(dsn("auditor", data), autocommit=True) as connection:
                journaled(connection, "events", {"sink": sink.name}, who="events")
                forwarder = Forwarder(data, sink, connection)
                while not asked.is_set():
                    wait = _step(forwarder, wait, asked)
        except (psycopg.Error, OSError) as fault:
            wait = min(wait * 2, _LONGEST_WAIT)
            _log.warning("%s: %s; again in %.1f s", sink.name, type(fault).__name__, wait)
            asked.wait(wait)


def _step(forwarder: Forwarder, wait: float, asked: threading.Event) -> float:
    """One batch; how long to wait after the next failure."""
    try:
        if forwarder.step() < BATCH:
            asked.wait(PULSE)
    except NotReachedError as fault:
        forwarder.note(str(fault))
        _log.warning("%s: %s; again in %.1f s", forwarder.sink.name, fault, wait)
        asked.wait(wait)
        return min(wait * 2, _LONGEST_WAIT)
    return _FIRST_WAIT


def run(data: Path, asked: threading.Event, metrics_port: int | None = None) -> None:
    """Forward to every sink until asked to stop, or until events.toml changes; export figures beside."""
    changed = _stamp(data)
    sinks = _sinks(data)
    with cursors.held(data):
        if metrics_port is not None:
            export(data, metrics_port, asked)
        threads = [
            threading.Thread(target=follow, args=(data, sink, asked), name=sink.name) for sink in sinks
        ]
        for thread in threads:
            thread.start()
        while not asked.wait(1.0) and _stamp(data) == changed:
            pass
        asked.set()
        for thread in threads:
            thread.join()


def _sinks(data: Path) -> list[Sink]:
    """None while events.toml is wrong: figures are exported all the same, and a mended file is taken up."""
    try:
        return load(data)
    except Fault as fault:
        _log.error("%s %s", fault, fault.remedy)
        return []


def _stamp(data: Path) -> float | None:
    try:
        return (data / FILE).stat().st_mtime
    except FileNotFoundError:
        return None


def asked_by_signals() -> threading.Event:
    """Set by SIGTERM or SIGINT."""
    asked = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: asked.set())
    return asked


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--metrics-port", type=int)
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.Formatter.converter = time.gmtime
    try:
        run(given.data, asked_by_signals(), given.metrics_port)
    except Fault as fault:
        _log.error("%s %s", fault, fault.remedy)  # one line that says what to mend
        return fault.exit_code
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
