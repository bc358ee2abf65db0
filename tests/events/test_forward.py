"""The journal followed: in order, behind the horizon, from disk, through kills, each event with one id."""

import json
import signal
import subprocess
import sys
import threading
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from types import SimpleNamespace

import psycopg
import pytest

from events.receivers import Syslog, Web
from rempart.access.post import NotReachedError
from rempart.database.connect import dsn
from rempart.database.errors import DirectoryInUseError
from rempart.events import config, cursors, forward, source
from rempart.events.entry import COLUMNS
from rempart_verify.schema import COLUMNS as SEALED

CANARY = "185017512345678"
_WRITE = "insert into journal.entry (at, tag, details) values (%s, %s, %s) returning x::text, seq"


@pytest.fixture
def here(cluster, connect, tmp_path, fresh):
    """A data directory of our own on the run's database, and a tag that nobody else writes."""
    for name in ("database.json", "secrets"):
        (tmp_path / name).symlink_to(cluster / name)
    owner = connect("owner")
    tag = f"care:{fresh('events')}"

    def write(count=1, connection=owner, first=0):
        return [
            connection.execute(_WRITE, (datetime.now(UTC), f"{tag}:{n}", json.dumps({"n": n}))).fetchone()
            for n in range(first, first + count)
        ]

    def sink(to, form="jsonl", **more):
        table = {"to": to, "as": form, "only": [f"{tag}:"], "private": True}
        return replace(config.sink("siem", table | more), patience=1.0)

    write()  # so that there is an end to begin from
    auditor = connect("auditor")
    return SimpleNamespace(data=tmp_path, tag=tag, write=write, sink=sink, owner=owner, auditor=auditor)


def _forwarder(here, sink):
    return forward.Forwarder(here.data, sink, here.auditor)


def _drain(forwarder):
    while forwarder.step() == forward.BATCH:
        pass


def _lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


# -------------------------------------------------------------------------------------- the source


def test_what_is_told_of_an_entry_are_columns_of_the_journal():
    assert set(COLUMNS) < set(SEALED)


def test_entries_come_as_they_are_in_the_journal(here):
    here.owner.execute(
        "insert into journal.entry (at, tag, network, person, hit, categories, actor, details)"
        " values ('2026-03-02 08:15:30.123456+00', %s, '2001:db8::7', 9007199254740993, true, 5,"
        ' e\'a\\\\b\\tc\\n"é\', \'{"words": "x\\ty"}\')',
        [f"{here.tag}:all"],
    )
    after = source.Cursor(1)
    found = None
    while batch := source.read(here.auditor, after, most=10_000):
        found = next((one for one in batch if one.tag == f"{here.tag}:all"), found)
        after = source.cursor_of(batch[-1])
    assert found.at == datetime(2026, 3, 2, 8, 15, 30, 123456, UTC)
    assert (found.network, found.person, found.hit) == ("2001:db8::7", 9007199254740993, True)
    assert (found.actor, found.details) == ('a\\b\tc\n"é', {"words": "x\ty"})
    assert (len(found.id), found.session) == (64, None)


def test_an_entry_waits_for_every_older_transaction(here, connect, tmp_path):
    """Numbers are given before the commit: what begins first may come last, and is told first."""
    path = tmp_path / "events.jsonl"
    forwarder = _forwarder(here, here.sink(f"file://{path}"))
    slow = connect("owner", autocommit=False)
    first = here.write(1, slow)[0]
    second = here.write()[0]
    _drain(forwarder)
    assert _lines(path) == []
    slow.commit()
    _drain(forwarder)
    assert [(str(one["x"]), one["seq"]) for one in _lines(path)] == [first, second]


def test_a_restored_database_goes_on_in_its_new_epoch(here, tmp_path, monkeypatch):
    """Numbers of transactions begin lower after a restore; the epoch is what orders them."""
    monkeypatch.setattr(source, "_wait_for_disk", lambda _: None)  # what is undone below never comes there
    path = tmp_path / "events.jsonl"
    forwarder = _forwarder(here, here.sink(f"file://{path}"))
    here.write()
    _drain(forwarder)
    with here.owner.transaction(force_rollback=True):
        own = forward.Forwarder(here.data, forwarder.sink, here.owner)
        # As a restore would leave it: a higher epoch, numbers that were used before.
        restored = "insert into journal.entry (x, at, tag, epoch) values ('3', now(), %s, 2)"
        here.owner.execute(restored, [f"{here.tag}:restored"])
        assert own.step() == 1
        assert own.place.cursor.epoch == 2
    assert [one["epoch"] for one in _lines(path)] == [1, 2]


def test_what_is_not_yet_on_disk_is_told_to_nobody(here, monkeypatch):
    """A commit that does not wait is seen before it is safe: the reader waits in its place."""
    after = source.end(here.auditor)
    here.write()
    slept = []

    def sleep(_):
        slept.append(1)
        monkeypatch.setattr(source, "_ON_DISK", "select %s::pg_lsn is not null")

    monkeypatch.setattr(source.time, "sleep", sleep)
    monkeypatch.setattr(source, "_ON_DISK", "select %s::pg_lsn is null")
    assert source.read(here.auditor, after, most=10)
    assert slept


# ---------------------------------------------------------------------------------------- the place


def test_a_new_sink_begins_now_or_at_the_beginning(here, tmp_path):
    here.write(3)
    now = _forwarder(here, here.sink(f"file://{tmp_path}/now.jsonl"))
    _drain(now)
    assert _lines(tmp_path / "now.jsonl") == []
    all_of_it = replace(here.sink(f"file://{tmp_path}/all.jsonl", start="beginning"), name="all")
    _drain(_forwarder(here, all_of_it))
    assert len(_lines(tmp_path / "all.jsonl")) == 4


def test_a_place_is_kept_before_the_first_entry_is_forwarded(here, tmp_path):
    """Begun “now” and killed at once: started again, it goes on from the first beginning."""
    sink = here.sink(f"file://{tmp_path}/events.jsonl")
    _forwarder(here, sink)
    here.write(2)
    _drain(_forwarder(here, sink))
    assert len(_lines(tmp_path / "events.jsonl")) == 2


def test_what_was_not_taken_is_sent_again_with_the_same_ids(here):
    server = Web([503, "cut", 200])
    sink = here.sink(f"http://127.0.0.1:{server.port}/in", "ocsf")
    forwarder = _forwarder(here, sink)
    here.write(3)
    for _ in range(2):
        with pytest.raises(NotReachedError):
            forwarder.step()
    forwarder.note("HTTP 503")
    assert cursors.read(here.data, "siem").fault == "HTTP 503"
    _drain(_forwarder(here, sink))
    sent = [one["unmapped"]["details"]["n"] for body in server.bodies for one in json.loads(body)]
    assert sent == [0, 1, 2]
    assert cursors.read(here.data, "siem").fault == ""
    assert cursors.read(here.data, "siem").sent == 3
    server.close()


def test_a_sink_that_hangs_holds_back_no_other(here, tmp_path):
    stuck, path = Web(["hang"] * 9), tmp_path / "events.jsonl"
    sinks = [
        replace(here.sink(f"http://127.0.0.1:{stuck.port}/in"), name="stuck"),
        replace(here.sink(f"file://{path}"), name="lines"),
    ]
    for sink in sinks:
        _forwarder(here, sink)
    here.write(5)
    asked = threading.Event()
    threads = [threading.Thread(target=forward.follow, args=(here.data, sink, asked)) for sink in sinks]
    for thread in threads:
        thread.start()
    _until(lambda: len(_lines(path)) == 5)
    assert stuck.bodies == []
    asked.set()
    stuck.close()
    for thread in threads:
        thread.join(10)
        assert not thread.is_alive()


def _until(true, seconds=20):
    glance = threading.Event()
    for _ in range(int(seconds / 0.02)):
        if true():
            return
        glance.wait(0.02)
    raise AssertionError("it did not come true in time")


def test_only_one_process_forwards(here):
    with cursors.held(here.data), pytest.raises(DirectoryInUseError), cursors.held(here.data):
        pass


# --------------------------------------------------------------------------------------------- kills

_KILLED = """
import os, signal, sys
from pathlib import Path
from rempart.events import cursors, forward, sinks, source

def dying(real, after, at):
    count = 0
    def call(*given, **more):
        nonlocal count
        count += 1
        if count == at and not after:
            os.kill(os.getpid(), signal.SIGKILL)
        made = real(*given, **more)
        if count == at:
            os.kill(os.getpid(), signal.SIGKILL)
        return made
    return call

where, at = sys.argv[2], int(sys.argv[3])
step, _, when = where.partition(":")
forward.BATCH = 10
if step == "read": source.read = dying(source.read, when == "after", at)
if step == "deliver": forward.deliver = dying(forward.deliver, when == "after", at)
if step == "keep": cursors.keep = dying(cursors.keep, when == "after", at)
if step == "place": Path.replace = dying(Path.replace, when == "after", at)
sys.argv = ["forward", "--data", sys.argv[1]]
forward.main()
"""
_STEPS = [f"{step}:{when}" for step in ("read", "deliver", "keep", "place") for when in ("before", "after")]


@pytest.mark.faults
@pytest.mark.parametrize("way", ["file", "syslog"])
def test_killed_at_every_step_nothing_is_lost_and_what_comes_twice_is_known_by_its_id(here, tmp_path, way):
    path, server = tmp_path / "events.jsonl", Syslog()
    to = f"file://{path}" if way == "file" else f"syslog+tcp://127.0.0.1:{server.port}"
    table = f'[siem]\nto = "{to}"\nas = "jsonl"\nonly = ["{here.tag}:"]\nprivate = true\n'
    (here.data / "events.toml").write_text(table)
    _forwarder(here, config.load(here.data)[0])
    for number, step in enumerate(_STEPS):
        here.write(15, first=15 * number)
        died = _run(here, step, 1 + number % 2)
        assert died.returncode == -signal.SIGKILL, died.stderr
    _drain(_forwarder(here, config.load(here.data)[0]))
    texts = [one.split(b"\xef\xbb\xbf")[1] for one in server.messages]
    told = _lines(path) if way == "file" else [json.loads(text) for text in texts]
    ids = Counter(one["id"] for one in told)
    first = {}
    for one in told:
        first.setdefault(one["id"], one["details"]["n"])
    assert list(first.values()) == list(range(15 * len(_STEPS)))
    assert max(ids.values()) > 1
    server.close()


def _run(here, step, at):
    command = [sys.executable, "-c", _KILLED, str(here.data), step, str(at)]
    return subprocess.run(command, capture_output=True, timeout=60, check=False)


# ------------------------------------------------------------------------------------------- canary


def test_no_number_that_was_asked_is_told_in_any_form(here, tmp_path):
    """What detectors read of a number, and the label that somebody typed, stay in the journal."""
    here.owner.execute(
        "insert into journal.entry (at, tag, person, department, birth_month, prefix_month, prefix_commune,"
        " software, details) values (now(), %s, 77, '75', 1, 3141592653, 2718281828, %s, '{}')",
        [f"{here.tag}:canary", f"Poste {CANARY} CANARIEVENT"],
    )
    for form in ("ocsf", "fhir", "jsonl", "syslog"):
        sink = replace(here.sink(f"file://{tmp_path}/{form}", form, start="beginning"), name=form)
        _drain(_forwarder(here, sink))
        text = (tmp_path / form).read_text()
        assert "canary" in text
        assert [one for one in (CANARY, "CANARI", "3141592653", "2718281828") if one in text] == []


def test_the_auditors_role_is_all_it_takes(here):
    with psycopg.connect(dsn("auditor", here.data), autocommit=True) as connection:
        assert connection.execute("show default_transaction_read_only").fetchone() == ("on",)
        assert source.waiting_since(connection, source.end(connection)) is None
