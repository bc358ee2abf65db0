"""`rempart serve`: an installation without invented data, with system users of its own where root asks."""

import json
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from rempart.cli import users
from rempart.cli.users import UserFault

REMPART = Path(sys.executable).with_name("rempart")
GATE_USER, WEB_USER, DETECTOR_USER, SEALER_USER = "daemon", "bin", "games", "man"


def _can_be_reached():
    try:
        return users.find(GATE_USER, WEB_USER, DETECTOR_USER, SEALER_USER) is not None
    except UserFault:
        return False


@pytest.fixture
def place():
    with tempfile.TemporaryDirectory(prefix="rempart-serve-") as folder:
        Path(folder).chmod(0o711)
        yield Path(folder) / "data"


@contextmanager
def _serving(place, *words):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [REMPART, "serve", "--port", str(port), "--data", place, *words]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        try:
            said = []
            for line in process.stderr:
                said.append(line)
                if "Ready at" in line:
                    break
            else:
                pytest.fail("".join(said))
            yield process, f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            assert process.wait(60) == 0


def _child(process, word):
    return next(one for one in psutil.Process(process.pid).children() if word in " ".join(one.cmdline()))


@pytest.mark.skipif(not _can_be_reached(), reason="root only, and where other users reach the programs")
def test_gate_and_pages_run_as_users_that_cannot_read_each_others_files(place):
    named = ("--gate-user", GATE_USER, "--web-user", WEB_USER)
    named += ("--detector-user", DETECTOR_USER, "--sealer-user", SEALER_USER)
    with _serving(place, *named) as (process, url):
        assert httpx.get(url).status_code in {200, 302}
        assert httpx.get(f"{url}/api/openapi.json").status_code == 200  # through the gate's socket
        assert _child(process, "gate.serve").username() == GATE_USER
        assert {_child(process, word).username() for word in ("granian", "config.worker")} == {WEB_USER}
        assert _child(process, "containment.watch").username() == DETECTOR_USER
        assert _child(process, "journal.sealer").username() == SEALER_USER
        for path in (place / "keys" / "master.json", place / "secrets" / "gate", place / "secrets" / "web"):
            refused = subprocess.run(
                ["cat", path],
                user=WEB_USER,
                group=WEB_USER,
                extra_groups=[],
                check=False,
                capture_output=True,
            )
            assert refused.returncode != 0, path
        assert [finding for finding in _doctor(place) if not finding["well"]] == []


def test_a_doctor_says_when_gate_and_pages_share_a_user(place):
    with _serving(place):
        problems = {f["check"]: f["remedy"] for f in _doctor(place) if not f["well"]}
    assert set(problems) == {"users"}
    assert "--gate-user" in problems["users"]


def _doctor(place):
    asked = subprocess.run([REMPART, "doctor", "--data", place, "--json"], capture_output=True, check=False)
    findings = json.loads(asked.stdout)
    assert asked.returncode == (0 if all(f["well"] for f in findings) else 1)
    return findings


@pytest.mark.parametrize(
    ("gate", "pages", "detector", "sealer", "message"),
    [
        ("daemon", None, None, None, "need a user each"),
        ("daemon", "bin", "games", None, "need a user each"),
        ("daemon", "bin", "games", "daemon", "need a user each"),
        ("daemon", "bin", "games", "no-such-user-here", "Only root|no user no-such-user-here|cannot reach"),
    ],
)
def test_users_that_cannot_be_used_are_named(gate, pages, detector, sealer, message):
    with pytest.raises(UserFault, match=message):
        users.find(gate, pages, detector, sealer)


@pytest.mark.faults
def test_a_stop_while_starting_leaves_no_process(place):
    command = [REMPART, "serve", "--port", "0", "--data", place]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert "Roles" in process.stderr.readline()
        time.sleep(0.3)
        family = psutil.Process(process.pid).children(recursive=True)
        process.terminate()
        assert process.wait(60) == 0
    assert family
    assert psutil.wait_procs(family, timeout=5)[1] == []
