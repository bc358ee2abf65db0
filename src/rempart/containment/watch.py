"""The detecting process: `python -m rempart.containment.watch --data DIR`. Role `detector`.

Four times a second: read what was committed since, look, note, restrict, beat. What it remembers is kept
in DIR/detection each minute; started again, it reads on from there. It outlives the database.
"""

import argparse
import logging
import os
import signal
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import psycopg

from rempart.containment.act import Hand
from rempart.database.connect import dsn
from rempart.detection import memory, source, store
from rempart.detection.decoys import Decoys, load_key
from rempart.detection.entries import ENTRY
from rempart.detection.runs import chosen

PULSE = 0.25
"""Seconds between two looks at the journal."""
_SAVE_EVERY = 60.0
_SETTINGS_EVERY = 5.0
_LOOK_BACK = 35 * 86_400.0
"""Seconds of journal read when nothing is remembered: the longest window, and some days."""
_LATE = 3600.0
"""Signals older than this, found while catching up, are noted and lead to nothing."""
_LONGEST_WAIT = 15.0
_log = logging.getLogger("rempart.detection")


class Watch:
    """One connection, one engine. `step` is one look; it says how many entries it saw."""

    def __init__(self, connection: psycopg.Connection[Any], folder: Path, decoys_key: bytes) -> None:
        self._connection = connection
        self._folder = folder
        self._settings = store.settings(connection)
        self._mind = memory.load(folder, chosen(self._settings))
        self._mind.engine.see(np.zeros(1, ENTRY))  # of nobody: compiles every loop before the first look
        self._hand = Hand()
        self._hand.remember(connection, datetime.now(UTC))
        self._decoys = Decoys.of(connection, decoys_key)
        self._keeping: threading.Thread | None = None
        self._saved = self._asked = time.monotonic()

    def step(self, now: datetime) -> int:
        """Read a batch, look, note, restrict; beat once everything there is has been seen."""
        since = now.timestamp() - _LOOK_BACK
        entries = source.read(self._connection, self._mind.cursor, since=since)
        if len(entries):
            self._see(entries, now)
        if len(entries) < source.BATCH:
            behind = max(0.0, now.timestamp() - entries["at"].min() / 1e6) if len(entries) else 0.0
            store.beat(self._connection, datetime.now(UTC), now, behind, self._mind.cursor)
        self._keep()
        return len(entries)

    def save(self) -> None:
        """Keep what is remembered, once an earlier keeping is done."""
        if self._keeping:
            self._keeping.join()
        memory.save(self._folder, memory.copied(self._mind))
        self._saved = time.monotonic()

    def _see(self, entries: Any, now: datetime) -> None:
        entries["decoy"] = self._decoys.among(self._connection, entries["person"])
        signals = self._mind.engine.see(entries)
        with self._connection.transaction():
            noted = store.note(self._connection, signals, now)
            recent = [one for one in noted if now.timestamp() - one.signal.at / 1e6 < _LATE]
            for wish, number in self._hand.act(self._connection, recent, now):
                _log.warning("restriction %s: %s for account %s", number, wish.kind, wish.account)
        self._mind.cursor = source.last_of(entries)

    def _keep(self) -> None:
        moment = time.monotonic()
        if moment - self._saved > _SAVE_EVERY and not (self._keeping and self._keeping.is_alive()):
            # Beside the looks, on a copy: a slow disk must not delay them.
            self._keeping = threading.Thread(
                target=memory.save, args=(self._folder, memory.copied(self._mind)), daemon=True
            )
            self._keeping.start()
            self._saved = moment
        if moment - self._asked > _SETTINGS_EVERY:
            self._asked = moment
            self._decoys.renew(self._connection)
            if (settings := store.settings(self._connection)) != self._settings:
                self._settings = settings
                self._mind.engine.choose(chosen(settings))


def main() -> int:
    """Until SIGTERM or SIGINT. A broken connection is made anew, a little later each time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    data = parser.parse_args().data
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    asked = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: asked.set())
    wait = 0.25
    while not asked.is_set():
        began = time.monotonic()
        try:
            _work(data, asked)
        except (psycopg.Error, OSError) as fault:
            wait = 0.25 if time.monotonic() - began > _SAVE_EVERY else min(wait * 2, _LONGEST_WAIT)
            _log.warning("the connection broke (%s); again in %.1f s", type(fault).__name__, wait)
            asked.wait(wait)
    return 0


def _work(data: Path, asked: threading.Event) -> None:
    with psycopg.connect(dsn("detector", data), autocommit=True) as connection:
        watch = Watch(connection, data / "detection", _key(data))
        while not asked.is_set():
            began = time.monotonic()
            if watch.step(datetime.now(UTC)) < source.BATCH:
                asked.wait(max(0.0, PULSE - (time.monotonic() - began)))
        watch.save()  # after a fault not: the loops may have seen what was never noted


def _key(data: Path) -> bytes:
    """Given by whoever started us, who alone reads the secrets; else we are they."""
    given = os.environ.get("REMPART_DECOYS_KEY")
    return given.encode() if given else load_key(data)


if __name__ == "__main__":
    raise SystemExit(main())
