"""A dump is useless: neither pg_dump nor the raw files hold a name, a NIR or a birth date."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from rempart.database.binaries import find, runner_for
from rempart.database.connect import dsn
from tests.gate.house import FAMILY_NAME, Account, House, Person


@pytest.fixture
def looked_up(house: House, pharmacist: Account, person: Person) -> Person:
    """Somebody whom the gate has opened, missed, refused and journaled."""
    assert house.look_up(pharmacist, person.ask(), Idempotency_Key="for-the-dump").status_code == 200
    house.look_up(pharmacist, person.ask(birth_date="1903-03-03"))
    house.look_up(pharmacist, person.ask(proof=house.card(pharmacist, person, nir="1550899123456")))
    house.look_up(pharmacist, person.ask(purpose="admission"))
    return person


def words(person: Person) -> list[bytes]:
    year, month, day = person.birth_date.split("-")
    dates = [person.birth_date, f"{day}/{month}/{year}", f"{day}{month}{year}"]
    return [word.encode() for word in (FAMILY_NAME, "Canariprenom", person.nir, *dates)]


def holds(raw: bytes, word: bytes) -> bool:
    """As it is, or as a dump writes a column of bytes."""
    return word in raw or word.hex().encode() in raw


def test_a_dump_holds_no_name_no_nir_no_birth_date(cluster: Path, looked_up: Person) -> None:
    done = subprocess.run(
        [
            find(runner_for(cluster / "postgres"), print) / "pg_dump",
            *("--dbname", dsn("superuser", cluster)),
            *("--schema=registry", "--schema=vault", "--schema=journal", "--schema=gate"),
        ],
        capture_output=True,
        check=True,
    )
    assert str(looked_up.id).encode() in done.stdout  # the person is in it, sealed
    assert [word for word in words(looked_up) if holds(done.stdout, word)] == []


def test_the_raw_files_hold_none_either(
    cluster: Path, looked_up: Person, connect: Callable[..., psycopg.Connection[Any]]
) -> None:
    connect("superuser").execute("checkpoint")
    found = set()
    for file in (cluster / "postgres").rglob("*"):
        if file.is_file():
            raw = file.read_bytes()
            # Dates alone are too common in eight digits; whoever leaks one leaks a name or a number too.
            found |= {(word, file.name) for word in words(looked_up)[:3] if holds(raw, word)}
    assert found == set()


def test_the_search_would_find_an_unsealed_name(looked_up: Person) -> None:
    dumped = rb"\\x" + f'{{"family_name":"{FAMILY_NAME}"}}'.encode().hex().encode()
    assert holds(dumped, words(looked_up)[0])


def test_sealed_columns_differ_for_equal_contents(house: House) -> None:
    first, second = house.person(), house.person()
    rows = house.owner.execute(
        "select sealed_rights from registry.person where id in (%s, %s)", (first.id, second.id)
    ).fetchall()
    assert rows[0] != rows[1]
