"""The blind index is rotated and nobody is lost, not even who comes in meanwhile."""

import shutil
import tempfile
from pathlib import Path

import psycopg
import pytest

from rempart.database import directory, embedded, setup
from rempart.database.connect import dsn
from rempart.registry.insurers import withdraw_insurer
from rempart.registry.load import load_persons
from rempart.registry.rekey import finish_index_rotation
from rempart.vault.blind_index import BlindIndex
from rempart.vault.create_keys import create_keys
from rempart.vault.errors import VaultFault
from rempart.vault.rotation import add_index_version, promote_index_version
from tests.registry.conftest import new_nir


@pytest.fixture(scope="module")
def cluster():
    """A server of this module's own: a rotation concerns every person that a database holds."""
    place = Path(tempfile.mkdtemp(prefix="rempart-test-"))
    place.chmod(0o711)  # the server's own user must be able to enter
    data = directory.make(place)
    with embedded.running(data):
        setup.setup(data)
        yield data
    shutil.rmtree(place)


@pytest.fixture
def keys_dir(cluster):
    """The key files as they were before the test; what an earlier test keyed is forgotten with its index."""
    with psycopg.connect(dsn("owner", cluster), autocommit=True) as owner:
        owner.execute("delete from registry.person_key")
        owner.execute("delete from registry.person")
    (cluster / "keys" / "index.json").unlink(missing_ok=True)
    return create_keys(cluster)


@pytest.fixture
def bring_in(cluster, keys_dir):
    def run(*records):
        return load_persons(records, dsn=dsn("intake", cluster), keys_dir=keys_dir, source="test")

    return run


@pytest.fixture
def rotate(cluster, keys_dir):
    return lambda: finish_index_rotation(dsn=dsn("owner", cluster), keys_dir=keys_dir)


@pytest.fixture
def found(connect, keys_dir):
    def find(record, nir=None):
        index = BlindIndex.load(keys_dir)
        keys = index.person_candidates(nir or record.numbers.payment_nir, record.civil.birth_date)
        rows = connect("gate").execute(
            "select distinct person from registry.person_key where key = any (%s)", [[key for _, key in keys]]
        )
        return [row[0] for row in rows]

    return find


def test_everyone_is_found_before_during_and_after(keys_dir, bring_in, person, found, rotate, connect):
    early = person(own_nir=new_nir(), other_payment_nir=new_nir())
    bring_in(early)
    before = found(early)
    assert add_index_version(keys_dir) == 2
    between = person()
    bring_in(between)
    assert found(early) == before
    promote_index_version(keys_dir)
    late = person()
    bring_in(late)
    keyed, _ = rotate()
    assert keyed >= 2
    assert (
        found(early)
        == found(early, early.numbers.own_nir)
        == found(early, early.numbers.other_payment_nir)
        == before
    )
    assert len(found(between)) == len(found(late)) == 1
    assert BlindIndex.load(keys_dir).versions == (2,)
    versions = connect("gate").execute("select distinct version from registry.person_key").fetchall()
    assert versions == [(2,)]
    assert bring_in(early).updated == 1


def test_a_rotation_without_a_new_version_is_refused(rotate, keys_dir):
    with pytest.raises(VaultFault):
        rotate()


def test_a_withdrawn_insurer_s_persons_stay_behind(
    keys_dir, bring_in, person, found, rotate, insurer, cluster
):
    record = person()
    bring_in(record)
    withdraw_insurer(insurer[1], dsn=dsn("owner", cluster))
    add_index_version(keys_dir)
    _, behind = rotate()
    assert behind >= 1
    assert found(record) == []


def test_an_import_that_runs_through_the_rotation_changes_over(
    keys_dir, bring_in, person, found, rotate, monkeypatch
):
    """The index turns between a chunk's keys and its writing: the chunk is made again."""
    from rempart.registry import store  # noqa: PLC0415

    record = person()
    lock = store.one_chunk_at_a_time
    turned = []

    def turn_then_lock(connection):
        if not turned:
            turned.append(1)
            add_index_version(keys_dir)
            rotate()
        lock(connection)

    monkeypatch.setattr(store, "one_chunk_at_a_time", turn_then_lock)
    assert bring_in(record).loaded == 1
    assert BlindIndex.load(keys_dir).versions == (2,)
    assert len(found(record)) == 1
