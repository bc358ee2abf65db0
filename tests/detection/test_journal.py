"""From the journal to a signal, an alert and a restriction, on the real database."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from rempart.containment.act import Hand
from rempart.detection import source, store
from rempart.detection.engine import Engine, Run
from rempart.detection.known import known
from tests.gate.conftest import house  # noqa: F401  # the house serves this room too


def _account(owner, fresh):
    return owner.execute(
        "insert into access.access_account (login, password, profession)"
        " values (%s, '!', 'pharmacist') returning id",
        (fresh("compte"),),
    ).fetchone()[0]


def _entry(owner, account, **columns):
    given = {
        "tag": "gate:lookup:granted",
        "account": account,
        "verdict": "granted",
        "network": "192.0.2.7",
    } | columns
    names = ", ".join(given)
    places = ", ".join(["%s"] * len(given))
    owner.execute(
        f"insert into journal.entry (at, {names}) values (clock_timestamp(), {places})", tuple(given.values())
    )


def _new(detector, after, account):
    entries = source.read(detector, after)
    return entries[entries["account"] == account]


@pytest.fixture
def ground(connect, fresh):
    owner, detector = connect("owner"), connect("detector")
    everything = [source.last_of(batch) for batch in source.batches(detector, source.Cursor())]
    return owner, detector, _account(owner, fresh), everything[-1] if everything else source.Cursor()


def test_a_look_up_is_read_as_it_was_journaled(ground):
    owner, detector, account, after = ground
    _entry(
        owner,
        account,
        department="2A",
        person=-5,
        hit=False,
        reason="not_found",
        cost=1,
        channel="api",
        proof=2,
    )
    (entry,) = _new(detector, after, account)
    assert (entry["department"], entry["person"], entry["hit"], entry["cost"], entry["proof"]) == (
        201,
        -5,
        0,
        1,
        2,
    )
    assert abs(entry["at"] / 1e6 - datetime.now(UTC).timestamp()) < 60
    assert entry["home"] == -1


def test_order_is_that_of_commits_and_nothing_is_taken_above_a_running_transaction(ground, connect):
    owner, detector, account, after = ground
    slow = connect("owner", autocommit=False)
    _entry(slow, account, person=1)
    _entry(owner, account, person=2)
    assert len(_new(detector, after, account)) == 0, "an older transaction still runs"
    slow.commit()
    assert list(_new(detector, after, account)["person"]) == [1, 2]
    last = source.last_of(source.read(detector, after))
    assert len(_new(detector, last, account)) == 0


def test_a_decoy_touched_becomes_signal_alert_and_restriction_once(ground):
    owner, detector, account, after = ground
    _entry(owner, account, person=77, hit=True, cost=1)
    entries = _new(detector, after, account)
    entries["decoy"] = 1
    signals = Engine([Run.shipped(known()["decoy"])]).see(entries)
    now = datetime.now(UTC)
    noted = store.note(detector, signals, now)
    assert noted[0].id
    assert noted[0].alert
    ((wish, number),) = Hand().act(detector, noted, now)
    assert wish.kind == "card_required"
    row = owner.execute(
        "select kind, author, signals, ends_at from gate.restriction where id = %s", (number,)
    ).fetchone()
    assert row[:3] == ("card_required", "detector", [noted[0].id])
    assert row[3] - now == timedelta(hours=48)
    assert store.note(detector, signals, now)[0].id is None, "noted once"


def test_a_detector_may_not_freeze_on_one_signal_nor_without_an_end(ground):
    owner, detector, account, after = ground
    _entry(owner, account, person=78, hit=True, cost=1)
    entries = _new(detector, after, account)
    entries["decoy"] = 1
    now = datetime.now(UTC)
    (noted,) = store.note(detector, Engine([Run.shipped(known()["decoy"])]).see(entries), now)
    act = "select containment.act(%s, %s, 'reason', %s, %s, %s)"
    for kind, signals, ends in (
        ("frozen", [noted.id], now + timedelta(hours=1)),
        ("card_required", [], now + timedelta(hours=1)),
        ("card_required", [noted.id], None),
        ("card_required", [noted.id], now + timedelta(days=8)),
        ("banned", [noted.id], now + timedelta(hours=1)),
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            detector.execute(act, (account, kind, signals, now, ends))
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        detector.execute(act, (account + 1, "step_up", [noted.id], now, now + timedelta(hours=1)))
