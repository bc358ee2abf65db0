"""The world without a gate, for as long as one replay lasts: a stand-in, and pages that ask it.

Throw-away processes beside the running demonstration. The pages are the same pages, with the same
database of accounts and sessions, so that the same stolen session opens them; only the socket that they
ask leads to the stand-in, which answers about invented persons from memory.
"""

import json
import shutil
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from rempart.cli import processes
from rempart.cli.bench_place import free_port, listens
from rempart.cli.processes import LOOPBACK, Installation
from rempart.cli.supervisor import Child, Stopped, Supervisor, stopping_on_signals
from rempart.drills.target import Target
from rempart.drills.wire import Address


@dataclass(frozen=True, slots=True)
class Counterfactual:
    """Where the stand-in listens, and the pages that ask it."""

    api: Address
    pages: Address | None

    def bans(self) -> int:
        """How many addresses the limiter has banned."""
        with urllib.request.urlopen(f"http://{self.api.host}:{self.api.port}/bans", timeout=10) as answer:
            return int(json.load(answer)["bans"])


@contextmanager
def without_a_gate(aim: Target, *, pages: bool) -> Iterator[Counterfactual]:
    """Start the stand-in (and pages, if asked for); nothing of it is left afterwards, whatever happens."""
    folder = Path(tempfile.mkdtemp(prefix="rempart-drill-"))
    supervisor = Supervisor(lambda _: None)
    try:
        with _interruptible():
            stand_in = _stand_in(aim, folder)
            supervisor.start(stand_in.child)
            web = _pages(aim, folder, stand_in.door) if pages else None
            if web is not None:
                supervisor.start(web.child)
            yield Counterfactual(
                Address(LOOPBACK, stand_in.port), None if web is None else Address(LOOPBACK, web.port)
            )
    finally:
        supervisor.stop()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _interruptible() -> Iterator[None]:
    """A signal ends the replay as Ctrl-C does, so that what was started is stopped."""
    try:
        with stopping_on_signals():
            yield
    except Stopped:
        raise KeyboardInterrupt from None


@dataclass(frozen=True, slots=True)
class _Process:
    child: Child
    door: Path
    port: int


def _stand_in(aim: Target, folder: Path) -> _Process:
    door, port = folder / "gate.sock", free_port()
    command = (
        *(sys.executable, "-m", "rempart.drills.stand_in"),
        *("--list", str(aim.data / "demo" / "attack_list.json")),
        *("--socket", str(door), "--port", str(port)),
    )
    child = Child(
        name="stand-in",
        command=command,
        log=folder / "stand-in.log",
        ready=lambda _: door.exists() and listens(port),
    )
    return _Process(child, door, port)


def _pages(aim: Target, folder: Path, door: Path) -> _Process:
    port = free_port()
    place = Installation(aim.data, LOOPBACK, port, aim.api.port)
    child = processes.web(place)
    env = {**child.env, "REMPART_GATE_SOCKET": str(door)}
    return _Process(replace(child, log=folder / "web.log", env=env), door, port)
