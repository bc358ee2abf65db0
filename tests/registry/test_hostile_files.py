"""Whatever bytes come in, an import ends with lines set aside or one clear fault, never a traceback."""

import io

from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.access.directory.columns import COLUMNS, Ignored, Row, Unfit
from rempart.access.directory.load import read_directory
from rempart.database.incoming import IncomingFileError
from rempart.registry.csv_file import FIELDS, ColumnMap, read_csv
from rempart.registry.fhir_file import FhirOptions, read_fhir
from rempart.registry.rules.records import PersonRecord
from rempart.vocabulary.intake import SetAside

BYTES = st.binary(max_size=200) | st.text(alphabet=';,"|\n\r\t 1a\u00e9\ufeff{}[]:', max_size=200).map(
    str.encode
)
CELLS = st.text(max_size=12) | st.sampled_from(
    [
        "1955-08-14",
        "2550814168025",
        "255081416802538",
        "00700079",
        "01",
        "open",
        "oui",
        "=1+1",
        "\u202e",
        "9" * 400,
    ]
)


def drained(items, *kinds):
    try:
        found = list(items)
    except IncomingFileError as error:
        return str(error)
    assert all(isinstance(item, kinds) for item in found)
    return found


@settings(max_examples=200)
@given(BYTES)
def test_any_bytes_as_fhir(raw):
    drained(read_fhir(io.BytesIO(raw), FhirOptions()), SetAside, PersonRecord)


@settings(max_examples=200)
@given(BYTES)
def test_any_bytes_as_csv(raw):
    drained(read_csv(io.BytesIO(raw), ColumnMap()), SetAside, PersonRecord)


@settings(max_examples=300)
@given(st.dictionaries(st.sampled_from(FIELDS), CELLS))
def test_any_cells_in_a_csv(cells):
    fields = {"family_name": "Canari", "birth_date": "1955-08-14", "payment_nir": "2550814168025"} | cells
    quoted = ['"' + cell.replace('"', '""') + '"' for cell in fields.values()]
    raw = (";".join(fields) + "\n" + ";".join(quoted)).encode("utf-8", "surrogatepass")
    found = drained(read_csv(io.BytesIO(raw), ColumnMap(), insurer="012345678"), SetAside, PersonRecord)
    for item in found:
        if isinstance(item, PersonRecord):
            assert item.civil.family_name.isprintable()
            assert len(item.numbers.payment_nir) == 13


@settings(max_examples=200)
@given(BYTES)
def test_any_bytes_as_a_directory(raw):
    header = "|".join(COLUMNS.values()).encode() + b"\n"
    rows = drained(read_directory(io.BytesIO(header + raw)), tuple)
    assert all(isinstance(row, Row | Ignored | Unfit) for _, row in rows)
    drained(read_directory(io.BytesIO(raw)), tuple)
