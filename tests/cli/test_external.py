"""An installation on an external server never falls back to an empty embedded one."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from rempart.database import directory

REMPART = Path(sys.executable).with_name("rempart")


@pytest.mark.parametrize(
    "command", [("serve", "--port", "0"), ("database", "start"), ("database", "migrate")]
)
def test_without_its_address_the_command_stops_and_touches_nothing(tmp_path, command):
    place = directory.make(tmp_path / "data")
    address = {"host": "db.example", "port": 5432, "name": "rempart", "external": True, "options": {}}
    directory.write_address(place, address)
    given = {
        name: value for name, value in os.environ.items() if not name.startswith(("REMPART_", "DATABASE"))
    }
    done = subprocess.run(
        [REMPART, *command, "--data", place],
        env=given,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 3
    assert "DATABASE_URL" in done.stderr
    assert "Traceback" not in done.stderr
    assert directory.read_address(place) == address
    assert not (place / "postgres").exists()
