"""A house of its own for the replays: the run's database, and a second gate on a socket of its own."""

import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from rempart.database.connect import dsn
from rempart.vault.create_keys import create_keys
from tests.drills.demonstration import ENVIRONMENT, REMPART
from tests.gate.house import House, wide_open


class Arena(House):
    """Beside the house of the gate's tests."""

    @property
    def socket(self) -> Path:
        return self.data_dir / "run" / "drills.sock"


@pytest.fixture(scope="module")
def arena(cluster: Path) -> Iterator[Arena]:
    create_keys(cluster)
    with psycopg.connect(dsn("owner", cluster), autocommit=True) as owner:
        made = Arena(cluster, owner)
        # The breaker and the networks' limits are shared with every other test of the run.
        wide_open(owner)
        try:
            made.start()
            yield made
        finally:
            made.stop()


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
