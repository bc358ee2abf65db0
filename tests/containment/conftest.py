"""A gate of its own beside the others', so that what a restriction does is seen at its very next look-up."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from rempart.database.connect import dsn
from rempart.vault.create_keys import create_keys
from tests.gate.house import Account, House, Person, wide_open


class OwnHouse(House):
    """On a socket of its own, so that several may run."""

    @property
    def socket(self) -> Path:
        return self.data_dir / "run" / "containment.sock"


@pytest.fixture(scope="session")
def house(cluster: Path) -> Iterator[House]:
    create_keys(cluster)
    with psycopg.connect(dsn("owner", cluster), autocommit=True) as owner:
        made = OwnHouse(cluster, owner)
        # The platform's breaker is shared by every test: wide open here, narrow where it is the subject.
        wide_open(owner)
        try:
            made.start({"REMPART_TRUSTED_PROXY": "127.0.0.1"})
            yield made
        finally:
            made.stop()


@pytest.fixture
def pharmacist(house: House) -> Account:
    return house.account("pharmacist", terminal=True)


@pytest.fixture
def person(house: House) -> Person:
    return house.person()


@pytest.fixture
def ask(house: House, person: Person) -> Callable[..., httpx.Response]:
    """`ask(account)` looks the person up; `card=True` with their card; `network=` as seen from there."""

    def asked(
        account: Account,
        *,
        card: bool = False,
        present: bool = False,
        network: str = "198.51.100.7",
        **more: Any,
    ) -> httpx.Response:
        proof = {"proof": house.card(account, person)} if card else {}
        proof |= {"proof": {"kind": "present", "reason": "card_forgotten"}} if present else {}
        return house.look_up(account, person.ask(**proof, **more), x_forwarded_for=network)

    return asked
