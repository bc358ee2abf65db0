"""The data directory: who holds it, what it says about its database, and its secrets.

Layout: `database.json` (address), `secrets/<role>` (SCRAM passwords), `lock` (held while it is served).
"""

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rempart.database.errors import DirectoryInUseError, NotSetUpError
from rempart.vocabulary.faults import Fault

PRIVATE = 0o600
PRIVATE_DIRECTORY = 0o700
PASSABLE_DIRECTORY = 0o711
"""The server's own unprivileged user must be able to reach its cluster below."""
_LONGEST_PATH = 84
"""A socket's address holds 104 bytes (sys/un.h, the smallest in use), `/run/terminal.sock` included."""


def make(data_dir: Path) -> Path:
    """Make the data directory and its folders where they are missing; give its absolute path."""
    data_dir = data_dir.expanduser().resolve()
    if len(str(data_dir)) > _LONGEST_PATH:
        raise Fault(
            f"The path of {data_dir} is too long for a Unix socket below it.",
            "choose a shorter one with --data",
        )
    try:
        if not data_dir.exists():
            data_dir.mkdir(parents=True)
            data_dir.chmod(PASSABLE_DIRECTORY)
        for name in ("secrets", "keys", "run", "log"):
            (data_dir / name).mkdir(mode=PRIVATE_DIRECTORY, exist_ok=True)
    except OSError as error:
        raise Fault(
            f"{data_dir} cannot be made or written ({error.strerror}).",
            "choose another directory with --data",
        ) from None
    return data_dir


def existing(data_dir: Path) -> Path:
    """The absolute path of a directory that is set up already. Raises NotSetUpError."""
    data_dir = data_dir.expanduser().resolve()
    read_address(data_dir)
    return data_dir


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner reads, whole or not at all."""
    path.parent.mkdir(mode=PRIVATE_DIRECTORY, parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, PRIVATE)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)


def secret(data_dir: Path, name: str) -> str:
    """The secret kept under `secrets/<name>`, made at the first call: 384 random bits."""
    path = data_dir / "secrets" / name
    if not path.exists():
        write_private(path, secrets.token_urlsafe(48))
    return path.read_text("utf-8").strip()


def read_address(data_dir: Path) -> dict[str, Any]:
    """`{"host", "port", "name", "external"}`, with `options` (libpq's, such as sslmode) if external."""
    try:
        address: dict[str, Any] = json.loads((data_dir / "database.json").read_text("utf-8"))
    except FileNotFoundError:
        raise NotSetUpError(
            f"{data_dir} holds no database yet.", f"rempart database migrate --data {data_dir}"
        ) from None
    return address


def write_address(data_dir: Path, address: dict[str, Any]) -> None:
    write_private(data_dir / "database.json", json.dumps(address, indent=1) + "\n")


@contextmanager
def held(data_dir: Path) -> Iterator[None]:
    """Hold the directory for this process; the kernel lets go of it when the process ends.

    Raises DirectoryInUseError, naming the process, when another one holds it.
    """
    descriptor = os.open(data_dir / "lock", os.O_RDWR | os.O_CREAT, PRIVATE)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.read(descriptor, 32).decode() or "unknown"
            raise DirectoryInUseError(
                f"{data_dir} is in use by another Rempart (process {holder}).",
                f"stop it (kill {holder}), or choose another directory with --data",
            ) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(descriptor)


def holder(data_dir: Path) -> int | None:
    """The process that holds the directory now, or None."""
    try:
        with held(data_dir):
            return None
    except FileNotFoundError:
        return None
    except DirectoryInUseError:
        return int((data_dir / "lock").read_text("utf-8"))
