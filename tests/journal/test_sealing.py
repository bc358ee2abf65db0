"""What is sealed is what the table holds, in its order, once; and nothing is signed that could be undone."""

import shutil
from datetime import UTC, datetime

import psycopg
import pytest

from rempart.journal import seal
from rempart.journal.objects import Folder
from rempart.journal.store import UncertainFault
from tests.journal.agreement import agrees


def test_segments_and_tree_are_the_table_entry_by_entry(place):
    place.add(3, details='{"a": "tab\\t back\\\\slash"}', network="2001:db8::1", software="a\\b\tc\n")
    place.add(700, account=7, person=-5, hit=False)
    log = place.seal(most=300)
    place.add(5)
    log = place.seal()
    agrees(place, log)


def test_what_commits_late_is_sealed_late_and_never_missed(place, connect):
    slow = connect("owner", autocommit=False)
    slow.execute("insert into journal.entry (at, tag) values (now(), 'worker:slow:entry')")
    place.add(4)
    before = place.seal().size
    assert place.seal().size == before
    slow.commit()
    log = place.seal()
    assert log.size == before + 5
    agrees(place, log)


def test_files_that_lag_behind_the_database_are_made_again_the_same(place, tmp_path):
    place.add(10)
    place.seal()
    shutil.copytree(place.folder, tmp_path / "old")
    place.add(10)
    note = place.seal().checkpoint.note
    assert place.seal(Folder(tmp_path / "old")).checkpoint.note == note
    assert place.seal(Folder(tmp_path / "none")).checkpoint.note == note


def test_files_ahead_of_the_database_stop_sealing(place, tmp_path):
    place.add(10)
    last = place.seal().checkpoint.last
    shutil.copytree(place.folder, tmp_path / "ahead")
    ahead = place.log(Folder(tmp_path / "ahead"))
    ahead.append(place.lines(last)[-1] + b"\n", last, datetime.now(UTC))
    with pytest.raises(seal.ContradictionFault, match="it went back"):
        place.seal(Folder(tmp_path / "ahead"))


def test_another_root_for_as_many_entries_stops_sealing(place, tmp_path):
    place.add(10)
    log = place.seal()
    first = log.size - 10
    forged = place.log(Folder(tmp_path / "forged"))
    lines = place.lines(log.checkpoint.last)
    lines[first] = lines[first].replace(b"granted", b"refused")
    forged.append(b"\n".join([*lines, b""]), log.checkpoint.last, datetime.now(UTC))
    with pytest.raises(seal.ContradictionFault, match="different roots"):
        place.seal(Folder(tmp_path / "forged"))


def test_nothing_is_published_before_the_database_confirms(place):
    place.seal()  # what others journaled before
    place.add(3)
    with place.store() as store:
        log = place.log()
        before = log.size
        durably = store._durably  # where a standby would warn
        store._durably = lambda *_: (_ for _ in ()).throw(UncertainFault("no standby"))
        with pytest.raises(UncertainFault):
            seal.step(store, log, datetime.now(UTC))
        assert place.log().size == before
        store._durably = durably
        assert seal.step(store, log, datetime.now(UTC)) == 3


def test_only_the_sealer_notes_and_nobody_goes_back(place, connect):
    place.add(2)
    place.seal()
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connect("gate").execute("select journal.seal(10, '', 1, '1', 1, now())")
    again = (
        "select journal.seal(size - 1, root, epoch, x, seq + 1, at)"
        " from journal.checkpoint order by size desc limit 1"
    )
    with pytest.raises(psycopg.errors.CheckViolation):
        connect("sealer").execute(again)
    for change in ("update journal.checkpoint set size = size + 1", "delete from journal.checkpoint"):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            place.owner.execute(change)
