"""A person who was erased is found by nothing; who saw them stays known and verified; the link ends."""

import psycopg
import pytest

from rempart.cli import persons
from rempart.vocabulary.faults import Fault


def _one(owner, query, *values):
    row = owner.execute(query, values).fetchone()
    return row[0] if row else None


def _looked_up(house, account, person):
    answer = house.look_up(account, person.ask())
    return answer.status_code, answer.json()


@pytest.fixture
def shown(house):
    """A person who was shown once: house, account, person, the answer's reference."""
    account, person = house.account(), house.person()
    status, answer = _looked_up(house, account, person)
    assert status == 200, answer
    return house, account, person, answer


def _reference(house, person):
    query = "select request from journal.entry where person = %s order by seq desc limit 1"
    return _one(house.owner, query, person.id)


def _lines(house, person):
    query = "select md5(string_agg(e::text, '|' order by seq)) from journal.entry e where person = %s"
    return _one(house.owner, query, person.id)


def test_an_erased_person_is_answered_like_nobody_and_the_journal_stays(shown):
    house, account, person, _ = shown
    reference = _reference(house, person)
    persons.erase(reference, data=house.data_dir)
    assert _looked_up(house, account, person)[0] == 200
    before = _lines(house, person)
    persons.erase(reference, apply=True, data=house.data_dir)
    status, answer = _looked_up(house, account, person)
    nobody = house.person()
    house.owner.execute("delete from registry.person where id = %s", [nobody.id])
    other_status, other = _looked_up(house, account, nobody)
    reference_and_time = {"request", "reference", "at", "time"}
    said, expected = (
        {k: v for k, v in one.items() if k not in reference_and_time} for one in (answer, other)
    )
    assert (status, said) == (other_status, expected)
    assert status != 200
    assert _lines(house, person) == before
    assert not _one(house.owner, "select count(*) from registry.person_key where person = %s", person.id)
    with pytest.raises(Fault, match="No person"):
        persons.erase(reference, apply=True, data=house.data_dir)
    with pytest.raises(Fault, match="No person"):
        persons.erase("R-NONE", apply=True, data=house.data_dir)


def test_the_link_is_for_the_responder_alone_and_opens_nothing_else(shown, connect):
    house, _, person, _ = shown
    persons.erase(_reference(house, person), apply=True, data=house.data_dir)
    query = "select insurer, until > now() from registry.erased where person = %s"
    assert connect("responder").execute(query, [person.id]).fetchone() == (person.insurer, True)
    for role in ("gate", "web", "worker", "intake", "auditor", "detector", "sealer"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connect(role).execute(query, [person.id])
    for role in ("gate", "web", "worker", "intake", "auditor", "responder"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connect(role).execute("select registry.erase(%s, now()::date, 'x')", [person.id])


def test_the_link_ends_on_its_day_unless_a_hold_stands(shown, connect):
    house, _, person, _ = shown
    persons.erase(_reference(house, person), keep=0, apply=True, data=house.data_dir)
    there = "select count(*) from registry.erased where person = %s"
    worker = connect("worker")
    worker.execute("select registry.expire_erased()")
    assert _one(house.owner, there, person.id) == 1
    house.owner.execute("update registry.erased set until = until - 1 where person = %s", [person.id])
    (hold,) = house.owner.execute("select journal.place_hold('case', 'tester')").fetchone()
    worker.execute("select registry.expire_erased()")
    assert _one(house.owner, there, person.id) == 1
    house.owner.execute("select journal.lift_hold(%s, 'tester')", [hold])
    assert worker.execute("select registry.expire_erased()").fetchone()[0] >= 1
    assert _one(house.owner, there, person.id) == 0
