"""Persons go in whole, sealed, once; and are found again without being opened."""

import secrets

import psycopg
import pytest

from rempart.database.connect import dsn
from rempart.registry import chunk as chunk_module
from rempart.registry import store
from rempart.registry.insurers import withdraw_insurer
from rempart.registry.load import load_persons
from rempart.vault.blind_index import BlindIndex
from rempart.vocabulary.cover import CivilStatus, Contract, Numbers, Rights
from rempart.vocabulary.intake import SetAside, Why
from rempart.vocabulary.words import Category
from tests.registry.conftest import new_nir


@pytest.fixture
def index(keys_dir):
    return BlindIndex.load(keys_dir)


@pytest.fixture
def held(connect, index):
    """`held(nir, birth_date)` → rows of registry.person under that blind key."""

    def find(nir, birth_date="1955-08-14"):
        return (
            connect("gate")
            .execute(
                "select p.* from registry.person_key k join registry.person p on p.id = k.person"
                " where k.key = %s order by p.birth_rank",
                [index.person_key(nir, birth_date)],
            )
            .fetchall()
        )

    return find


def opened(opener, row, category):
    person, insurer, data_key = row[0], row[1], row[2]
    sealed = {Category.CIVIL_STATUS: 5, Category.NIR: 6, Category.RIGHTS: 7, Category.CONTRACT: 8}[category]
    return opener.open(data_key, insurer, person, category, bytes(row[sealed]))


def test_what_intake_seals_the_gate_opens(load, person, held, opener):
    record = person()
    report = load([record])
    assert (report.read, report.loaded, report.updated, report.set_aside) == (1, 1, 0, 0)
    (row,) = held(record.numbers.payment_nir)
    assert CivilStatus.from_bytes(opened(opener, row, Category.CIVIL_STATUS)) == record.civil
    assert Numbers.from_bytes(opened(opener, row, Category.NIR)) == record.numbers
    assert Rights.from_bytes(opened(opener, row, Category.RIGHTS)) == record.rights
    assert Contract.from_bytes(opened(opener, row, Category.CONTRACT)) == record.contract


def test_a_person_is_found_by_every_number(load, person, held, connect, index):
    record = person(own_nir=new_nir(), other_payment_nir=new_nir())
    load([record])
    ids = {
        held(n)[0][0]
        for n in (record.numbers.payment_nir, record.numbers.own_nir, record.numbers.other_payment_nir)
    }
    member = index.member_key(record.insurer, "M1", "1955-08-14")
    found = (
        connect("gate").execute("select person from registry.person_key where key = %s", [member]).fetchone()
    )
    assert ids == {found[0]}


def test_ids_are_random(load, person, held):
    records = [person(line=n) for n in range(50)]
    load(records)
    ids = [held(record.numbers.payment_nir)[0][0] for record in records]
    assert ids != sorted(ids)
    assert min(ids) > 0
    assert max(ids).bit_length() > 55


def test_bringing_a_person_again_updates_and_keeps_the_id(load, person, held, opener, changed):
    record = person(name="Avant")
    load([record])
    before = held(record.numbers.payment_nir)
    report = load([changed(record, civil=changed(record.civil, family_name="Après"), contract=None)])
    assert (report.loaded, report.updated) == (0, 1)
    after = held(record.numbers.payment_nir)
    assert [row[0] for row in before] == [row[0] for row in after]
    assert CivilStatus.from_bytes(opened(opener, after[0], Category.CIVIL_STATUS)).family_name == "Après"
    assert after[0][8] is None


def test_a_child_who_gets_a_number_of_their_own_stays_the_same_person(load, person, held, changed):
    own = new_nir()
    record = person(own_nir=own)
    load([record])
    adult = changed(record, numbers=Numbers(own))
    assert load([adult]).updated == 1
    assert len(held(own)) == 1
    assert held(record.numbers.payment_nir) == []  # no longer found under the parent


def test_twins_share_a_key_and_stay_two(load, person, held):
    nir = new_nir()
    twins = [person(nir=nir, birth_date="2019-02-03", rank=rank) for rank in (1, 2)]
    assert load(twins).loaded == 2
    assert [row[3] for row in held(nir, "2019-02-03")] == [1, 2]
    assert load(twins).updated == 2
    assert len(held(nir, "2019-02-03")) == 2


def test_the_same_number_date_and_rank_twice_in_a_file_is_set_aside(load, person):
    nir = new_nir()
    aside = []
    report = load([person(line=1, nir=nir), person(line=2, nir=nir, name="Autre")], set_aside=aside.append)
    assert (report.loaded, report.set_aside) == (1, 1)
    assert aside == [SetAside(2, Why.DUPLICATE)]


def test_a_duplicate_in_a_later_chunk_is_set_aside(load, person, monkeypatch):
    monkeypatch.setattr("rempart.registry.load.CHUNK", 2)
    nir = new_nir()
    report = load([person(line=1, nir=nir), person(line=2), person(line=3), person(line=4, nir=nir)])
    assert report.reasons == {"duplicate": 1}


def test_numbers_that_lead_to_two_persons_are_set_aside(load, person):
    one, other = person(), person()
    load([one, other])
    both = person(nir=one.numbers.payment_nir, own_nir=other.numbers.payment_nir)
    assert load([both]).reasons == {"ambiguous": 1}


def test_a_beneficiary_waits_for_the_policyholder_however_late(load, person, held, monkeypatch):
    monkeypatch.setattr("rempart.registry.load.CHUNK", 2)
    nir = new_nir()
    child = person(line=1, nir=nir, birth_date="2019-02-03", policyholder=("1980-01-02", 1))
    others = [person(line=n) for n in range(2, 6)]
    parent = person(line=6, nir=nir, birth_date="1980-01-02")
    report = load([child, *others, parent])
    assert (report.read, report.loaded, report.set_aside) == (6, 6, 0)
    assert held(nir, "2019-02-03")[0][4] == held(nir, "1980-01-02")[0][0]


def test_a_beneficiary_without_policyholder_is_set_aside(load, person, held):
    child = person(line=7, birth_date="2019-02-03", policyholder=("1980-01-02", 1))
    aside = []
    report = load([child], set_aside=aside.append)
    assert (report.loaded, aside) == (0, [SetAside(7, Why.POLICYHOLDER_MISSING)])
    assert held(child.numbers.payment_nir, "2019-02-03") == []


def test_a_policyholder_held_since_an_earlier_import_is_found(load, person, held):
    nir = new_nir()
    load([person(nir=nir, birth_date="1980-01-02")])
    load([person(nir=nir, birth_date="2019-02-03", policyholder=("1980-01-02", 1))])
    assert held(nir, "2019-02-03")[0][4] == held(nir, "1980-01-02")[0][0]


def test_an_insurer_does_not_change_another_one_s_person(load, person, held, new_insurer, changed):
    record = person()
    load([record])
    other = changed(record, insurer=new_insurer()[1])
    report = load([other])
    assert (report.loaded, report.updated) == (1, 0)
    assert len({row[1] for row in held(record.numbers.payment_nir)}) == 2


def test_a_child_may_have_another_insurer_than_the_policyholder(load, person, held, new_insurer, changed):
    nir = new_nir()
    child = person(nir=nir, birth_date="2019-02-03", policyholder=("1980-01-02", 1))
    load([changed(child, insurer=new_insurer()[1]), person(nir=nir, birth_date="1980-01-02")])
    assert held(nir, "2019-02-03")[0][4] == held(nir, "1980-01-02")[0][0]


def test_an_unknown_insurer_s_persons_are_set_aside(load, person, changed):
    assert load([changed(person(), insurer="999")]).reasons == {"insurer_unknown: 999": 1}


def test_a_withdrawn_insurer_s_persons_are_set_aside_and_stay_closed(
    load, person, held, opener, insurer, cluster
):
    record = person()
    load([record])
    (row,) = held(record.numbers.payment_nir)
    assert opened(opener, row, Category.NIR)
    withdraw_insurer(insurer[1], dsn=dsn("owner", cluster))
    assert load([record]).reasons == {f"insurer_without_key: {insurer[1]}": 1}
    with pytest.raises(Exception, match=str(insurer[0])):
        opened(opener, row, Category.NIR)


def test_an_import_cut_in_the_middle_leaves_whole_chunks_and_runs_again(load, person, held, monkeypatch):
    monkeypatch.setattr("rempart.registry.load.CHUNK", 2)
    records = [person(line=n) for n in range(1, 7)]
    write = store.insert_keys
    calls = []

    def cut(connection, keys):
        calls.append(1)
        if len(calls) == 2:
            raise ConnectionError("cut")
        write(connection, keys)

    monkeypatch.setattr(store, "insert_keys", cut)
    with pytest.raises(ConnectionError):
        load(records)
    assert [len(held(record.numbers.payment_nir)) for record in records] == [1, 1, 0, 0, 0, 0]
    report = load(records)
    assert (report.loaded, report.updated) == (4, 2)
    assert all(len(held(record.numbers.payment_nir)) == 1 for record in records)


def test_a_random_id_that_is_taken_is_drawn_again(load, person, held, monkeypatch):
    taken = person()
    load([taken])
    number = held(taken.numbers.payment_nir)[0][0]
    draws = iter([number - 1, secrets.randbits(60)])
    monkeypatch.setattr(chunk_module.secrets, "randbits", lambda _: next(draws))
    assert load([person()]).loaded == 1


def test_the_journal_holds_counts_and_no_person(load, person, connect):
    record = person(name="Canariname")
    load([record, SetAside(9, Why.MISSING, ("nir",))])
    query = (
        "select details from journal.entry where tag = 'intake:persons:imported' order by seq desc limit 1"
    )
    (details,) = connect("auditor").execute(query).fetchone()
    assert (details["read"], details["loaded"], details["set_aside"]) == (2, 1, 1)
    assert details["reasons"] == {"missing: nir": 1}
    assert "Canari" not in str(details)
    assert record.numbers.payment_nir not in str(details)


def test_intake_can_read_nothing_back(connect, load, person):
    load([person()])
    intake = connect("intake")
    for query in (
        "select sealed_civil from registry.person",
        "select * from registry.person",
        "select wrapped from vault.data_key",
        "select private_keyset from vault.insurer_key",
        "insert into vault.insurer_key (insurer, public_keyset, private_keyset) values (1, '', '')",
        "insert into registry.insurer (amc_number, name) values ('1', '1')",
        "update registry.person set insurer = 1",
        "delete from registry.person",
        "update vault.insurer_key set withdrawn_at = null",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            intake.execute(query)


def test_a_dump_shows_no_name_number_or_date(load, person, connect):
    record = person(name="Canaridumpname", nir="1550812987654", birth_date="1955-08-31", own_nir=new_nir())
    load([record])
    for table in (
        "registry.person",
        "registry.person_key",
        "vault.data_key",
        "registry.batch",
        "journal.entry",
    ):
        with (
            connect("superuser", dbname="rempart")
            .cursor()
            .copy(f"copy (select * from {table}) to stdout") as copy
        ):
            text = b"".join(bytes(block) for block in copy)
        for canary in (b"Canaridump", b"1550812987654", b"1955-08-31", record.numbers.own_nir.encode()):
            assert canary not in text
            assert canary.hex().encode() not in text


def test_keys_that_are_not_there_are_named(cluster, tmp_path, person):
    with pytest.raises(Exception, match="index key"):
        load_persons([person()], dsn=dsn("intake", cluster), keys_dir=tmp_path, source="test")
