"""Start a child process that cannot outlive us, with an environment that holds only what it is given."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "VIRTUAL_ENV", "SSL_CERT_FILE", "LD_LIBRARY_PATH")
"""What a child inherits: where to find programs and how to speak, no secret and no connection."""


@dataclass(frozen=True, slots=True)
class Runner:
    """The system user that a child runs as."""

    uid: int
    gid: int

    @property
    def is_other(self) -> bool:
        return self.uid != os.geteuid()


def environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """A scrubbed environment, and `extra`."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return kept | {"PYTHONUNBUFFERED": "1"} | dict(extra or {})


def _death_signal(number: signal.Signals, parent: int) -> Callable[[], None] | None:
    """What a child of the process `parent` calls to get `number` when that process dies; Linux only."""
    if not sys.platform.startswith("linux"):
        return None
    prctl = ctypes.CDLL(None, use_errno=True).prctl

    def ask() -> None:
        prctl(_PR_SET_PDEATHSIG, number)
        if os.getppid() != parent:  # it died before we asked
            os.kill(os.getpid(), number)

    return ask


def end_with_parent() -> None:
    """Called by a server's own worker process, which we did not start: die when the server dies."""
    ask = _death_signal(signal.SIGKILL, os.getppid())
    if ask:
        ask()


def spawn(
    command: Sequence[str],
    *,
    log: Path,
    env: Mapping[str, str] | None = None,
    runner: Runner | None = None,
    cwd: Path | None = None,
    death_signal: signal.Signals = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start `command` in a session of its own; both outputs are appended to `log`.

    Call it from the main thread: the kernel ties the death signal to the thread that forks.
    """
    other = runner if runner and runner.is_other else None
    with log.open("ab") as output:
        return subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environment(env) | ({"HOME": "/"} if other else {}),  # our home may be closed to them
            cwd=cwd,
            start_new_session=True,
            user=other.uid if other else None,
            group=other.gid if other else None,
            extra_groups=[] if other else None,
            preexec_fn=_death_signal(death_signal, os.getpid()),  # noqa: PLW1509  # two system calls, bound beforehand
        )


def run(command: Sequence[str], *, env: Mapping[str, str], log: Path | None = None) -> int:
    """Run `command` to its end and give its exit code; interrupted, we end it with us.

    Its errors go to `log`, or to our own standard error where there is none.
    """
    with log.open("ab") if log else nullcontext() as errors:
        child = subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stderr=errors,
            env=environment(env),
            start_new_session=True,
            preexec_fn=_death_signal(signal.SIGTERM, os.getpid()),  # noqa: PLW1509  # as above
        )
    try:
        return child.wait()
    finally:
        if child.returncode is None:
            child.kill()
            child.wait()
