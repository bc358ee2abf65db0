"""The house, with its gate running, for the whole run; and persons to look up."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from rempart.database.connect import dsn
from rempart.gate import app as app_module
from rempart.gate import protocol
from rempart.gate.keepers import Changes
from rempart.vault.create_keys import create_keys
from tests.gate.changing import HASHED, SECRET, Connect
from tests.gate.doors import Doors, doors
from tests.gate.house import Account, House, Person, wide_open


@pytest.fixture(scope="session")
def house(cluster: Path) -> Iterator[House]:
    create_keys(cluster)
    with psycopg.connect(dsn("owner", cluster), autocommit=True) as owner:
        made = House(cluster, owner)
        # The platform's breaker is shared by every test: wide open here, narrow where it is the subject.
        wide_open(owner)
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


@pytest.fixture
def keeper(house: House, connect: Connect, fresh: Callable[[str], str]) -> Callable[[], Changes]:
    """`keeper()` → somebody new who may change things."""

    def make() -> Changes:
        name = fresh("keeper")
        house.owner.execute("insert into gate.keeper (name, secret) values (%s, %s)", (name, HASHED))
        return Changes(connect("gate"), name, SECRET)

    return make


@pytest.fixture
def limit(house: House, fresh: Callable[[str], str]) -> Callable[[list[int]], dict[str, Any]]:
    """`limit(amounts)` → the value of a change to a limit that is this test's own, 10, 20, 30, 40 now."""
    profession = fresh("profession")
    house.owner.execute("insert into gate.limit_row values (1, %s, 0, '{10,20,30,40}')", (profession,))
    return lambda amounts: {"scope": 1, "profession": profession, "meter": 0, "amounts": amounts}


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Doors]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(app_module, "_BODY_SECONDS", 0.4)
        patch.setattr(protocol, "HEAD_SECONDS", 0.8)
        with doors(tmp_path_factory.mktemp("doors")) as made:
            yield made


@pytest.fixture(autouse=True)
def _nothing_asked_yet(request: pytest.FixtureRequest) -> None:
    if "door" in request.fixturenames:
        request.getfixturevalue("door").gate.asked.clear()
