"""The public directory comes in whole, twice without doubles, and without telephones."""

import io
import secrets
from pathlib import Path

import psycopg
import pytest

from rempart.access.directory import load as load_module
from rempart.access.directory.columns import COLUMNS
from rempart.access.directory.load import load_directory
from rempart.database.connect import dsn
from rempart.database.incoming import IncomingFileError
from rempart.vocabulary.intake import SetAside, Why

SAMPLE = Path(__file__).parents[1] / "data" / "directory" / "activities.txt"
HEADER = SAMPLE.read_text("utf-8").splitlines()[0].split("|")


@pytest.fixture
def load(cluster):
    def run(raw, **options):
        return load_directory(io.BytesIO(raw), dsn=dsn("intake", cluster), **options)

    return run


@pytest.fixture
def rows(connect):
    """`rows("select …", value)` as the web role, which shows professionals on its pages."""
    return lambda query, *values: connect("web").execute(query, values).fetchall()


@pytest.fixture
def rpps():
    return f"1{secrets.randbelow(10**10):010d}"


def file(*people, header=HEADER, encoding="utf-8", end="\n"):
    lines = ["|".join(header)]
    lines += ["|".join(person.get(column, "") for column in header) for person in people]
    return end.join([*lines, ""]).encode(encoding)


def person(rpps, **changes):
    base = {
        "rpps": rpps,
        "national_id": f"8{rpps}",
        "civility": "MME",
        "family_name": "CANARI",
        "given_name": "ZOÉ",
        "profession": "21",
        "category": "C",
        "mode": "L",
        "siret": "10000000100017",
        "technical_id": f"T{rpps}",
        "name": "PHARMACIE DE L'ÉTÉ",
        "postcode": "75002",
        "commune": "PARIS",
        "department": "75",
    }
    row = {COLUMNS[name]: value for name, value in (base | changes).items()}
    return row | {
        "Téléphone (coord. structure)": "0102030405",
        "Adresse e-mail (coord. structure)": "canari@example.fr",
        "Libellé Voie (coord. structure)": "RUE DU CANARI",
    }


def test_the_sample_comes_in_and_again_changes_nothing(load, rows):
    load(SAMPLE.read_bytes())
    report = load(SAMPLE.read_bytes())
    assert (report.read, report.loaded, report.updated, report.set_aside) == (4, 0, 0, 0)
    assert not any(report.others.values())
    found = rows(
        "select p.family_name, p.profession, o.name, o.postcode, o.siret, a.mode"
        "  from access.access_professional p join access.access_activity a on a.professional_id = p.id"
        "  join access.access_organisation o on o.id = a.organisation_id where p.rpps = %s",
        "10000000001",
    )
    assert found == [("FICTIVE", "pharmacist", "PHARMACIE DE L'EXEMPLE", "75002", "10000000100017", "L")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_both_encodings_and_line_ends_are_read(load, rows, rpps, encoding, end):
    assert load(file(person(rpps), encoding=encoding, end=end)).loaded == 1
    assert rows("select given_name from access.access_professional where rpps = %s", rpps) == [("ZOÉ",)]


def test_columns_are_found_by_name_in_any_order(load, rows, rpps):
    load(file(person(rpps), header=HEADER[::-1]))
    assert rows("select family_name from access.access_professional where rpps = %s", rpps) == [("CANARI",)]


def test_a_change_updates_and_keeps_the_number(load, rows, rpps):
    load(file(person(rpps)))
    before = rows("select id from access.access_professional where rpps = %s", rpps)
    report = load(file(person(rpps, family_name="NOUVEAU", name="PHARMACIE NEUVE", mode="S")))
    assert (report.loaded, report.updated) == (0, 1)
    assert (report.others["organisations_updated"], report.others["activities_updated"]) == (1, 1)
    after = rows("select id, family_name from access.access_professional where rpps = %s", rpps)
    assert after == [(*before[0], "NOUVEAU")]


def test_one_professional_at_two_workplaces_is_one_professional(load, rows, rpps):
    report = load(file(person(rpps), person(rpps, technical_id=f"U{rpps}", name="AUTRE")))
    assert (report.loaded, report.others["organisations_loaded"], report.others["activities_loaded"]) == (
        1,
        2,
        2,
    )


def test_the_same_row_twice_is_one_activity(load, rpps):
    assert load(file(person(rpps), person(rpps))).others["activities_loaded"] == 1


def test_a_professional_without_workplace_comes_in_alone(load, rows, rpps):
    report = load(file(person(rpps, technical_id="")))
    assert (report.loaded, report.warnings["no_workplace"]) == (1, 1)
    assert rows(
        "select count(*) from access.access_activity a"
        "  join access.access_professional p on p.id = a.professional_id where p.rpps = %s",
        rpps,
    ) == [(0,)]


def test_other_professions_and_students_are_counted_by_code_and_not_held(load, rows, rpps):
    report = load(
        file(person(rpps, profession="93"), person(rpps, category="E"), person(rpps, profession="=x()"))
    )
    assert report.ignored == {"profession 93": 1, "student": 1, "profession ?": 1}
    assert rows("select 1 from access.access_professional where rpps = %s", rpps) == []


def test_the_postal_address_of_the_workplace_is_kept_as_lines(load, rows, rpps):
    address = lambda: rows(  # noqa: E731  # the same question twice
        "select address from access.access_organisation where technical_id = %s", f"T{rpps}"
    )
    full = {
        "number": "12",
        "repetition": "B",
        "street_kind": "Rue",
        "street": "DE L'ÉTÉ",
        "building": "BAT 2",
    }
    load(file(person(rpps) | {COLUMNS[name]: value for name, value in full.items()}))
    assert address() == [("BAT 2\n12 B Rue DE L'ÉTÉ\n75002 PARIS",)]
    load(file(person(rpps, cedex="75651 PARIS CEDEX 13", box="BP 4", street="DE L'ÉTÉ")))
    assert address() == [("RUE DU CANARI\nBP 4\n75651 PARIS CEDEX 13",)]


def test_without_a_street_or_a_postcode_there_is_no_address(load, rows, rpps):
    for missing in ({"postcode": ""}, {"commune": ""}, {"street": ""}):
        row = person(rpps) | {COLUMNS[name]: value for name, value in missing.items()}
        load(file(row))
        found = rows("select address from access.access_organisation where technical_id = %s", f"T{rpps}")
        assert found == [("",)]


def test_telephones_and_mailboxes_are_not_kept(load, connect, rpps):
    load(file(person(rpps)))
    for table in ("access_professional", "access_organisation", "access_activity"):
        with connect("owner").cursor().copy(f"copy access.{table} to stdout") as copy:
            text = b"".join(bytes(block) for block in copy)
        for canary in (b"0102030405", b"canari@example.fr"):
            assert canary not in text


def test_bad_rows_are_set_aside_with_their_line(load, rpps):
    aside = []
    raw = file(
        person(rpps), person("12"), person(rpps, family_name="CA\u0007NARI"), person(rpps, name="x" * 300)
    )
    raw += b"a|b|c\n" + b"x" * (2 << 20) + b"\n"
    report = load(raw, set_aside=aside.append)
    assert report.loaded == 1
    assert aside == [
        SetAside(3, Why.WRONG_TYPE, (COLUMNS["rpps"],)),
        SetAside(4, Why.WRONG_TYPE, (COLUMNS["family_name"],)),
        SetAside(5, Why.WRONG_TYPE, (COLUMNS["name"],)),
        SetAside(6, Why.WRONG_COLUMNS),
        SetAside(7, Why.LINE_TOO_LONG),
    ]


def test_rows_that_end_with_a_separator_are_read(load, rpps):
    lines = file(person(rpps)).decode().splitlines()
    assert load("\n".join([lines[0], lines[1] + "|"]).encode()).loaded == 1


def test_another_file_is_refused_by_the_name_of_the_column_it_lacks(load):
    with pytest.raises(IncomingFileError, match="Identifiant PP"):
        load(b"a|b\n1|2\n")
    with pytest.raises(IncomingFileError):
        load(b"")


def test_chunks_that_share_a_place_make_no_doubles(load, rows, rpps, monkeypatch):
    monkeypatch.setattr(load_module, "CHUNK", 2)
    other = f"{int(rpps) + 1:011d}"
    shared = {"technical_id": f"T{rpps}"}
    report = load(file(*(person(number, **shared) for number in (rpps, rpps, other, rpps, other))))
    assert (report.loaded, report.others["organisations_loaded"], report.others["activities_loaded"]) == (
        2,
        1,
        2,
    )


def test_declared_networks_are_out_of_intake_s_reach(connect):
    for query in (
        "update access.access_organisation set declared_networks = '{0.0.0.0/0}'",
        "select declared_networks from access.access_organisation",
        "insert into access.access_organisation (technical_id, declared_networks) values ('x', '{}')",
        "select 1 from access.access_account",
        "delete from access.access_professional",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connect("intake").execute(query)


def test_the_journal_holds_counts_only(load, connect, rpps):
    load(file(person(rpps)))
    query = (
        "select details from journal.entry where tag = 'intake:directory:imported' order by seq desc limit 1"
    )
    (details,) = connect("auditor").execute(query).fetchone()
    assert (details["read"], details["loaded"]) == (1, 1)
    assert rpps not in str(details)
    assert "CANARI" not in str(details)
