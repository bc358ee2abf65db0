"""What is typed at a counter, turned into the gate's request."""

import pytest

from rempart.portal.professional.forms import LookUpForm, new_attempt
from rempart.vocabulary.words import ActFamily, Profession
from tests.portal.test_cards import LINE

NIR, BORN = "2 55 08 14 168 025 38", "14 08 1955"


def form(profession: Profession = Profession.PHARMACIST, **typed: str) -> LookUpForm:
    return LookUpForm({"nir": NIR, "birth_date": BORN} | typed, profession=profession)


def asked(*args, **typed):
    filled = form(*args, **typed)
    assert filled.is_valid(), filled.errors
    return filled.request()


@pytest.mark.parametrize(
    "nir", [NIR, "255081416802538", "2550814168025", "2.55.08.14.168.025.38", "2-55-08-14-168-025"]
)
def test_a_number_is_taken_as_people_write_it(nir):
    assert asked(nir=nir)["nir"] == "2550814168025"


def test_corsica_is_taken_in_small_letters():
    assert asked(nir="1 60 03 2a 004 012")["nir"] == "160032A004012"


@pytest.mark.parametrize("born", ["14081955", "14/08/1955", "14 08 1955", "1955-08-14", "14.08.1955"])
def test_a_birth_date_is_taken_as_people_write_it(born):
    assert asked(birth_date=born)["birth_date"] == "1955-08-14"


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("nir", {"nir": "255081416802539"}),  # key
        ("nir", {"nir": "25508"}),
        ("nir", {"nir": "2551514168025"}),  # month
        ("nir", {"nir": ""}),
        ("nir", {"nir": "RP1|7|cut"}),
        ("birth_date", {"birth_date": "yesterday"}),
        ("birth_date", {"birth_date": ""}),
        ("amc", {"nir": "", "amc": "12", "member_number": "A1"}),
        ("member_number", {"nir": "", "amc": "12345678", "member_number": "é!"}),
        ("act_family", {"act_family": "astrology"}),
    ],
)
def test_a_mistake_is_told_beside_its_field_without_repeating_what_was_typed(field, typed):
    filled = form(**typed)
    assert not filled.is_valid()
    assert list(filled.errors) == [field]
    if field in {"nir", "birth_date"} and typed[field]:
        assert typed[field] not in str(filled.errors)


@pytest.mark.parametrize(
    ("profession", "act"),
    [
        (Profession.OPTICIAN, ActFamily.OPTICS),
        (Profession.PHARMACIST, ActFamily.MEDICINES),
        (Profession.NURSE, ActFamily.NURSING),
    ],
)
def test_the_usual_act_is_asked_about_when_none_is_chosen(profession, act):
    assert asked(profession)["act_family"] == act
    assert asked(profession, act_family="hospital")["act_family"] == "hospital"


def test_a_card_typed_into_the_number_field_says_everything():
    sent = asked(nir=LINE, birth_date="")
    assert sent["nir"] == "2550814168025"
    assert (sent["birth_date"], sent["birth_rank"]) == ("1955-08-14", 2)
    assert sent["proof"]["kind"] == "card"


def test_a_number_changed_after_the_card_was_read_is_not_looked_up_under_its_proof():
    assert form(nir="1600375004012", card=LINE).errors.keys() == {"nir"}
    assert asked(nir=NIR, card=LINE)["proof"]["kind"] == "card"


def test_a_reason_left_ticked_spends_nothing_unless_its_button_is_pressed():
    assert "proof" not in asked(present="card_forgotten")
    assert asked(present="card_forgotten", as_present="on")["proof"] == {
        "kind": "present",
        "reason": "card_forgotten",
    }


def test_only_an_admission_desk_asks_for_an_admission():
    assert asked(Profession.HOSPITAL_DESK, purpose="admission")["purpose"] == "admission"
    assert asked(Profession.PHARMACIST, purpose="admission")["purpose"] == "rights"


def test_a_member_number_stands_in_for_the_nir():
    sent = asked(nir="", amc="00123456", member_number="M1")
    assert "nir" not in sent
    assert (sent["amc"], sent["member_number"]) == ("00123456", "M1")


def test_attempts_differ_and_pass_the_gates_rule():
    from rempart.gate.rules.request import parse_repeat_key  # noqa: PLC0415

    assert new_attempt() != new_attempt()
    assert parse_repeat_key(new_attempt())
