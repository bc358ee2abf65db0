"""The roll of decoys as the detecting process reads it: who is one now, and nothing without the key."""

import secrets
import time

import numpy as np
import psycopg
import pytest

from rempart.database.connect import dsn
from rempart.detection.decoys import Decoys, Marks, Roll, load_key

KEY = b"a key of the tests"


@pytest.fixture
def owner(cluster):
    """Everything is undone at the end: the roll is the run's, and others may have planted."""
    with psycopg.connect(dsn("owner", cluster)) as connection:
        yield connection
        connection.rollback()


@pytest.fixture
def people(owner):
    """`people(n)` → ids of persons under one data key, and the number of another key."""

    def make(count):
        insurer = owner.execute(
            "insert into registry.insurer (amc_number, name) values (%s, 'Essai') returning id",
            [secrets.token_hex(4)],
        ).fetchone()[0]
        pair = owner.execute(
            "insert into vault.insurer_key (insurer, public_keyset, private_keyset)"
            " values (%s, '', '') returning id",
            [insurer],
        ).fetchone()[0]
        keys = [
            owner.execute(
                "insert into vault.data_key (insurer, batch, insurer_key, wrapped) values (%s, %s, %s, '')"
                " returning id",
                [insurer, batch, pair],
            ).fetchone()[0]
            for batch in (1, 2)
        ]
        ids = [secrets.randbits(62) + 1 for _ in range(count)]
        owner.cursor().executemany(
            "insert into registry.person (id, insurer, data_key, sealed_civil, sealed_nir, sealed_rights)"
            " values (%s, %s, %s, '', '', '')",
            [(person, insurer, keys[0]) for person in ids],
        )
        return ids, keys

    return make


def test_decoys_are_known_among_persons_misses_and_repeats(owner, people):
    ids, (key, _) = people(40)
    Roll(KEY).write(owner, dict.fromkeys(ids[:5], key))
    decoys = Decoys.of(owner, KEY)
    asked = np.array([*ids, ids[0], -7, 0, ids[39]], np.int64)
    told = decoys.among(owner, asked)
    assert told.tolist() == [True] * 5 + [False] * 35 + [True, False, False, False]
    assert decoys.among(owner, asked).tolist() == told.tolist()
    assert decoys.among(owner, np.array([], np.int64)).tolist() == []
    assert decoys.without(owner, np.array(ids, np.int64)).tolist() == ids[5:]


def test_a_row_that_was_written_over_is_a_person_from_that_commit_on(owner, people):
    ids, (key, newer) = people(3)
    Roll(KEY).write(owner, dict.fromkeys(ids, key))
    decoys = Decoys.of(owner, KEY)
    asked = np.array(ids, np.int64)
    assert decoys.among(owner, asked).all()
    owner.execute("update registry.person set data_key = %s where id = %s", [newer, ids[1]])
    assert decoys.among(owner, asked).tolist() == [True, False, True]
    assert set(Roll(KEY).standing(owner)) == {ids[0], ids[2]}


def test_those_planted_since_are_read_by_and_by(owner, people):
    ids, (key, _) = people(4)
    Roll(KEY).write(owner, {ids[0]: key})
    decoys = Decoys.of(owner, KEY)
    asked = np.array(ids, np.int64)
    assert decoys.among(owner, asked).tolist() == [True, False, False, False]
    Roll(KEY).write(owner, {ids[0]: key, ids[3]: key})
    decoys.renew(owner)
    assert decoys.among(owner, asked).tolist() == [True, False, False, True]


def test_another_key_knows_nobody_and_marks_of_nobody_are_among_them(owner, people):
    ids, (key, _) = people(10)
    Roll(KEY).write(owner, dict.fromkeys(ids, key))
    assert not Decoys.of(owner, b"another").among(owner, np.array(ids, np.int64)).any()
    marks = {bytes(row[0]) for row in owner.execute("select mark from detection.decoy")}
    own = {Marks(KEY).person(person.to_bytes(8, "little")) for person in ids}
    own |= {Marks(KEY).held(person, key) for person in ids}
    assert own < marks
    assert len(marks - own) >= 64


def test_the_detecting_process_may_read_the_roll_and_no_more(connect):
    detector = connect("detector")
    Decoys.of(detector, KEY).among(detector, np.array([1, 2], np.int64))
    detector.rollback()
    for forbidden in (
        "delete from detection.decoy",
        "select sealed_nir from registry.person",
        "select key from registry.person_key",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            detector.execute(forbidden)
        detector.rollback()


@pytest.mark.parametrize("role", ["gate", "web", "worker", "intake", "responder", "auditor"])
def test_nobody_else_reads_the_marks(connect, role):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connect(role).execute("select mark from detection.decoy")


def test_the_key_is_private(cluster):
    load_key(cluster)
    assert (cluster / "secrets" / "decoys").stat().st_mode & 0o077 == 0


def test_a_replay_asks_faster_than_it_reads(owner, people):
    """200,000 entries a second are to be replayed; here as many distinct persons, none seen before."""
    ids, (key, _) = people(50)
    Roll(KEY).write(owner, dict.fromkeys(ids, key))
    decoys = Decoys.of(owner, KEY)
    strangers = np.random.default_rng(1).integers(1, 1 << 62, 200_000)
    strangers[:50] = ids
    began = time.process_time()
    assert decoys.among(owner, strangers).sum() == 50
    assert time.process_time() - began < 1.0
