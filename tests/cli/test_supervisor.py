"""The supervisor restarts what dies, and when it stops nothing is left, whatever way it ends."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from rempart.cli.supervisor import (
    MARK,
    Child,
    ChildFailedError,
    Stopped,
    Supervisor,
    end_left_over,
    stopping_on_signals,
)

# Starts a grandchild, then tells both process ids and sleeps.
FAMILY = """
import os, pathlib, subprocess, sys, time
grandchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
path = pathlib.Path(sys.argv[1])
path.with_suffix(".new").write_text(f"{os.getpid()} {grandchild.pid}")
path.with_suffix(".new").rename(path)
time.sleep(600)
"""


@pytest.fixture
def family(tmp_path):
    """A child that leads a family, and a function that reads the family's processes."""
    noted = tmp_path / "family"
    child = Child(
        name="family",
        command=(sys.executable, "-c", FAMILY, str(noted)),
        log=tmp_path / "log",
        ready=lambda _: noted.exists(),
    )

    def members() -> list[psutil.Process]:
        return [psutil.Process(int(number)) for number in noted.read_text().split()]

    return child, noted, members


def _gone(processes, seconds=10):
    _, alive = psutil.wait_procs(processes, timeout=seconds)
    return [one for one in alive if one.status() != psutil.STATUS_ZOMBIE] == []


def test_stopping_leaves_neither_child_nor_grandchild(family):
    child, _, members = family
    supervisor = Supervisor(lambda _: None)
    supervisor.start(child)
    processes = members()
    supervisor.stop()
    assert _gone(processes)


def test_a_child_that_ignores_the_request_is_killed(tmp_path, monkeypatch):
    monkeypatch.setattr("rempart.cli.supervisor._STOP_SECONDS", 0.3)
    deaf = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    deaf += "print(1, flush=True); time.sleep(600)"
    log = tmp_path / "log"
    supervisor = Supervisor(lambda _: None)
    supervisor.start(
        Child("deaf", (sys.executable, "-c", deaf), log, ready=lambda _: log.read_text().strip() == "1")
    )
    process = psutil.Process(supervisor.pid("deaf"))
    supervisor.stop()
    assert _gone([process])


@pytest.mark.faults
def test_a_killed_child_is_started_again_and_its_own_children_are_not_left(family):
    child, noted, members = family
    said = []
    supervisor = Supervisor(said.append)
    supervisor.start(child)
    first = members()
    noted.unlink()
    os.kill(first[0].pid, signal.SIGKILL)
    _watch_until(supervisor, noted.exists)
    assert _gone(first)
    assert members()[0].pid not in {one.pid for one in first}
    assert said == ["family ended (signal SIGKILL); again in 0.25 s."]
    supervisor.stop()


def test_a_child_that_keeps_failing_waits_longer_each_time(tmp_path):
    said = []
    supervisor = Supervisor(said.append)
    supervisor.start(Child("brief", (sys.executable, "-c", "raise SystemExit(7)"), tmp_path / "log"))
    _watch_until(supervisor, lambda: len(said) == 3)
    supervisor.stop()
    assert said == [f"brief ended (exit code 7); again in {wait} s." for wait in ("0.25", "0.5", "1")]


def test_a_child_that_ends_while_starting_is_a_fault_that_names_its_log(tmp_path):
    supervisor = Supervisor(lambda _: None)
    broken = Child(
        "broken", (sys.executable, "-c", "raise SystemExit(1)"), tmp_path / "log", ready=lambda _: False
    )
    with pytest.raises(ChildFailedError, match="broken ended while starting") as fault:
        supervisor.start(broken)
    assert str(tmp_path / "log") in fault.value.remedy
    supervisor.stop()


def test_a_child_that_is_never_ready_is_a_fault(tmp_path):
    supervisor = Supervisor(lambda _: None)
    slow = Child(
        "slow",
        (sys.executable, "-c", "import time; time.sleep(600)"),
        tmp_path / "log",
        ready=lambda _: False,
        start_seconds=0.2,
    )
    with pytest.raises(ChildFailedError, match="slow is not ready in time"):
        supervisor.start(slow)
    supervisor.stop()


def test_a_child_gets_its_own_environment_and_nothing_of_ours(tmp_path, monkeypatch):
    monkeypatch.setenv("REMPART_DSN", "postgresql://another-roles")
    monkeypatch.setenv("PGPASSWORD", "another-secret")
    log = tmp_path / "log"
    program = "import os, json; print(json.dumps(dict(os.environ)))"
    supervisor = Supervisor(lambda _: None)
    supervisor.start(
        Child(
            "open",
            (sys.executable, "-c", program),
            log,
            {"REMPART_ROLE": "web"},
            ready=lambda _: "}" in log.read_text(),
        )
    )
    supervisor.stop()
    assert '"REMPART_ROLE": "web"' in log.read_text()
    assert "another" not in log.read_text()


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_the_watch_once_and_a_second_one_does_not_disturb(sign):
    def twice():
        with stopping_on_signals():
            try:
                signal.raise_signal(sign)
            finally:
                signal.raise_signal(sign)

    with pytest.raises(Stopped):
        twice()
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_a_signal_that_comes_while_something_is_finalised_still_stops(monkeypatch):
    monkeypatch.setattr(sys, "unraisablehook", lambda _: None)

    class Finalised:
        def __del__(self):
            os.kill(os.getpid(), signal.SIGTERM)

    def lost():
        with stopping_on_signals():
            Finalised()
            Supervisor(print).watch()

    with pytest.raises(Stopped):
        lost()


SUPERVISED = """
import sys
from pathlib import Path
from rempart.cli.serve import supervised
from rempart.cli.supervisor import Child
noted, data = Path(sys.argv[1]), Path(sys.argv[2])
with supervised(data, print) as supervisor:
    supervisor.start(Child("family", (sys.executable, "-c", sys.argv[3], str(noted)), noted.parent / "log",
                           ready=lambda _: noted.exists()))
    print("ready", flush=True)
    supervisor.watch()
print("stopped", flush=True)
"""


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_a_supervisor_told_to_stop_ends_in_order_and_leaves_no_process(family, tmp_path, sign):
    _, noted, members = family
    with _supervised(noted, tmp_path) as process:
        processes = members()
        process.send_signal(sign)
        assert process.stdout.read() == b"stopped\n"
    assert process.returncode == 0
    assert _gone(processes, 1)


@pytest.mark.faults
def test_a_killed_supervisor_takes_its_children_with_it(family, tmp_path):
    _, noted, members = family
    with _supervised(noted, tmp_path) as process:
        leader, grandchild = members()
        process.kill()
    assert _gone([leader])
    grandchild.kill()  # only a leader that obeys can pass the message on


@pytest.mark.faults
def test_what_an_earlier_supervisor_left_behind_is_ended_by_its_mark_and_nothing_else(tmp_path):
    left, other = (_orphan(os.environ | {MARK: str(tmp_path / name)}) for name in ("ours", "another"))
    end_left_over(str(tmp_path / "ours"))
    assert not left.is_running()
    assert other.is_running()
    other.kill()


def _orphan(environ):
    """A process whose parent has gone."""
    parent = "import subprocess, sys; print(subprocess.Popen([sys.executable, '-c', sys.argv[1]]).pid)"
    sleep = "import os, time; os.close(1); time.sleep(600)"
    done = subprocess.run(
        [sys.executable, "-c", parent, sleep], env=environ, stdout=subprocess.PIPE, text=True, check=True
    )
    return psutil.Process(int(done.stdout))


def _supervised(noted, tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", SUPERVISED, str(noted), str(tmp_path), FAMILY], stdout=subprocess.PIPE
    )
    assert process.stdout.readline() == b"ready\n"
    return process


def _watch_until(supervisor, condition):
    """Run the watch until the condition holds."""
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        for one in supervisor._running:
            supervisor._look_at(one)
        time.sleep(0.02)
