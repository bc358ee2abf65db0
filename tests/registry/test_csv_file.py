"""CSV files are read through a map of columns, whatever their encoding, and say what they lack."""

import io

import pytest

from rempart.database.incoming import IncomingFileError
from rempart.registry.csv_file import ColumnMap, read_csv, read_map
from rempart.vocabulary.intake import SetAside, Why
from rempart.vocabulary.nir import Nir

NUMBER = "2550812345678"
KEYED = NUMBER + Nir(NUMBER).key
HEADER = "family_name;given_names;birth_date;payment_nir;scheme"
ROW = f"Canari;Zoé;1955-08-14;{KEYED};01"


def read(*lines, mapping=None, encoding="utf-8", **options):
    raw = "\n".join(lines).encode(encoding)
    return list(read_csv(io.BytesIO(raw), mapping or ColumnMap(), **options))


@pytest.fixture
def map_file(tmp_path):
    def write(text):
        (tmp_path / "map.toml").write_text(text, "utf-8")
        return read_map(tmp_path / "map.toml")

    return write


def test_columns_named_like_our_fields_need_no_map():
    (record,) = read(HEADER, ROW)
    assert (record.line, record.civil.given_names, record.numbers.payment_nir) == (2, "Zoé", NUMBER)
    assert record.insurer == "AMO-01"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_both_encodings_are_found_out(encoding):
    (record,) = read(HEADER, ROW, encoding=encoding)
    assert record.civil.given_names == "Zoé"


@pytest.mark.parametrize("delimiter", [";", ",", "|", "\t"])
def test_the_delimiter_is_found_in_the_header(delimiter):
    (record,) = read(HEADER.replace(";", delimiter), ROW.replace(";", delimiter))
    assert record.civil.family_name == "Canari"


def test_a_map_names_columns_constants_words_and_guarantees(map_file):
    mapping = map_file(
        """
        [file]
        delimiter = ";"
        encoding = "windows-1252"
        [columns]
        family_name = "NOM"
        birth_date = "NE LE"
        payment_nir = "SÉCU"
        sex = "SEXE"
        amc_number = "AMC"
        member_number = "ADHERENT"
        [constants]
        state = "open"
        third_party = true
        [values.sex]
        M = "1"
        F = "2"
        [guarantees]
        consultation = "G CONSULT"
        """
    )
    (record,) = read(
        "NOM;NE LE;SÉCU;SEXE;AMC;ADHERENT;G CONSULT",
        f'"Canari; dit Zoé";14/08/1955;{KEYED};F;00700079;M1;150',
        mapping=mapping,
        encoding="cp1252",
    )
    assert record.civil.family_name == "Canari; dit Zoé"
    assert (record.civil.birth_date, record.civil.sex, record.rights.state) == ("1955-08-14", "2", "open")
    assert (record.contract.amc_number, record.contract.guarantees) == ("00700079", {"consultation": 150})


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("[columns]\nnom = 'X'", "nom"),
        ("[column]\nfamily_name = 'X'", "column"),
        ("columns = 7", "table"),
        ("[values]\nsex = 'x'", "table"),
        ("[file]\nencoding = 'ebcdic'", "encoding"),
        ("not toml", "TOML"),
    ],
)
def test_a_wrong_map_is_explained(map_file, text, named):
    with pytest.raises(IncomingFileError, match=named):
        map_file(text)


def test_a_column_that_is_not_there_is_named():
    with pytest.raises(IncomingFileError, match="NAISSANCE"):
        read(HEADER, ROW, mapping=ColumnMap(columns={"birth_date": "NAISSANCE"}))


def test_a_file_that_can_bring_nobody_is_refused_at_once():
    with pytest.raises(IncomingFileError, match="payment_nir"):
        read("family_name;birth_date", "Canari;1955-08-14")
    with pytest.raises(IncomingFileError, match="header"):
        read("")
    with pytest.raises(IncomingFileError, match="same name"):
        read("family_name;family_name")


@pytest.mark.parametrize(
    ("row", "why", "fields"),
    [
        (f"Canari;Zoé;1955-08-14;{KEYED}", Why.WRONG_COLUMNS, ()),
        (f"Canari;Zoé;1955-08-14;{KEYED};01;x", Why.WRONG_COLUMNS, ()),
        (f";Zoé;1955-08-14;{KEYED};01", Why.MISSING, ("family_name",)),
        (f"Canari;Zoé;1955-08-14;{KEYED};", Why.MISSING, ("insurer",)),
        (f"Canari;Zoé;;{KEYED};01", Why.MISSING, ("birth_date",)),
        (f"Canari;Zoé;1955-8-14;{KEYED};01", Why.WRONG_TYPE, ("birth_date",)),
        (f"Canari;Zoé;1955-08-14;{NUMBER}00;01", Why.WRONG_KEY, ("payment_nir",)),
        ("Canari;Zoé;1955-08-14;9999;01", Why.WRONG_TYPE, ("payment_nir",)),
        (f"Canari;Zoé;1955-08-14;{KEYED};one", Why.WRONG_TYPE, ("scheme",)),
        (f'"Canari;Zoé;1955-08-14;{KEYED};01', Why.WRONG_COLUMNS, ()),
    ],
)
def test_a_row_that_does_not_fit_is_set_aside_with_line_and_field(row, why, fields):
    found = read(HEADER, row, ROW)
    assert found[0] == SetAside(2, why, fields)
    assert found[1].line == 3


def test_a_row_that_is_too_long_is_set_aside_unread():
    found = read(HEADER, "x" * (2 << 20), ROW)
    assert found[0] == SetAside(2, Why.LINE_TOO_LONG)
    assert found[1].civil.family_name == "Canari"


def test_bytes_that_are_no_text_are_set_aside():
    raw = f"{HEADER}\nCanari;Zo\x81;1955-08-14;{KEYED};01\n".encode("latin-1")
    (found,) = read_csv(io.BytesIO(raw), ColumnMap())
    assert found == SetAside(2, Why.NOT_TEXT)


def test_a_contract_needs_its_member_number():
    (found,) = read(f"{HEADER};amc_number", f"{ROW};00700079")
    assert found == SetAside(2, Why.MISSING, ("member_number",))


def test_unknown_guarantees_are_kept_with_a_warning():
    head, row = f"{HEADER};amc_number;member_number;guarantees", f"{ROW};00700079;M1;consultation=100 spa=7"
    (record,) = read(head, row, guarantees=frozenset({"consultation"}))
    assert record.contract.guarantees == {"consultation": 100, "spa": 7}
    assert record.warnings == ("guarantee_unknown",)


@pytest.mark.parametrize(
    ("word", "meant"), [("oui", True), ("N", False), ("", True), ("0", False), ("TRUE", True)]
)
def test_words_for_yes_and_no(word, meant):
    (record,) = read(f"{HEADER};amc_number;member_number;third_party", f"{ROW};00700079;M1;{word}")
    assert record.contract.third_party is meant


def test_a_policyholder_is_named_by_birth_date_and_rank():
    (record,) = read(f"{HEADER};policyholder_birth_date;policyholder_birth_rank", f"{ROW};01/02/1930;2")
    assert record.policyholder == ("1930-02-01", 2)
    (record,) = read(f"{HEADER};policyholder_birth_date", f"{ROW};1955-08-14")
    assert record.policyholder is None  # oneself
