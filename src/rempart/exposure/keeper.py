"""The process that keeps sorted copies of finished days: `python -m rempart.exposure.keeper --data DIR`.

It needs no database. A day that cannot be copied is told in its log and tried again: questions read the
sealed segments meanwhile, a little slower.
"""

import argparse
import logging
import os
import signal
import threading
import time
from pathlib import Path

import duckdb

from rempart.exposure import projections
from rempart.journal.objects import Objects, open_objects
from rempart.journal.sealer import place
from rempart.vocabulary.faults import Fault

PAUSE = 600.0
"""Seconds between two looks: a day finishes once a day."""
_MEMORY = "512MB"
_NICE = 10
_log = logging.getLogger("rempart.exposure")


def follow(objects: Objects, folder: Path, ended: threading.Event) -> None:
    """Copy what is finished, look again, until asked to end."""
    while not ended.is_set():
        try:
            if built := projections.rebuild(objects, folder, memory=_MEMORY):
                _log.info("sorted copies of %d day(s) made", built)
        except (Fault, OSError, ValueError, duckdb.Error) as fault:
            said = f"{fault} {fault.remedy}" if isinstance(fault, Fault) else type(fault).__name__
            _log.warning("no sorted copy was made: %s", said)
        ended.wait(PAUSE)


def main() -> int:
    """Until SIGTERM or SIGINT, which end it at once: a copy is seen whole or not at all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, required=True)
    data = parser.parse_args().data
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.Formatter.converter = time.gmtime
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: os._exit(0))
    os.nice(_NICE)
    follow(open_objects(place(data)), data / projections.FOLDER, threading.Event())
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
