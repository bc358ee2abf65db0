"""What a dump tells of decoys: nothing; and what planting, refreshing and removing do."""

from collections import Counter
from datetime import date

import numpy as np
import psycopg
import pytest

from rempart.database.connect import dsn
from rempart.detection.decoys import Roll
from rempart.drills.rules.fingerprint import auc
from rempart.registry import decoys as planting
from rempart.registry.population import generate
from rempart.registry.rules.nearby import own_number, slips
from tests.registry.decoys.conftest import PERSONS, PLANTED

CHANCE = 0.14
"""How far from one half a feature's AUC may stray: 3.5 deviations for so many decoys in households."""


DUMP = """
    select p.id, (p.ctid::text::point)[0]::int * 1000 + (p.ctid::text::point)[1]::int as place,
           p.xmin::text::bigint, p.insurer, p.data_key, p.birth_rank, (p.policyholder is null)::int,
           length(p.sealed_civil), length(p.sealed_nir), length(p.sealed_rights),
           coalesce(length(p.sealed_contract), 0), count(k.key),
           avg((k.ctid::text::point)[0])::float8, max(k.xmin::text::bigint), max(k.version),
           (p.policyholder is null or exists (select from registry.person h where h.id = p.policyholder))::int
      from registry.person p join registry.person_key k on k.person = p.id group by p.id order by p.id"""


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


def test_the_comparison_would_see_rows_that_came_last(owner, plant, standing, monkeypatch):
    def settle(connection, roll, placed, _tag):
        roll.write(connection, placed)

    monkeypatch.setattr(planting, "_settle", settle)
    plant(number=PLANTED)
    dump, decoy = dumped(owner, standing)
    assert {1, 2} <= set(told_apart(dump, decoy))  # place and transaction
