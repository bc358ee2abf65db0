"""`rempart letters …`: the code is on paper and nowhere else, and a list never shows one."""

import json
import os
import secrets
import shutil
import subprocess

import psycopg
import pytest

from rempart.database.connect import dsn


@pytest.fixture
def rempart(command):
    return command("letters")


@pytest.fixture
def letter(db, cluster, fresh):
    """The number of a letter that waits."""
    from tests.access.house import as_owner  # noqa: PLC0415

    from rempart.access import letters  # noqa: PLC0415  # needs Django, which is set up later
    from rempart.access.models import Letter, Organisation, Professional  # noqa: PLC0415

    with as_owner(cluster):
        person = Professional.objects.create(
            rpps=f"1{secrets.randbelow(10**10):010d}", family_name=fresh("Canari"), profession="pharmacist"
        )
        place = Organisation.objects.create(
            technical_id=fresh("P"), name="Pharmacie", address="1 RUE\n75002 PARIS"
        )
        letters._insert(person, place, write=True)
        return Letter.objects.get(professional=person).pk


def test_printed_once_for_the_owners_eyes_and_then_erased(rempart, letter, cluster, tmp_path):
    out = tmp_path / "to-post"
    code, told, err = rempart("print", "--out", str(out), "--url", "https://rempart.example", "--json")
    assert code == 0, err
    (file,) = [row["file"] for row in json.loads(told) if row["letter"] == letter]
    assert out.stat().st_mode & 0o777 == 0o700
    assert os.stat(file).st_mode & 0o777 == 0o600  # noqa: PTH116
    if shutil.which("pdftotext"):  # from Debian's poppler-utils
        text = subprocess.run(["pdftotext", file, "-"], capture_output=True, text=True, check=True).stdout
        assert "https://rempart.example/enrol/code/" in text
    with psycopg.connect(dsn("owner", cluster)) as owner:
        query = "select sealed_code, printed_at is not null from access.access_letter where id = %s"
        assert owner.execute(query, [letter]).fetchone() == ("", True)
    code, told, err = rempart("print", "--out", str(out), "--json")
    assert letter not in [row["letter"] for row in json.loads(told)]


def test_the_list_shows_states_and_no_code(rempart, letter):
    code, told, err = rempart("list", "--json")
    assert code == 0, err
    (row,) = [row for row in json.loads(told) if row["letter"] == letter]
    assert (row["state"], row["wrong_codes"]) == ("waits", 0)
    assert set(row) == {
        "letter",
        "organisation",
        "asked",
        "state",
        "printed",
        "expires",
        "wrong_codes",
    }


def test_where_nothing_can_be_written_no_code_is_erased(rempart, letter, cluster, tmp_path):
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    code, _told, err = rempart("print", "--out", str(in_the_way))
    assert code != 0
    assert "--out DIR" in err
    with psycopg.connect(dsn("owner", cluster)) as owner:
        row = owner.execute("select sealed_code <> '' from access.access_letter where id = %s", [letter])
        assert row.fetchone() == (True,)
