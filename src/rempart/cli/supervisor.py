"""Start processes in order, watch them, start a dead one again, stop them all and leave nothing behind.

Each child leads a session and process group of its own, so that what it started dies with it. The
kernel ends a child when the supervisor itself is killed (`database.spawn`).
"""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

import psutil

from rempart.database.spawn import Runner, spawn
from rempart.vocabulary.faults import Fault

MARK = "REMPART_SUPERVISED"
"""Variable that names, in every process of an installation, the data directory it belongs to."""
_GLANCE = 0.1
_FIRST_WAIT = 0.25
_LONGEST_WAIT = 15.0
_STEADY = 60.0
"""Seconds after which a child counts as healthy again and its next restart is immediate."""
_STOP_SECONDS = 15.0
_STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)


class ChildFailedError(Fault):
    """A child ended or stayed silent while it was being started: read its log."""


class Stopped(BaseException):  # it is news, not an error
    """SIGTERM or SIGINT came. Not an Exception, so that no handler of faults swallows it."""


_asked = threading.Event()
"""Set with the signal: raised inside a finaliser, `Stopped` is swallowed, and must be raised once more."""


def _heed_signals() -> None:
    if _asked.is_set():
        raise Stopped


def _always(_: int) -> bool:
    return True


def _nothing() -> None:
    pass


@dataclass(frozen=True, slots=True)
class Child:
    """How to start one process, and how to know that it is ready."""

    name: str
    command: tuple[str, ...]
    log: Path
    env: Mapping[str, str] = field(default_factory=dict)
    ready: Callable[[int], bool] = _always
    """Given the process id: does it serve?"""
    before_restart: Callable[[], None] = _nothing
    runner: Runner | None = None
    cwd: Path | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    start_seconds: float = 60.0


@dataclass(slots=True)
class _Running:
    child: Child
    process: subprocess.Popen[bytes]
    since: float
    wait: float = _FIRST_WAIT
    due: float | None = None
    """When it is to be started again; None while it runs."""


class Supervisor:
    """Holds the children of one installation. Use it from the main thread."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._running: list[_Running] = []

    def start(self, child: Child) -> None:
        """Start a child and wait until it is ready. Raises ChildFailedError when it ends or is too slow."""
        process = _spawn(child)
        self._running.append(_Running(child, process, time.monotonic()))
        deadline = time.monotonic() + child.start_seconds
        while not child.ready(process.pid):
            _heed_signals()
            if process.poll() is not None:
                raise ChildFailedError(f"{child.name} ended while starting.", f"read {child.log}")
            if time.monotonic() > deadline:
                raise ChildFailedError(f"{child.name} is not ready in time.", f"read {child.log}")
            time.sleep(_GLANCE / 4)

    def pid(self, name: str) -> int:
        """The process id of a child that was started."""
        return next(one.process.pid for one in self._running if one.child.name == name)

    def watch(self) -> None:
        """Look after the children until `Stopped` is raised by a signal."""
        while True:
            _heed_signals()
            for one in self._running:
                self._look_at(one)
            time.sleep(_GLANCE)

    def stop(self) -> None:
        """Stop all, last started first; what does not obey in time is killed, with its whole group."""
        while self._running:
            one = self._running.pop()
            if one.process.poll() is None:
                with suppress(ProcessLookupError):
                    one.process.send_signal(one.child.stop_signal)
                with suppress(subprocess.TimeoutExpired):
                    one.process.wait(_STOP_SECONDS)
            _kill_group(one.process)

    def _look_at(self, one: _Running) -> None:
        now = time.monotonic()
        if one.due is None and one.process.poll() is not None:
            _kill_group(one.process)
            if now - one.since > _STEADY:
                one.wait = _FIRST_WAIT
            one.due = now + one.wait
            self._say(f"{one.child.name} ended ({_how(one.process.returncode)}); again in {one.wait:g} s.")
            one.wait = min(one.wait * 2, _LONGEST_WAIT)
        elif one.due is not None and now >= one.due:
            self._start_again(one)

    def _start_again(self, one: _Running) -> None:
        try:
            one.child.before_restart()
            one.process = _spawn(one.child)
            one.due, one.since = None, time.monotonic()
        except (Fault, OSError) as fault:
            self._say(f"{one.child.name} was not started again: {fault}")
            one.due = time.monotonic() + one.wait


def ignore_signals() -> None:
    """From here on nothing disturbs the stop."""
    for number in _STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)


def end_left_over(mark: str) -> None:
    """Kill what an earlier supervisor, itself killed, left behind; known by its mark."""
    left = [
        process
        for process in psutil.process_iter(["environ"])
        if (process.info["environ"] or {}).get(MARK) == mark
    ]
    for process in left:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(left, timeout=_STOP_SECONDS)


@contextmanager
def stopping_on_signals() -> Iterator[None]:
    """Inside, the first SIGTERM, SIGINT or SIGHUP raises `Stopped`; later ones are ignored."""

    def stop(_number: int, _frame: FrameType | None) -> None:
        ignore_signals()
        _asked.set()
        raise Stopped

    before = {number: signal.signal(number, stop) for number in _STOP_SIGNALS}
    try:
        yield
    finally:
        _asked.clear()
        for number, handler in before.items():
            signal.signal(number, handler)


def _spawn(child: Child) -> subprocess.Popen[bytes]:
    return spawn(
        child.command,
        log=child.log,
        env=child.env,
        runner=child.runner,
        cwd=child.cwd,
        death_signal=child.stop_signal,
    )


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """The child led its group: its process id is the group's."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _how(code: int) -> str:
    return f"exit code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"
