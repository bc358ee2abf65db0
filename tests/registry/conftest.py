"""An installation with keys, and persons to bring in."""

import itertools
import secrets
from dataclasses import replace

import pytest

from rempart.database.connect import dsn
from rempart.registry.insurers import Insurer, add_insurers
from rempart.registry.load import load_persons
from rempart.registry.rules.records import PersonRecord
from rempart.vault.create_keys import create_keys
from rempart.vault.master import load_master
from rempart.vault.opening import Opener
from rempart.vault.store import StoredKeys
from rempart.vocabulary.cover import CivilStatus, Contract, Numbers, Rights

_serial = itertools.count(secrets.randbelow(10**6) * 1_000)


def new_nir(sex="1"):
    """13 characters that no other test uses."""
    return f"{sex}5508{12:02d}{next(_serial) % 10**6:06d}"


@pytest.fixture(scope="session")
def keys_dir(cluster):
    return create_keys(cluster)


@pytest.fixture
def new_insurer(cluster, keys_dir):
    """`new_insurer()` → (number, AMC number) of an insurer with its key pair."""

    def make():
        amc = f"{secrets.randbelow(10**9):09d}"
        return add_insurers([Insurer(amc, "Mutuelle d'essai")], dsn=dsn("owner", cluster), keys_dir=keys_dir)[
            amc
        ], amc

    return make


@pytest.fixture
def insurer(new_insurer):
    return new_insurer()


@pytest.fixture
def opener(cluster, keys_dir):
    source = StoredKeys(dsn("gate", cluster))
    yield Opener(load_master(keys_dir), source, trusted_for=0)
    source.close()


@pytest.fixture
def load(cluster, keys_dir):
    def run(records, **options):
        return load_persons(records, dsn=dsn("intake", cluster), keys_dir=keys_dir, source="test", **options)

    return run


@pytest.fixture
def person(insurer):
    """`person(nir=…, birth_date=…, …)` → a record of the test's insurer."""
    _, amc = insurer

    def make(
        *, line=1, nir=None, birth_date="1955-08-14", rank=1, name="Canari", policyholder=None, **numbers
    ):
        return PersonRecord(
            line=line,
            insurer=amc,
            civil=CivilStatus(name, "Zoé", birth_date, "2", rank),
            numbers=Numbers(nir or new_nir(), **numbers),
            rights=Rights("open", scheme="01", fund="751", open_from="2020-01-01"),
            contract=Contract(amc, "Mutuelle d'essai", "M1", guarantees={"consultation": 100}),
            policyholder=policyholder,
        )

    return make


@pytest.fixture
def changed():
    return replace
