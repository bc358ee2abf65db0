"""Who reads the journal stands in it, before anything was read."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from rempart.cli.journal import app
from rempart.journal.reading import journaled

Connect = Callable[..., psycopg.Connection[Any]]
_READ = (
    "select actor, details from journal.entry where tag = 'audit:journal:read' and details ->> 'what' = %s"
    " order by seq"
)


def test_what_was_read_and_by_whom_is_an_entry(connect: Connect, fresh: Callable[[str], str]) -> None:
    auditor, what = connect("auditor"), fresh("what")
    journaled(auditor, what, {"day": "2026-11-01", "account": None}, who="Camille")
    journaled(auditor, what, {"entries": 3})
    (first, second) = auditor.execute(_READ, [what]).fetchall()
    assert first == ("Camille", {"what": what, "day": "2026-11-01"})
    assert second[0]
    assert second[1]["entries"] == 3


def test_whoever_may_not_write_that_it_reads_is_stopped(connect: Connect) -> None:
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        journaled(connect("responder"), "anything", {})


def test_the_entry_outlives_the_reading(connect: Connect, fresh: Callable[[str], str]) -> None:
    """Within the reader's own transaction it could be rolled back once the rows are out."""
    reader = connect("auditor", autocommit=False)
    reader.execute("select count(*) from journal.entry")
    with pytest.raises(ValueError, match="before what is read"):
        journaled(reader, fresh("what"), {})
    reader.rollback()
    what = fresh("what")
    journaled(reader, what, {})
    reader.execute("select count(*) from journal.entry")
    reader.rollback()
    assert len(connect("auditor").execute(_READ, [what]).fetchall()) == 1


def test_reading_still_writes_nothing_else(connect: Connect) -> None:
    auditor = connect("auditor")
    journaled(auditor, "tail", {})
    assert auditor.execute("show transaction_read_only").fetchone() == ("on",)
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        auditor.execute("select journal.record('audit:journal:read')")


def test_following_the_tail_is_journaled_without_the_login(
    cluster: Path, connect: Connect, capsys: pytest.CaptureFixture[str]
) -> None:
    app(
        ["tail", "--data", str(cluster), "--account", "nobody.of.this.name", "-n", "7", "--json"],
        exit_on_error=False,
        result_action="return_value",
    )
    capsys.readouterr()
    found = connect("auditor").execute(_READ, ["tail"]).fetchall()
    assert found[-1][1] == {"what": "tail", "lines": 7}
    assert "nobody" not in json.dumps(found)
