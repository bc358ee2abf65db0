"""A server with persons of several batches, to plant decoys among: planting concerns everyone it holds."""

import shutil
import tempfile
from datetime import date
from pathlib import Path

import numpy as np
import psycopg
import pytest

from rempart.database import directory, embedded, setup
from rempart.database.connect import dsn
from rempart.detection.decoys import Decoys, Roll, load_key
from rempart.registry import decoys as planting
from rempart.registry.insurers import Insurer, add_insurers
from rempart.registry.load import load_persons
from rempart.registry.opened import Opened
from rempart.registry.population import generate, insurers
from rempart.vault.blind_index import BlindIndex
from rempart.vault.create_keys import create_keys
from tests.gate.house import House
from tests.gate.inside import ask, run

PERSONS, PLANTED = 1_500, 200
BATCHES = 3
OTHER = "099900099"


@pytest.fixture(scope="package")
def cluster():
    place = Path(tempfile.mkdtemp(prefix="rempart-test-"))
    place.chmod(0o711)  # the server's own user must be able to enter
    data = directory.make(place)
    with embedded.running(data):
        setup.setup(data)
        create_keys(data)
        add_insurers([*insurers(), Insurer(OTHER, "Autre")], dsn=dsn("owner", data), keys_dir=data / "keys")
        yield data
    shutil.rmtree(place)


@pytest.fixture
def owner(cluster):
    with psycopg.connect(dsn("owner", cluster), autocommit=True) as connection:
        yield connection


@pytest.fixture
def roll(cluster):
    return Roll(load_key(cluster))


@pytest.fixture
def bring_in(cluster):
    def run(records):
        return load_persons(records, dsn=dsn("intake", cluster), keys_dir=cluster / "keys", source="test")

    return run


@pytest.fixture
def persons(owner, bring_in):
    """A registry of its own for each test: persons of several batches."""
    owner.execute("truncate registry.person, registry.person_key, detection.decoy")
    records = list(generate(PERSONS, 7, on=date(2026, 11, 1)))
    for n in range(BATCHES):
        bring_in(records[n * PERSONS // BATCHES : (n + 1) * PERSONS // BATCHES])
    return records


@pytest.fixture
def plant(cluster, persons, roll):
    def run(**options):
        return planting.plant(dsn=dsn("owner", cluster), keys_dir=cluster / "keys", roll=roll, **options)

    return run


@pytest.fixture
def refresh(cluster, roll):
    return lambda: planting.refresh(dsn=dsn("owner", cluster), keys_dir=cluster / "keys", roll=roll)


@pytest.fixture
def standing(cluster, roll):
    """The decoys, by the key: id → data key."""

    def read():
        with psycopg.connect(dsn("owner", cluster)) as connection:
            return roll.standing(connection)

    return read


@pytest.fixture
def opened(cluster, owner):
    """Their households, opened."""

    def read(ids):
        with Opened(dsn("owner", cluster), cluster / "keys") as keys:
            return keys.of(owner, ids)

    return read


@pytest.fixture
def index(cluster):
    return BlindIndex.load(cluster / "keys")


@pytest.fixture
def live(cluster):
    """The roll as the detecting process reads it, and its connection."""
    with psycopg.connect(dsn("detector", cluster), autocommit=True) as connection:
        yield (
            lambda ids: (
                Decoys.of(connection, load_key(cluster))
                .among(connection, np.array(list(ids), np.int64))
                .tolist()
            )
        )


@pytest.fixture
def look_up(cluster, owner):
    """Ask the gate; (status, person's id in the journal) for each question."""

    def ask_all(questions):
        house = House(cluster, owner)
        account = house.account(profession="hospital_desk")

        async def work(gate):
            return [await gate.look_up(ask(account, question)) for question in questions]

        return [
            (reply.status, owner.execute(ENTRY, [reply.body["reference"]]).fetchall()[0][0])
            for reply in run(house, work)
        ]

    return ask_all


ENTRY = "select person from journal.entry where request = %s and verdict = 'granted' and hit and cost = 1"


@pytest.fixture
def answered(cluster, owner):
    """The gate's answers about these records, from as many accounts as that takes."""

    def ask_all(profession, purpose, records):
        house = House(cluster, owner)
        each = 3
        accounts = [house.account(profession=profession) for _ in range(0, len(records), each)]
        owner.execute("update gate.breaker set current = 100000")
        owner.execute("update gate.limit_row set amounts = '{9999,9999,9999,9999}' where scope = 3")

        async def work(gate):
            return [
                await gate.look_up(ask(accounts[n // each], asked(record) | {"purpose": purpose}))
                for n, (record, _) in enumerate(records)
            ]

        replies = run(house, work, seconds=120)
        assert {reply.status for reply in replies} == {200}, [r.body for r in replies if r.status != 200][:1]
        return [reply.body for reply in replies]

    return ask_all


def asked(record):
    civil = record.civil
    return {
        "purpose": "rights",
        "nir": record.numbers.payment_nir,
        "birth_date": civil.birth_date,
        "birth_rank": civil.birth_rank,
    }
