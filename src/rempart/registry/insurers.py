"""Insurers and their key pairs: the owner's business, with the master key at hand. Never intake's."""

from dataclasses import dataclass
from pathlib import Path

import psycopg

from rempart.registry import store
from rempart.vault import insurer_keys, rotation
from rempart.vault.errors import InsurerKeyMissingError
from rempart.vault.master import load_master

_NAME = 120


@dataclass(frozen=True, slots=True)
class Insurer:
    """Who answers for persons' data: an AMC number of 8 or 9 digits, or `AMO-<scheme>`."""

    amc_number: str
    name: str


def add_insurers(insurers: list[Insurer], *, dsn: str, keys_dir: Path) -> dict[str, int]:
    """Add the insurers that are new, give each its key pair, and return their numbers by AMC number.

    `dsn` is of the role owner, `keys_dir` holds the master key. Safe to run again: a pair that stands
    is kept, a changed name is written. Raises KeysMissingError.
    """
    master = load_master(keys_dir)
    with psycopg.connect(dsn) as connection:
        numbers = {insurer.amc_number: _upsert(connection, insurer) for insurer in insurers}
        for number in numbers.values():
            insurer_keys.create(connection, master, number)
        store.journal(connection, "intake:insurer:added", {"insurers": sorted(numbers.values())})
    return numbers


def withdraw_insurer(amc_number: str, *, dsn: str) -> int:
    """Close all that is held for an insurer, at once. Returns its number. Raises InsurerKeyMissingError."""
    with psycopg.connect(dsn) as connection:
        number = _number(connection, amc_number)
        if not insurer_keys.withdraw(connection, number):
            raise InsurerKeyMissingError(f"Insurer {amc_number} has no key in use.")
        store.journal(connection, "intake:insurer:withdrawn", {"insurer": number})
    return number


def rotate_insurer(amc_number: str, *, dsn: str, keys_dir: Path) -> int:
    """Give an insurer a new key pair; returns how many data keys were wrapped again."""
    with psycopg.connect(dsn) as connection:
        number = _number(connection, amc_number)
        rewrapped = rotation.rotate_insurer_key(connection, load_master(keys_dir), number)
        store.journal(connection, "intake:insurer:rotated", {"insurer": number, "data_keys": rewrapped})
    return rewrapped


def _upsert(connection: store.Connection, insurer: Insurer) -> int:
    number = store.insurer_by_amc(connection, insurer.amc_number)
    if number is None:
        rows = connection.execute(
            "insert into registry.insurer (amc_number, name) values (%s, %s) returning id",
            [insurer.amc_number, insurer.name[:_NAME]],
        ).fetchall()
        return int(rows[0][0])
    connection.execute(
        "update registry.insurer set name = %s where id = %s and name <> %s",
        [insurer.name[:_NAME], number, insurer.name[:_NAME]],
    )
    return number


def _number(connection: store.Connection, amc_number: str) -> int:
    number = store.insurer_by_amc(connection, amc_number)
    if number is None:
        raise InsurerKeyMissingError(f"No insurer {amc_number}.", "rempart import insurer AMC NAME")
    return number
