"""`rempart drill` against a running demonstration: what it prints, and that it leaves nothing behind."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

REMPART = Path(sys.executable).with_name("rempart")
ENVIRONMENT = {
    name: value for name, value in os.environ.items() if not name.startswith(("REMPART_", "DJANGO_"))
}
"""Without what the test run's own pages are told."""
KEYS = [
    "drill",
    "accounts",
    "lookups",
    "persons_exposed",
    "bound",
    "history",
    "unjournaled",
    "seconds",
]


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """The directory of a demonstration that runs, its limits those of a fresh installation."""
    above = tmp_path_factory.mktemp("drill")
    for folder in (above, above.parent, above.parent.parent):
        folder.chmod(0o711)  # the server's own user must be able to enter
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [REMPART, "demo", "--port", str(port), "--data", above / "data", "--persons", "500"]
    with (above / "out").open("ab") as out:
        process = subprocess.Popen(
            [*command, "--ready-file", above / "ready"], stdout=out, stderr=out, env=ENVIRONMENT
        )
    try:
        deadline = time.monotonic() + 150
        while not (above / "ready").exists():
            assert process.poll() is None, (above / "out").read_text()
            assert time.monotonic() < deadline, (above / "out").read_text()
            time.sleep(0.1)
        yield above / "data"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def _drill(data, *words):
    done = subprocess.run(
        [REMPART, "drill", *words, "--data", data, "--json"],
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
        env=ENVIRONMENT,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_2022_through_the_api(data):
    report = _drill(data, "2022", "--seconds", "4")
    assert list(report) == KEYS
    assert (report["drill"], report["accounts"], report["history"]) == ("2022", 19, 510_000)
    # 19 pharmacists × (30 + 3) an hour, of which the breaker lets 300 unproven through.
    assert report["bound"] == 300 + 19 * 3
    assert 19 * (10 + 1) <= report["persons_exposed"] <= report["bound"]
    assert report["unjournaled"] == 0


def test_2024_through_sign_in_and_pages_beside_a_limiter_only(data, tmp_path):
    picture = tmp_path / "bars.svg"
    report = _drill(data, "2024", "--seconds", "4", "--compare", "--svg", str(picture))
    assert list(report) == [*KEYS, "limiter_only", "bound_30_days"]
    assert (report["drill"], report["accounts"], report["history"]) == ("2024", 1, 33_000_000)
    # On a new device every look-up needs the card: the overdraft is all that is left for 48 hours.
    assert (report["bound"], report["bound_30_days"]) == (3, 400 + 30)
    assert 1 <= report["persons_exposed"] <= report["bound"]
    assert report["unjournaled"] == 0
    compared = report["limiter_only"]
    assert "stand-in" in compared["label"]
    assert compared["bans"] == 0
    assert compared["persons_exposed"] >= 4
    assert "33\u202f000\u202f000" in picture.read_text("utf-8")
    assert not [one for one in psutil.process_iter(["cmdline"]) if _is_left_over(one)]


def _is_left_over(process):
    words = " ".join(process.info["cmdline"] or [])
    return "rempart.drills.stand_in" in words


def test_the_race_prints_its_five_figures(data):
    report = _drill(data, "race", "--rounds", "3")
    assert report == {"drill": "race", "rounds": 3, "budget": 10, "disclosed_max": 10, "exceeded": 0}


def test_without_a_demonstration_it_says_how_to_start_one(tmp_path):
    done = subprocess.run(
        [REMPART, "drill", "2022", "--data", tmp_path / "nothing"],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 7
    assert "rempart demo" in done.stderr
