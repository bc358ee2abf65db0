"""A house of its own for faults: its database and its gate are killed, cut and filled."""

import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
import pytest

from rempart.database import directory, setup
from rempart.database.connect import dsn
from rempart.database.embedded import Cluster
from rempart.vault.create_keys import create_keys
from tests.faults.load import HOURLY, Load
from tests.gate.house import House


@dataclass
class Fragile:
    """A data directory whose server and gate this test may hurt."""

    data_dir: Path
    cluster: Cluster
    house: House

    @contextmanager
    def owner(self) -> Iterator[psycopg.Connection[Any]]:
        with psycopg.connect(dsn("owner", self.data_dir), autocommit=True) as owner:
            yield owner

    def load(self) -> Load:
        """Clients with budgets of their own; call while the database is well."""
        with self.owner() as self.house.owner:
            people = [self.house.person() for _ in range(30)]
            accounts = [self.house.account() for _ in range(4)]
        return Load(self.house, accounts, people)


@contextmanager
def fragile_in(folder: Path) -> Iterator[Fragile]:
    data_dir = directory.make(folder)
    with directory.held(data_dir), ExitStack() as stack:
        cluster = Cluster(data_dir)
        cluster.start()
        stack.callback(cluster.stop)
        setup.setup(data_dir)
        create_keys(data_dir)
        with psycopg.connect(dsn("owner", data_dir), autocommit=True) as owner:
            owner.execute("update gate.breaker set floor = 1000000, ceiling = 1000000, current = 1000000")
            owner.execute(
                "update gate.limit_row set amounts = '{1000000,1000000,1000000,1000000}' where scope > 1"
            )
            owner.execute(
                "update gate.limit_row set amounts = array[1000000, %s, 1000000, 1000000]"
                " where scope = 1 and profession = 'pharmacist' and meter = 0",
                (HOURLY,),
            )
            house = House(data_dir, owner)
        fragile = Fragile(data_dir, cluster, house)
        house.start()
        stack.callback(house.stop)
        yield fragile


@pytest.fixture(scope="module")
def fragile() -> Iterator[Fragile]:
    with tempfile.TemporaryDirectory(prefix="rempart-faults-") as name:
        Path(name).chmod(0o711)
        with fragile_in(Path(name) / "data") as made:
            yield made


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A file system of 400 MB. Needs the right to mount one."""
    with tempfile.TemporaryDirectory(prefix="rempart-disk-") as name:
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=400m,mode=0711", "tmpfs", name],
            check=False,
            capture_output=True,
        )
        if done.returncode:
            pytest.skip("a full disk needs a small file system, and mounting one is not allowed here")
        try:
            yield Path(name)
        finally:
            subprocess.run(["umount", "--lazy", name], check=True)
