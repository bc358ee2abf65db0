"""The sealing process: `python -m rempart.journal.sealer --data DIR`. Role `sealer`; it alone has the key.

Every two seconds it seals what became final. It outlives the database and a full disk, and stops sealing, not
running, where files and table contradict each other: DIR/sealer/status.json says so, for those who look.
"""

import argparse
import fcntl
import json
import logging
import os
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from rempart.database.connect import dsn
from rempart.database.directory import PRIVATE, write_private
from rempart.database.errors import DirectoryInUseError
from rempart.journal import merge, seal, signer, stamps
from rempart.journal.log import Log
from rempart.journal.objects import Objects, open_objects
from rempart.journal.store import Store
from rempart.vocabulary.faults import Fault

PULSE = 2.0
"""Seconds between two looks at the journal."""
STATUS = "sealer/status.json"
ALONE = "select pg_try_advisory_lock(hashtext('rempart.sealer'))"
"""Of one sealer in the whole database, wherever it runs."""
_FIRST_WAIT, _LONGEST_WAIT = 0.5, 15.0
_log = logging.getLogger("rempart.journal")


def place(data: Path) -> str:
    """Where the sealed files of an installation are: its folder, or what REMPART_SEALED names."""
    if file := os.environ.get("REMPART_SEALED_FILE"):
        return Path(file).read_text("utf-8").strip()
    return os.environ.get("REMPART_SEALED") or str(data / "sealed")


@contextmanager
def opened(data: Path, objects: Objects | None = None) -> Iterator[tuple[Store, Log]]:
    """The table and the log of an installation, for one process at a time. Raises Fault, psycopg.Error."""
    with held(data), psycopg.connect(dsn("sealer", data), autocommit=True) as connection:
        row = connection.execute(ALONE).fetchone()
        if not row or not row[0]:
            raise DirectoryInUseError("Another process seals this journal.", "stop it, or let it work")
        yield Store(connection), Log(objects or open_objects(place(data)), signer.load(data / signer.FILE))


@contextmanager
def held(data: Path) -> Iterator[None]:
    """Only one process seals. Raises DirectoryInUseError."""
    descriptor = os.open(data / "sealer" / "lock", os.O_RDWR | os.O_CREAT, PRIVATE)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise DirectoryInUseError("Another process seals this journal.", "stop it, or let it work") from None
    finally:
        os.close(descriptor)


def keep_status(data: Path, log: Log | None, fault: str = "") -> None:
    """What others may know: the newest checkpoint, and why nothing goes on."""
    checkpoint = log.checkpoint if log else None
    told = {
        "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "size": checkpoint.size if checkpoint else None,
        "checkpoint_at": checkpoint.time.isoformat(timespec="milliseconds") if checkpoint else None,
        "fault": fault,
    }
    write_private(data / STATUS, json.dumps(told) + "\n")


def follow(data: Path, asked: threading.Event) -> None:
    """Seal until asked to stop, or until something fails."""
    with opened(data) as (store, log), _merging(data, log.objects):
        keep_status(data, log)
        while not asked.is_set():
            began = time.monotonic()
            sealed = seal.step(store, log, datetime.now(UTC))
            if sealed:
                keep_status(data, log)
            if sealed < seal.BATCH:
                asked.wait(max(0.0, PULSE - (time.monotonic() - began)))


@contextmanager
def _merging(data: Path, objects: Objects) -> Iterator[None]:
    """Beside sealing, which never waits for it: it touches nothing but files of finished days."""
    ended = threading.Event()
    beside = threading.Thread(target=merge.follow, args=(objects, data / "sealer" / "merged", ended))
    beside.start()
    try:
        yield
    finally:
        ended.set()
        beside.join()


def main() -> int:
    """Until SIGTERM or SIGINT. After a fault everything is opened anew, a little later each time."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    data = parser.parse_args().data
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.Formatter.converter = time.gmtime
    asked = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: asked.set())
    _stamp_beside(data, asked)
    wait = _FIRST_WAIT
    while not asked.is_set():
        began = time.monotonic()
        try:
            follow(data, asked)
        except (psycopg.Error, OSError, ValueError, Fault) as fault:
            wait = _FIRST_WAIT if time.monotonic() - began > _LONGEST_WAIT else min(wait * 2, _LONGEST_WAIT)
            _tell(data, fault, wait)
            asked.wait(wait)
    return 0


def _stamp_beside(data: Path, asked: threading.Event) -> None:
    """In a thread, where the settings name an authority: a wrong one stops no sealing."""
    try:
        if authority := stamps.Authority.of(os.environ):
            objects = open_objects(place(data))
            threading.Thread(target=stamps.follow, args=(objects, authority, asked), daemon=True).start()
    except Fault as fault:
        _log.warning("nothing is stamped: %s %s", fault, fault.remedy)


def _tell(data: Path, fault: Exception, wait: float) -> None:
    """A database's message may hold values: only a fault of our own is told in full."""
    said = f"{fault} {fault.remedy}" if isinstance(fault, Fault) else type(fault).__name__
    _log.warning("nothing is sealed: %s; again in %.1f s", said, wait)
    try:
        keep_status(data, None, said)
    except OSError:
        _log.warning("the status cannot be written")


if __name__ == "__main__":
    raise SystemExit(main())
