"""What asking tells of decoys: nothing; and what becomes of one when the real person comes."""

from dataclasses import replace

import pytest

from rempart.database.connect import dsn
from rempart.drills.decoy_fingerprinting import Suspect, asked_and_told, judged
from rempart.drills.tally import Person
from rempart.registry.opened import Opened
from rempart.registry.rules.nearby import own_number
from tests.registry.decoys.conftest import OTHER, PLANTED, asked


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
