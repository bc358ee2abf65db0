"""The house, with its gate running, for the whole run; and persons to look up."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from rempart.database.connect import dsn
from rempart.vault.create_keys import create_keys
from tests.gate.house import Account, House, Person


@pytest.fixture(scope="session")
def house(cluster: Path) -> Iterator[House]:
    create_keys(cluster)
    with psycopg.connect(dsn("owner", cluster), autocommit=True) as owner:
        made = House(cluster, owner)
        # The platform's breaker is shared by every test: wide open here, narrow where it is the subject.
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


@pytest.fixture
def pharmacist(house: House) -> Account:
    return house.account("pharmacist", terminal=True)


@pytest.fixture
def person(house: House) -> Person:
    return house.person()
