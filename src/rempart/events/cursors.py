"""Where each sink is in the journal: DIR/events/NAME.cursor, kept whenever a batch was taken."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from rempart.database.directory import PRIVATE, write_private
from rempart.database.errors import DirectoryInUseError
from rempart.events.source import Cursor


@dataclass(frozen=True, slots=True)
class Place:
    """What is kept of a sink. Times are seconds since 1970."""

    cursor: Cursor
    at: float | None = None
    """Of the last entry that was passed."""
    sent: int = 0
    fault: str = ""
    """Why the last attempt failed; empty when it did not."""

    def failed(self, fault: str) -> "Place":
        return replace(self, fault=fault)

    def passed(self, cursor: Cursor, at: float, sent: int) -> "Place":
        return Place(cursor, at, self.sent + sent)


def folder(data: Path) -> Path:
    return data / "events"


def read(data: Path, name: str) -> Place | None:
    """None: nothing was ever kept."""
    with suppress(FileNotFoundError):
        found = json.loads((folder(data) / f"{name}.cursor").read_text("utf-8"))
        return Place(**found | {"cursor": Cursor(**found["cursor"])})
    return None


def keep(data: Path, name: str, place: Place) -> None:
    """Durable when this returns, its name in the folder too."""
    write_private(folder(data) / f"{name}.cursor", json.dumps(asdict(place)))
    descriptor = os.open(folder(data), os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def held(data: Path) -> Iterator[None]:
    """One process forwards at a time. Raises DirectoryInUseError."""
    folder(data).mkdir(mode=0o700, exist_ok=True)
    descriptor = os.open(folder(data) / "lock", os.O_RDWR | os.O_CREAT, PRIVATE)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise DirectoryInUseError(
            "Another process forwards this installation's events.", "rempart events status"
        ) from None
    finally:
        os.close(descriptor)
