"""A house of its own for the replays: the run's database, and a second gate on a socket of its own."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from rempart.database.connect import dsn
from rempart.vault.create_keys import create_keys
from tests.gate.house import House


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
        owner.execute(
            "update gate.breaker set floor = 1000000, ceiling = 1000000, current = 1000000, present = 1000000"
        )
        owner.execute(
            "update gate.limit_row set amounts = '{1000000,1000000,1000000,1000000}' where scope = 3"
        )
        try:
            made.start()
            yield made
        finally:
            made.stop()
