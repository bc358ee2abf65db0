"""A sealer that fails at its n-th step: every query, every write and every flush is one.

`killed` runs it in a process that is killed there; `full` in this one, on a disk that is full there.
"""

import errno
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import patch

from rempart.journal import seal, sealer
from rempart.journal.objects import Folder
from rempart.journal.store import Store

Reached = Callable[[], None]

_STEPS = (
    (Store, "read"),
    (Store, "read_again"),
    (Store, "note"),
    (Store, "confirm"),
    (Folder, "put"),
    (os, "fsync"),
    (Path, "replace"),
)
"""Each is reached twice: before it was done, and once it was."""


@contextmanager
def failing(at: int, fail: Reached) -> Iterator[None]:
    """Inside, the step number `at` (counted from 1) of whatever is sealed fails so."""
    count = 0

    def reached() -> None:
        nonlocal count
        count += 1
        if count == at:
            fail()

    def around(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            reached()
            done = real(*arguments)
            reached()
            return done

        return call

    patches = [patch.object(where, name, around(getattr(where, name))) for where, name in _STEPS]
    for one in patches:
        one.start()
    try:
        yield
    finally:
        for one in patches:
            one.stop()


def killed(data: Path, at: int) -> bool:
    """Whether it was killed; else it had fewer steps, and has sealed everything."""
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload([__name__])
    child = processes.Process(target=_until_killed, args=(data, at))
    child.start()
    child.join(60)
    assert child.exitcode in {0, -signal.SIGKILL}
    return child.exitcode != 0


def _until_killed(data: Path, at: int) -> None:
    with failing(at, lambda: os.kill(os.getpid(), signal.SIGKILL)):
        everything(data)


def full(data: Path, at: int) -> bool:
    """Whether it met the full disk."""

    def no_space() -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    try:
        with failing(at, no_space):
            everything(data)
    except OSError as fault:
        if fault.errno == errno.ENOSPC:
            return True
        raise
    return False


def everything(data: Path) -> None:
    """Seal as the sealing process does, until nothing waits."""
    with sealer.opened(data) as (store, log):
        while seal.step(store, log, datetime.now(UTC)):
            pass
