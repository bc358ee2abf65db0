"""The detecting process: one look, what it writes, and that it goes on where it stopped."""

import signal
import subprocess
import sys
import time
from datetime import UTC, datetime

import pytest

from rempart.containment.watch import Watch
from rempart.database.connect import dsn
from rempart.database.spawn import environment
from rempart.detection.known import known
from tests.detection.feed import entries


@pytest.fixture(autouse=True)
def _watched_by_nobody_afterwards(connect):
    """A minute after a last beat limits tighten, for every other test's gate as well."""
    yield
    connect("owner").execute("update gate.watch set at = null")


@pytest.fixture
def account(connect, fresh):
    login = fresh("compte")
    row = connect("owner").execute(
        "insert into access.access_account (login, password, profession)"
        " values (%s, '!', 'pharmacist') returning id",
        (login,),
    )
    return row.fetchone()[0]


def _look_up(owner, account, person):
    owner.execute(
        "insert into journal.entry (at, tag, account, verdict, network, person, hit, cost)"
        " values (clock_timestamp(), 'gate:lookup:granted', %s, 'granted', '192.0.2.9', %s, true, 1)",
        (account, person),
    )


def _everything(watch):
    while watch.step(datetime.now(UTC)) > 1000:
        pass


def test_a_look_notes_restricts_and_beats(connect, account, tmp_path, monkeypatch):
    owner = connect("owner")
    watch = Watch(connect("detector"), tmp_path, b"key")
    _everything(watch)
    monkeypatch.setattr(watch._decoys, "among", lambda _connection, persons: persons == 4_711)
    _look_up(owner, account, 4_711)
    watch.step(datetime.now(UTC))
    restriction = owner.execute(
        "select kind, author from gate.restriction where scope = 1 and subject = %s", (str(account),)
    ).fetchall()
    assert restriction == [("card_required", "detector")]
    beat, seen, lag = owner.execute("select at, seen_until, lag from gate.watch").fetchone()
    assert (datetime.now(UTC) - beat).total_seconds() < 10
    assert (datetime.now(UTC) - seen).total_seconds() < 10
    assert 0 <= lag < 60


def test_it_goes_on_where_it_stopped(connect, account, tmp_path):
    owner = connect("owner")
    first = Watch(connect("detector"), tmp_path, b"key")
    _everything(first)
    first.save()
    second = Watch(connect("detector"), tmp_path, b"key")
    _look_up(owner, account, 5)
    assert second.step(datetime.now(UTC)) <= 5, "only what is new since"


@pytest.mark.faults
def test_the_process_outlives_its_connection_and_ends_in_order(cluster, connect, tmp_path):
    command = [sys.executable, "-m", "rempart.containment.watch", "--data", str(cluster)]
    given = {"REMPART_ROLE": "detector", "REMPART_DSN": dsn("detector", cluster)}
    owner, admin = connect("owner"), connect("superuser", dbname="rempart")

    def beats_after(moment):
        until = time.monotonic() + 60
        while time.monotonic() < until:
            (at,) = owner.execute("select at from gate.watch").fetchone()
            if at is not None and at > moment:
                return True
            time.sleep(0.1)
        return False

    with subprocess.Popen(command, env=environment(given), stderr=subprocess.DEVNULL) as process:
        try:
            assert beats_after(datetime.now(UTC))
            admin.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'rempart_detector'"
            )
            assert beats_after(datetime.now(UTC))
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0
        finally:
            process.kill()
    assert (cluster / "detection" / "memory.npz").exists()


def test_every_detector_runs_live(connect, tmp_path):
    watch = Watch(connect("detector"), tmp_path, b"key")
    running = {run.detector.name for run in watch._mind.engine.runs}
    assert running == {name for name, detector in known().items() if not detector.needs}
    assert watch._mind.engine.see(entries([])) == []


def test_a_transaction_held_open_is_no_beat(connect, account, tmp_path):
    owner, slow = connect("owner"), connect("owner", autocommit=False)
    watch = Watch(connect("detector"), tmp_path, b"key")
    slow.execute("select pg_current_xact_id()")
    owner.execute(
        "insert into journal.entry (at, tag, account, verdict)"
        " values (clock_timestamp() - interval '11 seconds', 'gate:lookup:granted', %s, 'granted')",
        (account,),
    )
    _everything(watch)
    assert owner.execute("select at from gate.watch").fetchone() == (None,), "a look-up waits unseen"
    slow.rollback()
    _everything(watch)
    assert owner.execute("select at from gate.watch").fetchone() != (None,)


def test_after_a_fault_nothing_half_seen_is_kept(connect, account, tmp_path, monkeypatch):
    watch = Watch(connect("detector"), tmp_path, b"key")
    _everything(watch)
    watch.save()
    before = (tmp_path / "memory.npz").read_bytes()
    _look_up(connect("owner"), account, 9)

    def broken(*_):
        raise OSError

    monkeypatch.setattr("rempart.containment.watch.store.note", broken)
    with pytest.raises(OSError):  # noqa: PT011  # any fault of the line
        watch.step(datetime.now(UTC))
    assert (tmp_path / "memory.npz").read_bytes() == before


def test_what_was_noted_before_a_start_still_counts(connect, account, tmp_path):
    owner = connect("owner")
    owner.execute(
        "insert into detection.alert (account, opened_at, last_at) values (%s, now(), now())", (account,)
    )
    owner.execute(
        "insert into detection.signal"
        " (at, noted_at, detector, family, account, seq, facts, limits, weight, alert)"
        " values (now(), now(), 'decoy', 'decoy', %s, 1, '{}', '{}', 60, 1)",
        (account,),
    )
    watch = Watch(connect("detector"), tmp_path, b"key")
    assert [one.detector for one in watch._hand._evidence if one.account == account] == ["decoy"]
