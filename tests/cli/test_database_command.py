"""`rempart database`: the database alone, for maintenance, from nothing to stopped."""

import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import pytest

from rempart.database import directory

REMPART = Path(sys.executable).with_name("rempart")


@pytest.fixture(scope="module")
def place():
    with tempfile.TemporaryDirectory(prefix="rempart-alone-") as folder:
        Path(folder).chmod(0o711)
        _run(Path(folder) / "data", "migrate")
        yield Path(folder) / "data"


def _run(place, *words, code=0):
    done = subprocess.run(
        [REMPART, "database", words[0], "--data", place, *words[1:]],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == code, done.stderr
    return done


def test_migrating_leaves_keys_secrets_and_a_stopped_server(place):
    assert {path.name for path in (place / "keys").iterdir()} == {"index.json", "master.json"}
    assert (place / "secrets" / "web").exists()
    assert not (place / "postgres" / "postmaster.pid").exists()
    assert directory.holder(place) is None


@pytest.mark.parametrize("role", ["auditor", "web", "owner"])
def test_a_stopped_database_is_entered_as_one_role_and_stopped_again(place, role):
    told = _run(place, "psql", role, "--", "-Atc", "select current_user").stdout
    assert told.strip() == f"rempart_{role}"
    assert not (place / "postgres" / "postmaster.pid").exists()


def test_what_psql_says_is_handed_on(place):
    refused = _run(place, "psql", "web", "--", "-c", "select * from registry.person", code=1)
    assert "permission denied" in refused.stderr


def test_it_is_started_alone_entered_while_it_runs_and_stopped_from_elsewhere(place):
    command = [REMPART, "database", "start", "--data", place]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as served:
        assert any("PostgreSQL answers at 127.0.0.1" in line for line in iter(served.stderr.readline, ""))
        assert _run(place, "psql", "auditor", "--", "-Atc", "select 1").stdout.strip() == "1"
        family = psutil.Process(served.pid).children(recursive=True)
        _run(place, "stop")
        assert served.wait(10) == 0
    assert psutil.wait_procs(family, timeout=5)[1] == []
    _run(place, "stop")  # again: nothing to stop is no fault
