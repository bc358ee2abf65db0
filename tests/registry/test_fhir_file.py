"""FHIR files are read in any order, strictly, and say line by line what they lack."""

import io
import json
import random
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.database.incoming import IncomingFileError
from rempart.registry import fhir_file
from rempart.registry.fhir_export import to_ndjson
from rempart.registry.fhir_file import FhirOptions, read_fhir
from rempart.registry.population import generate
from rempart.registry.rules.records import PersonRecord
from rempart.vocabulary import fhir_systems as systems
from rempart.vocabulary.intake import SetAside, Why
from rempart.vocabulary.nir import Nir

DATA = Path(__file__).parents[1] / "data"
NUMBER = "2550812345678"
KEYED = NUMBER + Nir(NUMBER).key
WRONG = NUMBER + f"{97 - int(Nir(NUMBER).key):02d}"


def identifier(system, type_system, code, value):
    return {"system": system, "type": {"coding": [{"system": type_system, "code": code}]}, "value": value}


def nss(value=KEYED):
    return identifier(systems.NIR, systems.V2_0203, "NH", value)


def ins(value, system=systems.NIR, code="INS-NIR"):
    return identifier(system, systems.FR_V2_0203, code, value)


def patient(number="p1", **changes):
    base = {
        "resourceType": "Patient",
        "id": number,
        "identifier": [nss()],
        "name": [{"use": "official", "family": "Canari", "given": ["Zoé", "Anne"]}],
        "gender": "female",
        "birthDate": "1955-08-14",
    }
    return {name: value for name, value in (base | changes).items() if value is not None}


def coverage(kind=systems.AMO, of="p1", **changes):
    base = {
        "resourceType": "Coverage",
        "status": "active",
        "type": {"coding": [{"system": systems.ACT_CODE, "code": kind}]},
        "beneficiary": {"reference": f"Patient/{of}"},
        "class": [
            {"type": {"coding": [{"system": systems.COVERAGE_CLASS, "code": "scheme"}]}, "value": "01"}
        ],
    }
    return {name: value for name, value in (base | changes).items() if value is not None}


def read(*resources, **options):
    raw = b"".join(json.dumps(r).encode() + b"\n" if isinstance(r, dict) else r for r in resources)
    return list(read_fhir(io.BytesIO(raw), FhirOptions(**options)))


def test_a_population_comes_back_as_it_was_written_in_any_order():
    records = list(generate(2_000, 3, doctors=["10000000027"]))
    lines = list(to_ndjson(records))
    random.Random(1).shuffle(lines)
    found = list(read_fhir(io.BytesIO(b"".join(lines)), FhirOptions()))
    assert all(isinstance(record, PersonRecord) for record in found)

    def by_key(items):
        return {
            (p.numbers.payment_nir, p.civil.birth_date, p.civil.birth_rank): replace(p, line=0) for p in items
        }

    assert by_key(found) == by_key(records)


def test_a_patient_with_coverage_is_a_person():
    (record,) = read(coverage(), patient())
    assert record.line == 2
    assert (record.civil.family_name, record.civil.given_names) == ("Canari", "Zoé Anne")
    assert record.numbers.payment_nir == NUMBER
    assert (record.insurer, record.rights.state, record.rights.scheme) == ("AMO-01", "open", "01")


def test_nss_and_ins_share_a_system_and_are_told_apart_by_type():
    own = "1190299123456"
    (record,) = read(coverage(), patient(identifier=[ins(own + Nir(own).key), nss()]))
    assert (record.numbers.payment_nir, record.numbers.own_nir) == (NUMBER, own)


def test_an_identifier_without_its_type_is_not_guessed():
    found = read(coverage(), patient(identifier=[{"system": systems.NIR, "value": KEYED}]))
    assert found == [SetAside(2, Why.UNTYPED_IDENTIFIER, ("identifier",))]


def test_a_real_number_with_a_wrong_key_is_set_aside():
    assert read(coverage(), patient(identifier=[nss(WRONG)])) == [
        SetAside(2, Why.WRONG_KEY, ("payment_nir",))
    ]
    assert read(coverage(), patient(identifier=[ins(WRONG)])) == [SetAside(2, Why.WRONG_KEY, ("own_nir",))]


@pytest.mark.parametrize(
    ("system", "code"), [(systems.INS_TEST, "INS-NIR-TEST"), (systems.INS_DEMO, "INS-NIR-DEMO")]
)
def test_a_test_number_with_a_wrong_key_is_taken_with_a_warning(system, code):
    (record,) = read(coverage(), patient(identifier=[ins(WRONG, system, code)]))
    assert record.numbers.payment_nir == NUMBER
    assert len(record.warnings) == 1
    assert NUMBER not in record.warnings[0]


def test_a_wrong_nir_is_never_repeated_in_a_reason():
    (aside,) = read(coverage(), patient(identifier=[nss("canary-1550814")]))
    assert "canary" not in str(aside)
    assert "1550814" not in aside.reason


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ({"birthDate": "1955"}, "1955-00-00"),
        ({"birthDate": "1955-08"}, "1955-08-00"),
        (
            {
                "birthDate": None,
                "_birthDate": {"extension": [{"url": systems.LUNAR_DATE, "valueString": "1955-14-31"}]},
            },
            "1955-14-31",
        ),
    ],
)
def test_incomplete_and_lunar_birth_dates_are_kept(written, kept):
    (record,) = read(coverage(), patient(**written))
    assert record.civil.birth_date == kept


def test_the_rank_of_a_multiple_birth_is_the_birth_rank():
    (record,) = read(coverage(), patient(multipleBirthInteger=2))
    assert record.civil.birth_rank == 2
    (record,) = read(coverage(), patient(multipleBirthBoolean=True))
    assert (record.civil.birth_rank, len(record.warnings)) == (1, 1)


def test_a_beneficiary_is_paid_under_the_policyholder_s_number():
    child = patient("p2", identifier=None, birthDate="2019-02-03")
    cover = coverage(of="p2", subscriber={"reference": "Patient/p1"})
    found = {r.civil.birth_date: r for r in read(cover, child, patient(multipleBirthInteger=2), coverage())}
    assert found["2019-02-03"].numbers.payment_nir == NUMBER
    assert found["2019-02-03"].policyholder == ("1955-08-14", 2)
    assert found["1955-08-14"].policyholder is None


def test_a_policyholder_who_is_not_in_the_file_is_missed():
    cover = coverage(subscriber={"reference": "Patient/p9"})
    assert read(patient(), cover) == [SetAside(1, Why.POLICYHOLDER_MISSING)]


def test_the_amc_number_keeps_its_zeros_and_names_the_insurer():
    payor = [{"identifier": {"system": systems.AMC_NUMBER, "value": "00700079"}, "display": "Mutuelle"}]
    amc = coverage(systems.AMC, payor=payor, subscriberId="M7", period={"start": "2026", "end": "2026-02"})
    (record,) = read(patient(), coverage(), amc)
    assert record.insurer == record.contract.amc_number == "00700079"
    assert (record.contract.member_number, record.contract.valid_from, record.contract.valid_to) == (
        "M7",
        "2026-01-01",
        "2026-02-28",
    )


def test_without_compulsory_coverage_rights_are_unknown_not_closed():
    payor = [{"identifier": {"system": systems.AMC_NUMBER, "value": "00700079"}}]
    (record,) = read(patient(), coverage(systems.AMC, payor=payor, subscriberId="M7"))
    assert record.rights.state == "unknown"


def test_of_several_coverages_the_active_then_the_latest_counts():
    old = coverage(period={"start": "2010-01-01"})
    new = coverage(period={"start": "2020-01-01"})
    ended = coverage(status="cancelled", period={"start": "2025-01-01"})
    (record,) = read(patient(), new, ended, old)
    assert (record.rights.state, record.rights.open_from) == ("open", "2020-01-01")


def test_the_insurer_given_for_the_file_answers_for_all():
    (record,) = read(patient(), coverage(), insurer="012345678")
    assert record.insurer == "012345678"


def test_synthea_patients_are_set_aside_with_all_that_they_lack():
    with (DATA / "synthea" / "patients.ndjson").open("rb") as file:
        found = list(read_fhir(file, FhirOptions()))
    assert [(f.why, f.fields) for f in found] == [(Why.MISSING, ("nir", "coverage", "scheme"))] * 4


def test_a_synthea_bundle_is_read_and_what_it_has_besides_is_counted():
    options = FhirOptions()
    with (DATA / "synthea" / "bundle.json").open("rb") as file:
        found = list(read_fhir(file, options))
    assert [f.reason for f in found] == ["missing: nir, coverage, scheme"]
    assert options.ignored["ExplanationOfBenefit"] == 1


def test_references_inside_a_bundle_go_by_full_url():
    entries = [
        {"fullUrl": "urn:uuid:0c3d", "resource": patient()},
        {"resource": coverage(beneficiary={"reference": "urn:uuid:0c3d"})},
    ]
    (record,) = read({"resourceType": "Bundle", "entry": entries})
    assert record.numbers.payment_nir == NUMBER


def test_what_is_no_resource_is_set_aside_by_line():
    found = read(
        b"{broken\n",
        b"\n",
        b"[1]\n",
        b'"text"\n',
        b'{"resourceType":"Patient","id":"\xff"}\n',
        patient(),
        coverage(),
    )
    assert [(f.line, f.why) for f in found if isinstance(f, SetAside)] == [
        (1, Why.NOT_JSON),
        (3, Why.NOT_JSON),
        (4, Why.NOT_JSON),
        (5, Why.NOT_TEXT),
    ]
    assert sum(isinstance(f, PersonRecord) for f in found) == 1


def test_a_line_too_long_is_set_aside_unread_and_the_rest_goes_on():
    endless = b'{"resourceType":"Patient","id":"' + b"x" * (3 << 20) + b'"}\n'
    found = read(patient(), endless, coverage())
    assert [f for f in found if isinstance(f, SetAside)] == [SetAside(2, Why.LINE_TOO_LONG)]
    assert sum(isinstance(f, PersonRecord) for f in found) == 1


def test_one_document_that_is_too_large_is_refused(monkeypatch):
    monkeypatch.setattr(fhir_file, "LARGEST_DOCUMENT", 1 << 20)
    with pytest.raises(IncomingFileError, match="1 MiB") as raised:
        read(b'{"resourceType":"Bundle","entry":[' + b" " * (2 << 20))
    assert "NDJSON" in raised.value.remedy


def test_a_coverage_whose_patient_was_set_aside_needs_no_second_reason():
    assert read(coverage(), patient(birthDate="never")) == [SetAside(2, Why.WRONG_TYPE, ("birth_date",))]
    assert read(coverage()) == [SetAside(1, Why.MISSING, ("patient",))]


def test_the_same_patient_twice_is_set_aside_once():
    found = read(patient(), coverage(), patient())
    assert [f for f in found if isinstance(f, SetAside)] == [SetAside(3, Why.DUPLICATE, ("id",))]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": "Canari"}, "name"),
        ({"name": [{"family": 7}]}, "family"),
        ({"name": [{"family": "Ca\u0000nari"}]}, "family_name"),
        ({"name": [{"family": "Ca\u202enari"}]}, "family_name"),
        ({"name": [{"family": "x" * 101}]}, "family_name"),
        ({"name": [{"family": "Canari", "given": "Zoé"}]}, "given_names"),
        ({"birthDate": 1955}, "birthDate"),
        ({"birthDate": "14/08/1955"}, "birth_date"),
        ({"multipleBirthInteger": "2"}, "birth_rank"),
        ({"multipleBirthInteger": 2**70}, "birth_rank"),
        ({"multipleBirthInteger": True}, "birth_rank"),
        ({"identifier": [None]}, "identifier"),
        ({"id": "../../etc/passwd"}, "id"),
    ],
)
def test_a_wrong_type_is_named_by_its_field(changes, field):
    (found,) = [f for f in read(coverage(), patient(**changes)) if f.fields != ("patient",)]
    assert found == SetAside(2, Why.WRONG_TYPE, (field,))


@pytest.mark.parametrize("status", ["entered-in-error", "made-up"])
def test_a_coverage_entered_in_error_does_not_count(status):
    found = read(patient(), coverage(status=status))
    assert found == [SetAside(1, Why.MISSING, ("coverage", "scheme"))]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "resourceType",
                    "identifier",
                    "name",
                    "system",
                    "type",
                    "coding",
                    "code",
                    "value",
                    "extension",
                    "url",
                    "beneficiary",
                    "reference",
                    "period",
                    "class",
                    "payor",
                    "start",
                    "entry",
                    "resource",
                ]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=300)
@given(
    st.sampled_from(["patient", "coverage", "bundle"]),
    st.dictionaries(
        st.sampled_from(
            [
                "identifier",
                "name",
                "gender",
                "birthDate",
                "_birthDate",
                "multipleBirthInteger",
                "generalPractitioner",
                "type",
                "beneficiary",
                "subscriber",
                "period",
                "class",
                "payor",
                "extension",
                "status",
                "relationship",
                "entry",
                "id",
            ]
        ),
        JSON,
        max_size=4,
    ),
)
def test_no_shape_of_a_resource_breaks_the_reader(kind, changes):
    base = {"patient": patient(), "coverage": coverage(), "bundle": {"resourceType": "Bundle"}}[kind]
    for item in read(base | changes, patient("p7"), coverage(of="p7")):
        assert isinstance(item, SetAside | PersonRecord)
