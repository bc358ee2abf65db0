"""Decoys are persons to everything but the detectors' key.

A server of this module's own: planting concerns every person that a database holds.
"""

import shutil
import tempfile
from collections import Counter
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import psycopg
import pytest

from rempart.database import directory, embedded, setup
from rempart.database.connect import dsn
from rempart.detection.decoys import Decoys, Roll, load_key
from rempart.drills.decoy_fingerprinting import Suspect, asked_and_told, judged
from rempart.drills.tally import Person
from rempart.registry import decoys as planting
from rempart.registry.insurers import Insurer, add_insurers
from rempart.registry.load import load_persons
from rempart.registry.opened import Opened
from rempart.registry.population import generate, insurers
from rempart.registry.rules.nearby import own_number, slips
from rempart.vault.blind_index import BlindIndex
from rempart.vault.create_keys import create_keys
from tests.gate.house import House
from tests.gate.inside import ask, run

PERSONS, PLANTED = 1_500, 200
BATCHES = 3
OTHER = "099900099"
CHANCE = 0.14
"""How far from one half a feature's AUC may stray: 3.5 deviations for so many decoys in households."""


@pytest.fixture(scope="module")
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


DUMP = """
    select p.id, (p.ctid::text::point)[0]::int * 1000 + (p.ctid::text::point)[1]::int as place,
           p.xmin::text::bigint, p.insurer, p.data_key, p.birth_rank, (p.policyholder is null)::int,
           length(p.sealed_civil), length(p.sealed_nir), length(p.sealed_rights),
           coalesce(length(p.sealed_contract), 0), count(k.key),
           avg((k.ctid::text::point)[0])::float8, max(k.xmin::text::bigint), max(k.version),
           (p.policyholder is null or exists (select from registry.person h where h.id = p.policyholder))::int
      from registry.person p join registry.person_key k on k.person = p.id group by p.id order by p.id"""


def auc(feature, decoy):
    """Chance that a decoy has more of a feature than a person; one half says nothing."""
    values, places = np.unique(feature, return_inverse=True)
    mine, theirs = (np.bincount(places[who], minlength=len(values)) for who in (decoy, ~decoy))
    below = np.cumsum(theirs) - theirs
    return float((mine * (below + theirs / 2)).sum() / mine.sum() / theirs.sum())


def told_apart(dump, decoy):
    """Features of a dump by which a decoy differs from a person."""
    return [n for n in range(dump.shape[1]) if abs(auc(dump[:, n], decoy) - 0.5) > CHANCE]


def dumped(owner, standing):
    rows = np.array(owner.execute(DUMP).fetchall(), np.float64)
    ids = [row[0] for row in owner.execute("select id from registry.person order by id")]
    return rows, np.isin(ids, list(standing()))


def test_a_dump_tells_no_decoy_from_a_person(owner, plant, standing):
    assert plant(number=PLANTED) == PLANTED
    dump, decoy = dumped(owner, standing)
    assert decoy.sum() == PLANTED
    assert told_apart(dump, decoy) == []
    by_key = Counter(dump[decoy, 4])
    held = Counter(dump[~decoy, 4])
    assert all(count < held[key] for key, count in by_key.items() if held[key] > 20)
    assert by_key.keys() <= held.keys()


def test_the_comparison_would_see_a_batch_of_their_own(owner, plant, standing):
    plant(number=PLANTED)
    dump, decoy = dumped(owner, standing)
    dump[decoy, 4] = dump[:, 4].max() + 1
    dump[decoy, 1] += dump[:, 1].max()
    assert told_apart(dump, decoy) == [1, 4]


def test_they_lie_among_persons_and_one_transaction_wrote_all(owner, plant, standing):
    plant(number=PLANTED)
    ids = [row[0] for row in owner.execute("select id from registry.person order by ctid")]
    decoy = np.isin(ids, list(standing()))
    neighbours = (decoy[1:] & decoy[:-1]).sum()
    expected = PLANTED**2 / len(ids)
    assert neighbours < expected + 4 * expected**0.5
    for table in ("person", "person_key"):
        assert owner.execute(f"select count(distinct xmin::text) from registry.{table}").fetchone()[0] == 1


def test_they_stand_beside_persons_and_no_slip_of_the_hand_meets_them(plant, standing, opened, persons):
    plant(number=PLANTED)
    stems = {own[:10] for r in persons if (own := own_number(r.civil, r.numbers))}
    people = {(nir, r.civil.birth_date) for r in persons for nir in numbers_of(r)}
    names = {(r.civil.family_name, r.civil.given_names, r.civil.birth_date) for r in persons}
    made = [member.record for home in opened(standing()) for member in home.values()]
    assert len(made) == PLANTED
    beside = [own_number(r.civil, r.numbers) for r in made]
    assert all(own[:10] in stems for own in beside if own)
    assert sum(own is not None for own in beside) > PLANTED / 3
    for record in made:
        assert (record.civil.family_name, record.civil.given_names, record.civil.birth_date) not in names
        for nir in numbers_of(record):
            assert not people & {(near, record.civil.birth_date) for near in slips(nir)}


def numbers_of(record):
    numbers = record.numbers
    return {numbers.payment_nir, numbers.own_nir, numbers.other_payment_nir} - {None}


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


def test_the_gate_answers_as_for_a_person(plant, standing, opened, look_up):
    plant(number=30)
    members = [item for home in opened(standing()) for item in home.items()][:8]
    replies = look_up([asked(member.record) for _, member in members])
    assert replies == [(200, person) for person, _ in members]


@pytest.mark.parametrize(
    ("profession", "purpose"), [("pharmacist", "rights"), ("hospital_desk", "admission")]
)
def test_answers_tell_no_decoy_from_a_person(
    cluster, owner, plant, standing, opened, answered, profession, purpose
):
    """The attacker of `drills/decoy_fingerprinting.py`, on a gate in this process: everything but time."""
    plant(number=PLANTED)
    decoys = standing()
    with Opened(dsn("owner", cluster), cluster / "keys") as keys:
        homes = [(home, True) for home in opened(decoys)]
        homes += [(home, False) for home in keys.drawn(owner, 600, decoys)]
    seen = []
    records = [(list(home.values())[len(home) // 2].record, decoy) for home, decoy in homes]
    for (record, decoy), body in zip(records, answered(profession, purpose, records), strict=True):
        civil = record.civil
        person = Person(record.numbers.payment_nir, civil.birth_date, civil.birth_rank)
        seen.append((Suspect(person, decoy), asked_and_told(person, body)))
    told = judged(seen)
    assert told.chance > 0.001, told
    for suspect, one in seen:
        one["tell"] = str(suspect.decoy and suspect.person.birth_date[9] in "02468")
    assert judged(seen).chance < 0.01  # the same comparison sees what half of them would betray


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


def test_an_import_replaces_a_decoy_and_nobody_is_woken(
    owner, plant, standing, opened, bring_in, live, index
):
    plant(number=60)
    before = standing()
    person, decoy = next(
        (p, m)
        for home in opened(before)
        for p, m in home.items()
        if own_number(m.record.civil, m.record.numbers)
    )
    assert live([person]) == [True]
    record = replace(
        decoy.record,
        line=1,
        insurer=amc_of(owner, decoy.insurer),
        policyholder=None,
        civil=replace(decoy.record.civil, family_name="VRAI"),
    )
    report = bring_in([record])
    assert (report.loaded, report.updated, report.set_aside) == (0, 1, 0)
    assert live([person]) == [False]
    assert person not in standing()
    assert found(owner, index, record) == [person]


def test_another_insurer_s_person_comes_first_and_the_decoy_goes(
    owner, plant, standing, opened, bring_in, look_up, live, refresh
):
    plant(number=60)
    home = next(home for home in opened(standing()) if len(home) == 1)
    decoy, member = next(iter(home.items()))
    record = replace(member.record, line=1, insurer=OTHER, policyholder=None)
    assert bring_in([record]).loaded == 1
    asking = {key: value for key, value in asked(record).items() if key != "birth_rank"}
    ((status, person),) = look_up([asking])
    assert status == 200  # not ambiguous
    assert person != decoy
    assert live([person]) == [False]
    assert refresh() == (59, 1)
    assert look_up([asking]) == [(200, person)]
    assert decoy not in standing()


def amc_of(owner, insurer):
    return owner.execute("select amc_number from registry.insurer where id = %s", [insurer]).fetchone()[0]


def found(owner, index, record):
    key = index.person_key(record.numbers.payment_nir, record.civil.birth_date)
    return [row[0] for row in owner.execute("select person from registry.person_key where key = %s", [key])]


def test_after_an_import_they_move_along(owner, plant, standing, persons, bring_in, refresh, opened):
    plant(number=PLANTED)
    who = {p: (m.record.civil, m.record.numbers) for home in opened(standing()) for p, m in home.items()}
    bring_in(generate(PERSONS, 7, on=date(2026, 11, 20)))
    dump, decoy = dumped(owner, standing)
    assert 4 in told_apart(dump, decoy)  # they stayed behind, under the old data keys
    assert refresh() == (PLANTED, 0)
    dump, decoy = dumped(owner, standing)
    assert decoy.sum() == PLANTED
    assert told_apart(dump, decoy) == []
    after = {p: (m.record.civil, m.record.numbers) for home in opened(standing()) for p, m in home.items()}
    assert after == who


def test_none_is_made_in_the_shape_of_an_import_under_way(owner, plant, standing):
    """A person who met a decoy of the import's own data key would be set aside as a duplicate."""
    latest = owner.execute("select max(id) from registry.batch").fetchone()[0]
    owner.execute("update registry.batch set finished_at = null where id = %s", [latest])
    plant(number=60)
    batches = owner.execute(
        "select distinct d.batch from registry.person p join vault.data_key d on d.id = p.data_key"
        " where p.id = any (%s)",
        [list(standing())],
    ).fetchall()
    assert (latest,) not in batches


def test_the_list_says_nothing_without_its_key(owner, plant, standing, cluster):
    plant(number=40)
    marks = owner.execute("select mark, planted_at from detection.decoy").fetchall()
    assert len(marks) > 2 * 40 + 60
    assert {len(mark) for mark, _ in marks} == {16}
    assert len({at for _, at in marks}) == 1
    with psycopg.connect(dsn("owner", cluster)) as connection:
        assert Roll(b"another key").standing(connection) == {}
    assert len(standing()) == 40


def test_their_number_cannot_be_counted(owner, plant):
    sizes = set()
    for _ in range(3):
        plant(number=0)
        sizes.add(owner.execute("select count(*) from detection.decoy").fetchone()[0])
    assert len(sizes) > 1 or min(sizes) >= 64


def test_planting_again_adds_and_removing_takes_all(cluster, owner, plant, standing, roll):
    assert plant(number=20) == 20
    first = standing()
    assert plant(share=0.02) == round(PERSONS * 0.02)
    assert first.items() <= standing().items()
    assert planting.remove(dsn=dsn("owner", cluster), roll=roll) == 50
    assert standing() == {}
    assert owner.execute("select count(*) from registry.person").fetchone()[0] == PERSONS
    tags = owner.execute("select distinct details from journal.entry where tag like 'intake:decoys:%'")
    assert tags.fetchall() == [({},)]  # that it was done, not how many


def test_an_interrupted_planting_leaves_nothing(owner, plant, standing, roll, monkeypatch):
    def cut(*_):
        raise KeyboardInterrupt

    plant(number=10)
    before = owner.execute(
        "select count(*), (select count(*) from registry.person_key) from registry.person"
    ).fetchone()
    monkeypatch.setattr(roll, "write", cut)
    with pytest.raises(KeyboardInterrupt):
        plant(number=10)
    after = owner.execute(
        "select count(*), (select count(*) from registry.person_key) from registry.person"
    ).fetchone()
    assert after == before
    assert len(standing()) == 10


def test_too_few_persons_hide_none(plant):
    with pytest.raises(planting.DecoyFault, match="too few"):
        plant(number=PERSONS // 2)
