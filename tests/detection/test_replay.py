"""The journal read again gives what it gave live; settings change only as keepers change them."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from rempart.containment.rehearse import Rehearsal
from rempart.containment.watch import Watch
from rempart.detection import source
from rempart.detection.entries import SECOND
from rempart.detection.runs import chosen
from rempart.gate.keepers import Changes, KeeperFault, hash_secret
from tests.detection.cases import BY_CARD
from tests.detection.feed import entries
from tests.detection.test_journal import _account, _entry

_SECRET = "a keeper's own secret"


@pytest.fixture
def keeper(connect, fresh):
    gate, owner = connect("gate"), connect("owner")

    def make():
        name = fresh("keeper")
        owner.execute("insert into gate.keeper (name, secret) values (%s, %s)", (name, hash_secret(_SECRET)))
        return Changes(gate, name, _SECRET)

    yield make
    owner.execute("delete from detection.setting")
    owner.execute("update gate.watch set at = null")


def _value(name="pair", value=7.0, *, trial=False, detector="novelty"):
    return {"detector": detector, "name": name, "value": value, "trial": trial}


def _settings(owner):
    return set(owner.execute("select detector, name, trial, value from detection.setting").fetchall())


def test_live_and_replay_say_the_same_of_the_same_entries(connect, fresh, tmp_path):
    owner, detector = connect("owner"), connect("detector")
    watch = Watch(connect("detector"), tmp_path, b"key")
    while watch.step(datetime.now(UTC)):
        pass
    account = _account(owner, fresh)
    for n in range(7):
        _entry(
            owner,
            account,
            verdict="refused",
            reason="proof_forged",
            terminal=3,
            person=n + 1,
            proof=1,
            profession="pharmacist",
        )
        if n % 3 == 0:
            watch.step(datetime.now(UTC))
    watch.step(datetime.now(UTC))
    query = "select detector, seq, facts from detection.signal where account = %s order by 1, 2"
    live = owner.execute(query, (account,)).fetchall()
    rehearsal = Rehearsal(chosen())
    for batch in source.batches(detector, source.Cursor(), most=13):
        rehearsal.see(batch)
    again = sorted((s.detector.name, s.seq, s.facts) for s in rehearsal.signals if s.account == account)
    assert again == live
    assert [row[0] for row in live] == ["proofs"]
    would = [one for one in rehearsal.would if one.account == account]
    placed = owner.execute("select kind from gate.restriction where subject = %s", (str(account),)).fetchall()
    assert [(one.kind,) for one in would] == placed


def test_a_rehearsal_counts_what_had_left_by_then():
    rows = [{"after": 700 * n * n, "proof": BY_CARD} for n in range(3)]
    rows += [{"after": 5000 + 700 * n * n} for n in range(4)]
    rows += [{"after": 20_000, "decoy": 1, "person": 99}, {"after": 30_000}]
    for batch in (1, 100):
        rehearsal = Rehearsal(chosen([("decoy", "mode", False, 2.0)]))
        fed = entries(rows)
        for first in range(0, len(fed), batch):
            rehearsal.see(fed[first : first + batch])
        (would,) = [one for one in rehearsal.would if "decoy" in one.detectors]
        assert (would.persons, would.kind, would.at) == (5, "card_required", fed["at"][7] / SECOND)


def test_a_tried_threshold_counts_in_place_of_the_one_in_force():
    rows = [{"after": n, "decoy": 1} for n in range(3)]
    settings = [("decoy", "decoys", True, 3.0)]
    rehearsal = Rehearsal(chosen(settings), frozenset({"decoy"}))
    rehearsal.see(entries(rows))
    assert [one.at for one in rehearsal.would] == [entries(rows)["at"][2] / SECOND]


def test_a_trial_and_a_stricter_threshold_begin_at_once(keeper, connect):
    owner, one = connect("owner"), keeper()
    one.propose("detector", _value(value=50.0, trial=True), "how many would it be")
    one.propose("detector", _value(value=4.0), "too much leaves before")
    one.propose("detector", _value("settled", 10.0), "a week is too short")
    assert _settings(owner) == {
        ("novelty", "pair", True, 50.0),
        ("novelty", "pair", False, 4.0),
        ("novelty", "settled", False, 10.0),
    }


@pytest.mark.parametrize(("name", "value"), [("pair", 7.0), ("settled", 5.0), ("mode", 1.0), ("mode", 0.0)])
def test_what_loosens_waits_for_a_second_keeper_and_a_day(keeper, connect, name, value):
    owner, one = connect("owner"), keeper()
    change = one.propose("detector", _value(name, value), "it stops honest work")
    assert _settings(owner) == set()
    with pytest.raises(KeeperFault):
        one.approve(change)
    due = keeper().approve(change)
    assert due - datetime.now(UTC) > timedelta(hours=23)
    assert _settings(owner) == set()
    owner.execute("select gate.apply_due(%s)", (datetime.now(UTC) + timedelta(days=2),))
    assert _settings(owner) == {("novelty", name, False, value)}


@pytest.mark.parametrize(
    "value",
    [
        _value("nothing"),
        _value(detector="nobody"),
        _value("mode", 3.0),
        _value("pair", -1.0),
        _value("pair", None),
    ],
)
def test_what_is_no_threshold_is_refused(keeper, value):
    with pytest.raises(KeeperFault):
        keeper().propose("detector", value, "a reason of eight letters")


@pytest.mark.parametrize("role", ["gate", "web", "detector", "auditor"])
def test_settings_are_written_by_no_other_hand(connect, role):

    refused = (psycopg.errors.InsufficientPrivilege, psycopg.errors.ReadOnlySqlTransaction)
    with pytest.raises(refused):
        connect(role).execute("insert into detection.setting values ('decoy', 'mode', false, 0, 'me', now())")
