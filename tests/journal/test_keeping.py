"""Old days leave the table only when each entry is in verified files; a hold and any doubt keep them."""

import shutil
from datetime import UTC, date, datetime, timedelta

import psycopg
import pyarrow.parquet as pq
import pytest

from rempart.cli import journal_keep
from rempart.database.connect import dsn
from rempart.journal import retention
from rempart.journal.log import parquet
from rempart_verify.place import Place as Files
from rempart_verify.verify import verify
from tests.journal.own import data_directory, running

TODAY = datetime.now(UTC).date()
_days = iter(TODAY - timedelta(days=n) for n in range(500, 900))


@pytest.fixture(scope="module")
def place():
    """Of these tests alone: what they drop would be missing elsewhere."""
    with data_directory() as data, running(data) as place:
        yield place


@pytest.fixture
def day(place) -> date:
    """An old day with a partition of its own and nine sealed entries, one among those of today."""
    day = next(_days)
    place.owner.execute(
        f"create table journal.entry_{day:%Y%m%d} partition of journal.entry"
        f" for values from ('{day} 00:00+00') to ('{day + timedelta(days=1)} 00:00+00')"
    )
    at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    place.add(8, at=at, details='{"n": "tab\\t"}', person=5)
    place.add(3)
    place.add(1, at=at + timedelta(hours=11))
    place.seal()
    yield day
    place.owner.execute(f"drop table if exists journal.entry_{day:%Y%m%d}")


def _find(place, day):
    return next(one for one in retention.old(place.owner, 400, TODAY) if one.day == day)


def _prove(place, day, folder=None):
    retention.prove(place.owner, Files(str(folder or place.folder)), _find(place, day), place.log().size)


def _stands(place, day):
    return place.owner.execute("select to_regclass(%s)", [f"journal.entry_{day:%Y%m%d}"]).fetchone()[0]


@pytest.fixture
def alone(place, tmp_path):
    """A copy of the sealed files to tamper with."""
    return shutil.copytree(place.folder, tmp_path / "copy")


def test_a_proved_day_is_dropped_and_the_files_still_verify(place, day):
    found = _find(place, day)
    assert found.entries == 9
    _prove(place, day)
    retention.drop(place.owner, found, "tester")
    assert not _stands(place, day)
    assert verify(Files(str(place.folder)), place.log().signer.public).intact
    place.add(2)
    assert place.seal().size
    query = "select details from journal.entry where tag = 'installation:journal:dropped' order by seq desc"
    said = place.owner.execute(query).fetchone()[0]
    assert said == {"day": str(day), "entries": 9}


def test_a_hold_keeps_everything_until_it_is_lifted(place, day):
    found = _find(place, day)
    (hold,) = place.owner.execute("select journal.place_hold('case 7', 'tester')").fetchone()
    with pytest.raises(retention.RetentionFault, match="legal hold"):
        retention.drop(place.owner, found, "tester")
    assert _stands(place, day)
    assert place.owner.execute("select journal.lift_hold(%s, 'tester')", [hold]).fetchone()[0]
    assert not place.owner.execute("select journal.lift_hold(%s, 'tester')", [hold]).fetchone()[0]
    retention.drop(place.owner, found, "tester")
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        place.owner.execute("delete from journal.hold")


def test_a_day_with_an_entry_that_is_not_sealed_stays(place, day):
    place.add(1, at=datetime(day.year, day.month, day.day, 1, tzinfo=UTC))
    with pytest.raises(retention.RetentionFault, match="not sealed"):
        _prove(place, day)
    with pytest.raises(retention.RetentionFault, match="not all of it is sealed"):
        retention.drop(place.owner, _find(place, day), "tester")
    place.seal()
    _prove(place, day)


def test_an_entry_that_came_after_the_proof_keeps_its_day(place, day):
    found = _find(place, day)
    _prove(place, day)
    place.add(1, at=datetime(day.year, day.month, day.day, 1, tzinfo=UTC))
    place.seal()
    with pytest.raises(retention.RetentionFault, match="not all of it"):
        retention.drop(place.owner, found, "tester")


def test_a_leaf_that_is_another_entrys_keeps_the_day(place, day, alone):
    for tile in (alone / "tree" / "0").iterdir():
        tile.write_bytes(bytes(tile.stat().st_size))
    with pytest.raises(retention.RetentionFault, match="in no sealed file"):
        _prove(place, day, alone)


def test_too_young_a_day_is_never_dropped(place):
    with pytest.raises(retention.RetentionFault, match="At least"):
        list(retention.old(place.owner, 10, TODAY))
    young = retention.Day(TODAY - timedelta(days=20), 0, 0, 0)
    with pytest.raises(retention.RetentionFault, match="too young"):
        retention.drop(place.owner, young, "tester")


@pytest.mark.parametrize("role", ["web", "gate", "worker", "sealer", "auditor", "responder"])
def test_nobody_but_the_owner_drops_or_holds(place, role):
    calls = (
        "journal.drop_day('2020-01-01', 0, 'x')",
        "journal.place_hold('case', 'x')",
        "journal.lift_hold(1, 'x')",
        "journal.restored(1, '', 1, '1', 1, now(), '{}', 0, 'x')",
    )
    with psycopg.connect(dsn(role, place.data), autocommit=True) as connection:
        for call in calls:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(f"select {call}")


def test_the_command_drops_nothing_unless_told_and_nothing_that_does_not_verify(
    place, day, alone, monkeypatch, capsys
):
    monkeypatch.setenv("REMPART_SEALED", str(alone))
    journal_keep.retain(data=place.data, json=True)
    assert str(day) in capsys.readouterr().out
    assert _stands(place, day)
    segment = next(alone.rglob("*.parquet"))
    table = pq.read_table(segment)
    segment.write_bytes(
        parquet(table.set_column(table.schema.get_field_index("actor"), "actor", [["x"] * len(table)]))
    )
    with pytest.raises(retention.RetentionFault, match="does not verify"):
        journal_keep.retain(apply=True, data=place.data)
    assert _stands(place, day)
