"""No answer holds more than its profession may see for its purpose."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gate.answer_people import ALL, OPEN, RPPS, ask, civils, contracts, numbers, questions, rights
from rempart.tariffs.rules.guarantees import Guarantee
from rempart.vocabulary.cover import Numbers
from rempart.vocabulary.words import ActFamily, Category, Profession, Purpose

COMMON = {
    "rights",
    "as_of",
    "act_family",
    "amo_rate",
    "third_party",
    "example",
    "guaranteed",
    "valid_until",
}
SUPPORT = {"rights", "as_of", "third_party"}
RECORD = {"rights", "as_of", "civil_status", "numbers", "rights_record", "contract"}
EVERYDAY = {
    Profession.PHARMACIST: {"c2s", "ame", "exoneration"},
    Profession.OPTICIAN: {"renewal_from", "class_a", "class_b"},
    Profession.DOCTOR: {"declared_doctor", "exoneration"},
    Profession.DENTIST: {"exoneration", "c2s_basket"},
    Profession.HOSPITAL_DESK: {"exoneration"},
    Profession.HEARING: {"exoneration"},
    Profession.NURSE: {"exoneration"},
    Profession.MIDWIFE: {"exoneration"},
    Profession.PHYSIOTHERAPIST: {"exoneration"},
    Profession.PODIATRIST: {"exoneration"},
}
ADMISSION = {"scheme", "fund", "daily_charge", "policyholder_number"}
"""Written out a second time on purpose: widening an answer must take two edits."""


def allowed(profession, purpose):
    if (profession, purpose) == (Profession.DPO, Purpose.SUBJECT_ACCESS):
        return RECORD
    if (profession, purpose) == (Profession.HOSPITAL_DESK, Purpose.ADMISSION):
        return COMMON | ADMISSION
    if purpose == Purpose.RIGHTS and profession in EVERYDAY:
        return COMMON | EVERYDAY[profession]
    return SUPPORT


def is_record(question):
    return (question["profession"], question["purpose"]) == (Profession.DPO, Purpose.SUBJECT_ACCESS)


@given(rights, st.none() | contracts, st.none() | civils, questions)
@settings(max_examples=200)
def test_keys_never_exceed_the_matrix(held, contract, civil, question):
    keys = set(ask(held, contract, civil, **question))
    expected = allowed(question["profession"], question["purpose"])
    assert keys <= expected
    assert keys >= expected - {"policyholder_number"}


@given(rights, contracts, civils, numbers, questions)
@settings(max_examples=200)
def test_no_sealed_name_number_or_guarantee_leaves(held, contract, civil, number, question):
    question |= {"numbers": number}
    if is_record(question):
        question["profession"] = Profession.OPERATOR
    given_out = ask(held, contract, civil, **question)
    for_billing = given_out.pop("policyholder_number", None)
    text = json.dumps(given_out)
    assert "CANARY" not in text
    assert "99999" not in text
    assert "00777701" not in text
    codes = set(Guarantee) - {
        question["act_family"],
        "daily_charge",
    }  # these two are words of the answer's own
    assert not [code for code in codes if f'"{code}"' in text]
    assert RPPS not in text
    assert "10199999999" not in text
    assert for_billing in {None, number.payment_nir}


@given(rights, contracts, civils, questions)
@settings(max_examples=200)
def test_no_birth_date_leaves_either(held, contract, civil, question):
    if is_record(question):
        question["profession"] = Profession.OPERATOR
    known = {held.open_to, contract.valid_to, held.c2s_to, held.ame_to, contract.last_optics, "2026-11-23"}
    if civil.birth_date not in known:
        given_out = ask(held, contract, civil, **question)
        given_out.pop("renewal_from", None)
        assert civil.birth_date not in json.dumps(given_out)


@pytest.mark.parametrize("profession", list(Profession))
@pytest.mark.parametrize("purpose", list(Purpose))
def test_dates_of_a_long_illness_never_leave(profession, purpose):
    held = OPEN.__class__(state="open", open_to="2027-06-30", ald_from="2021-03-04", ald_to="2026-11-30")
    if not is_record({"profession": profession, "purpose": purpose}):
        text = json.dumps(ask(held, profession=profession, purpose=purpose))
        assert "2021-03-04" not in text
        assert "2026-11-30" not in text


@given(rights, contracts, civils, numbers, questions)
@settings(max_examples=200)
def test_what_was_not_opened_changes_nothing(held, contract, civil, number, question):
    opened = question["categories"]
    question |= {"numbers": number}
    blind = ask(
        held if Category.RIGHTS in opened else None,
        contract if Category.CONTRACT in opened else None,
        civil,
        **question | {"numbers": number if Category.NIR in opened else None},
    )
    assert ask(held, contract, civil, **question) == blind


@pytest.mark.parametrize(
    "profession", [profession for profession in Profession if profession != Profession.DPO]
)
def test_only_the_officer_reads_a_record(profession):
    assert set(ask(profession=profession, purpose=Purpose.SUBJECT_ACCESS)) == SUPPORT


@pytest.mark.parametrize("purpose", [Purpose.RIGHTS, Purpose.ADMISSION, Purpose.SUPPORT])
@pytest.mark.parametrize("profession", [Profession.DPO, Profession.OPERATOR])
def test_staff_get_no_everyday_answer(profession, purpose):
    assert set(ask(profession=profession, purpose=purpose)) == SUPPORT


def test_an_operator_learns_acceptance_but_no_routing():
    answered = ask(profession=Profession.OPERATOR, purpose=Purpose.SUPPORT)
    assert answered == {"rights": "yes", "as_of": "2026-11-23", "third_party": {"accepted": "yes"}}


def test_the_officers_record_holds_what_was_opened_and_no_more():
    whole = ask(profession=Profession.DPO, purpose=Purpose.SUBJECT_ACCESS, numbers=Numbers("1890699999001"))
    assert whole["civil_status"]["family_name"] == "MARTIN"
    assert whole["numbers"]["payment_nir"] == "1890699999001"
    assert whole["contract"]["guarantees"] == {"consultation": 100, "medicines_65": 100}
    partial = ask(profession=Profession.DPO, purpose=Purpose.SUBJECT_ACCESS, categories=Category.RIGHTS)
    assert [key for key in ("civil_status", "numbers", "contract") if partial[key] is not None] == []
    assert partial["rights_record"]["fund"] == "751"


@pytest.mark.parametrize(
    ("own", "opened", "purpose", "shown"),
    [
        ("2910499999002", ALL, Purpose.ADMISSION, "1890699999001"),
        ("1890699999001", ALL, Purpose.ADMISSION, None),
        (None, ALL, Purpose.ADMISSION, None),
        ("2910499999002", ALL & ~Category.NIR, Purpose.ADMISSION, None),
        ("2910499999002", ALL, Purpose.RIGHTS, None),
    ],
    ids=["differs", "same", "unknown", "not opened", "everyday"],
)
def test_a_desk_gets_the_policyholders_number_only_where_it_differs(own, opened, purpose, shown):
    answered = ask(
        profession=Profession.HOSPITAL_DESK,
        purpose=purpose,
        act_family=ActFamily.HOSPITAL,
        categories=opened,
        numbers=Numbers("1890699999001", own),
    )
    assert answered.get("policyholder_number") == shown


def test_an_optician_is_not_told_of_illness_or_doctor_even_by_the_sums():
    sick = OPEN.__class__(state="open", open_to="2027-06-30", ald_from="2020-01-01", declared_doctor=RPPS)
    well = OPEN.__class__(state="open", open_to="2027-06-30")
    question = {"profession": Profession.OPTICIAN, "act_family": ActFamily.OPTICS}
    assert ask(sick, **question) == ask(well, **question)
