"""Keys change and nobody is lost; a withdrawn key opens nothing."""

import secrets

import pytest

from rempart.database.connect import dsn
from rempart.vault import insurer_keys, rotation
from rempart.vault.create_keys import create_keys
from rempart.vault.errors import InsurerKeyMissingError, KeyWithdrawnError, SealBrokenError
from rempart.vault.master import load_master
from rempart.vault.opening import Opener
from rempart.vault.sealing import new_data_key
from rempart.vault.store import StoredKeys


@pytest.fixture
def master(cluster):
    return load_master(create_keys(cluster))


@pytest.fixture
def owner(connect):
    return connect("owner")


@pytest.fixture
def source(cluster):
    keys = StoredKeys(dsn("gate", cluster))
    yield keys
    keys.close()


@pytest.fixture
def sealed(owner, master):
    """(insurer, data key number, sealed value of person 5)."""
    insurer = secrets.randbelow(2**14) + 2**14
    pair = insurer_keys.create(owner, master, insurer)
    _, public = insurer_keys.current(owner, insurer)
    sealer, wrapped = new_data_key(public, insurer, 1)
    (number,) = owner.execute(
        "insert into vault.data_key (insurer, batch, insurer_key, wrapped)"
        " values (%s, 1, %s, %s) returning id",
        [insurer, pair, wrapped],
    ).fetchone()
    return insurer, number, sealer.seal(5, 2, b"canary")


def test_creating_twice_keeps_the_pair(owner, master, sealed):
    before = insurer_keys.current(owner, sealed[0])
    assert insurer_keys.create(owner, master, sealed[0]) == before[0]
    assert insurer_keys.current(owner, sealed[0]) == before


def test_after_a_rotation_everything_opens_with_the_new_pair_only(owner, master, sealed, source):
    insurer, number, value = sealed
    opener = Opener(master, source, trusted_for=0)
    assert opener.open(number, insurer, 5, 2, value) == b"canary"
    old = insurer_keys.current(owner, insurer)
    old_row = source.data_key(number)
    with owner.transaction():
        assert rotation.rotate_insurer_key(owner, master, insurer) == 1
    assert insurer_keys.current(owner, insurer) != old
    assert opener.open(number, insurer, 5, 2, value) == b"canary"
    assert Opener(master, source).open(number, insurer, 5, 2, value) == b"canary"
    new_row = source.data_key(number)
    assert new_row.wrapped != old_row.wrapped
    assert owner.execute("select count(*) from vault.insurer_key where id = %s", [old[0]]).fetchone() == (0,)


def test_a_data_key_wrapped_to_the_old_pair_is_refused_after_a_rotation(owner, master, sealed, connect):
    insurer, *_ = sealed
    old, public = insurer_keys.current(owner, insurer)
    with owner.transaction():
        rotation.rotate_insurer_key(owner, master, insurer)
    _, wrapped = new_data_key(public, insurer, 2)
    with pytest.raises(Exception, match="foreign key"):
        connect("intake").execute(
            "insert into vault.data_key (insurer, batch, insurer_key, wrapped) values (%s, 2, %s, %s)",
            [insurer, old, wrapped],
        )


def test_a_withdrawal_is_felt_by_an_opener_that_holds_the_key(owner, master, sealed, source):
    insurer, number, value = sealed
    opener = Opener(master, source, trusted_for=60)
    assert opener.open(number, insurer, 5, 2, value) == b"canary"
    assert insurer_keys.withdraw(owner, insurer) == 1
    opener.refresh()
    with pytest.raises(KeyWithdrawnError):
        opener.open(number, insurer, 5, 2, value)
    with pytest.raises(InsurerKeyMissingError):
        insurer_keys.current(owner, insurer)
    with pytest.raises(InsurerKeyMissingError):
        rotation.rotate_insurer_key(owner, master, insurer)


def test_an_insurer_that_comes_back_starts_afresh(owner, master, sealed, source):
    insurer, number, value = sealed
    insurer_keys.withdraw(owner, insurer)
    insurer_keys.create(owner, master, insurer)
    with pytest.raises(KeyWithdrawnError):
        Opener(master, source).open(number, insurer, 5, 2, value)


def test_another_master_key_opens_no_private_half(sealed, source, tmp_path):
    insurer, number, value = sealed
    stranger = load_master(create_keys(tmp_path))
    with pytest.raises(SealBrokenError):
        Opener(stranger, source).open(number, insurer, 5, 2, value)


def test_the_key_source_mends_itself_after_the_server_cut_it_off(sealed, source, connect):
    assert source.data_key(sealed[1]) is not None
    connect("superuser", dbname="rempart").execute(
        "select pg_terminate_backend(pid) from pg_stat_activity where query like '%vault.data_key d join%'"
        " and pid <> pg_backend_pid()"
    )
    assert source.data_key(sealed[1]) is not None
