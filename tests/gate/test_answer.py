"""What an answer says: yes, no or unknown; who pays; until when."""

from dataclasses import replace
from datetime import date

import pytest

from gate.answer_people import ALL, CIVIL, CONTRACT, OPEN, RPPS, TODAY, ask
from rempart.vocabulary.words import ActFamily, Category, Profession, Purpose

OPTICIAN = {"profession": Profession.OPTICIAN, "act_family": ActFamily.OPTICS}
PHARMACIST = {"profession": Profession.PHARMACIST, "act_family": ActFamily.MEDICINES}
DESK = {
    "profession": Profession.HOSPITAL_DESK,
    "purpose": Purpose.ADMISSION,
    "act_family": ActFamily.HOSPITAL,
}


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "yes"),
        ({"open_from": "2026-11-23", "open_to": "2026-11-23"}, "yes"),
        ({"open_from": None, "open_to": None}, "yes"),
        ({"open_to": "2026-11-22"}, "no"),
        ({"open_from": "2026-11-24"}, "no"),
        ({"state": "closed"}, "no"),
        ({"state": "unknown"}, "unknown"),
        ({"state": ""}, "unknown"),
        ({"open_to": "2026-00-00"}, "unknown"),
        ({"open_from": "never"}, "unknown"),
    ],
)
def test_rights_are_open_only_inside_their_dates_and_unknown_is_not_no(changes, said):
    assert ask(replace(OPEN, **changes))["rights"] == said


def test_rights_that_were_not_opened_are_unknown():
    assert ask(categories=ALL & ~Category.RIGHTS)["rights"] == "unknown"


@pytest.mark.parametrize("changes", [{"state": "unknown"}, {"open_to": "?"}])
def test_nothing_is_computed_or_denied_while_rights_are_unknown(changes):
    unknown = replace(OPEN, c2s="with", ald_from="2020-01-01", **changes)
    for profession, flags in {
        Profession.PHARMACIST: ["c2s", "ame", "exoneration"],
        Profession.DENTIST: ["exoneration", "c2s_basket"],
        Profession.NURSE: ["exoneration"],
    }.items():
        answered = ask(unknown, profession=profession)
        assert (answered["amo_rate"], answered["example"], answered["valid_until"]) == (None, None, None)
        assert answered["guaranteed"] == {"answer": "no", "until": None}
        assert [answered[flag] for flag in flags] == [None] * len(flags)


def test_closed_rights_have_no_standing_left():
    answered = ask(replace(OPEN, state="closed", c2s="with", ald_from="2020-01-01"), **PHARMACIST)
    assert [answered[flag] for flag in ("c2s", "ame", "exoneration")] == [False, False, False]
    assert answered["example"] is None


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({}, "yes"),
        ({"third_party": False}, "no"),
        ({"valid_to": "2026-11-22"}, "no"),
        ({"valid_from": "2026-11-24"}, "no"),
        ({"valid_to": "2026-11-23"}, "yes"),
        ({"valid_to": "december"}, "unknown"),
    ],
)
def test_third_party_payment_follows_the_contract(changes, said):
    assert ask(contract=replace(CONTRACT, **changes))["third_party"]["accepted"] == said


def test_no_contract_is_no_and_a_contract_not_looked_at_is_unknown():
    assert ask(contract=None)["third_party"]["accepted"] == "no"
    assert ask(categories=Category.RIGHTS)["third_party"]["accepted"] == "unknown"


def test_no_sum_is_shown_while_it_is_unknown_who_pays_beside_the_scheme():
    answered = ask(categories=Category.RIGHTS)
    assert (answered["amo_rate"], answered["example"]) == (70, None)
    assert ask(categories=Category.RIGHTS, **OPTICIAN)["class_b"] is None
    assert ask(categories=Category.RIGHTS, **DESK)["daily_charge"] is None


@pytest.mark.parametrize("changes", [{"c2s": "without"}, {"ame_to": "2026-11-23"}])
def test_c2s_and_ame_pay_directly_without_any_contract(changes):
    answered = ask(replace(OPEN, **changes), None)
    assert answered["third_party"] == {"accepted": "yes", "convention": "", "routing": ""}
    assert answered["guaranteed"]["answer"] == "until"


@pytest.mark.parametrize("changes", [{"third_party": False}, {"valid_to": "2026-11-22"}, {"valid_to": "?"}])
def test_routing_is_told_only_where_a_claim_may_be_sent(changes):
    assert ask()["third_party"]["routing"] == "R1"
    shown = ask(contract=replace(CONTRACT, **changes))["third_party"]
    assert (shown["convention"], shown["routing"]) == ("", "")


@pytest.mark.parametrize(
    ("held", "contract", "until"),
    [
        (OPEN, CONTRACT, "2026-12-31"),
        (replace(OPEN, open_to="2026-12-01"), CONTRACT, "2026-12-01"),
        (OPEN, replace(CONTRACT, valid_to=None), "2027-06-30"),
        (replace(OPEN, open_to=None), replace(CONTRACT, valid_to=None), None),
        (replace(OPEN, c2s="with", c2s_to="2026-11-30"), CONTRACT, "2026-11-30"),
        (replace(OPEN, c2s="with", c2s_to="2027-01-31"), CONTRACT, "2027-01-31"),
        (replace(OPEN, ame_to="2026-11-25", c2s="with", c2s_to="2026-12-25"), None, "2026-11-25"),
    ],
)
def test_payment_is_guaranteed_until_the_first_payer_ends(held, contract, until):
    answered = ask(held, contract)
    assert answered["valid_until"] == until
    assert answered["guaranteed"] == {"answer": "until" if until else "yes", "until": until}


@pytest.mark.parametrize(
    "contract", [None, replace(CONTRACT, third_party=False), replace(CONTRACT, valid_to="?")]
)
def test_payment_is_not_guaranteed_without_third_party_payment(contract):
    answered = ask(contract=contract)
    assert answered["guaranteed"] == {"answer": "no", "until": None}
    assert answered["valid_until"] == "2027-06-30"


@pytest.mark.parametrize(
    ("last", "guaranteed", "due"),
    [("2024-11-23", "until", "2026-11-23"), ("2024-11-24", "no", "2026-11-24"), (None, "until", None)],
)
def test_spectacles_are_not_guaranteed_before_their_renewal(last, guaranteed, due):
    answered = ask(contract=replace(CONTRACT, last_optics=last), **OPTICIAN)
    assert (answered["guaranteed"]["answer"], answered["renewal_from"]) == (guaranteed, due)


def test_a_renewal_date_says_nothing_about_other_care():
    assert ask(contract=replace(CONTRACT, last_optics="2026-11-01"))["guaranteed"]["answer"] == "until"


@pytest.mark.parametrize(
    ("birth_date", "due"),
    [
        ("1980-05-06", "2028-06-01"),
        ("2015-05-06", "2027-06-01"),
        ("2023-05-06", "2026-12-01"),
        ("2015-00-00", "2027-06-01"),
    ],
)
def test_children_renew_spectacles_sooner(birth_date, due):
    contract = replace(CONTRACT, last_optics="2026-06-01")
    assert (
        ask(contract=contract, civil=replace(CIVIL, birth_date=birth_date), **OPTICIAN)["renewal_from"] == due
    )


def test_the_example_is_split_with_the_persons_own_cover():
    assert ask()["example"] == {
        "label": "Consultation du médecin généraliste, secteur 1, dans le parcours de soins",
        "price": "30.00",
        "amo": "21.00",
        "amc": "9.00",
        "patient": "0.00",
        "later": "2.00",
    }


@pytest.mark.parametrize(
    ("changes", "contract", "parts"),
    [
        ({}, None, ("21.00", "0.00", "9.00", "2.00")),
        ({"c2s": "with"}, None, ("21.00", "9.00", "0.00", "0.00")),
        ({"ame_to": "2027-01-01"}, None, ("30.00", "0.00", "0.00", "0.00")),
        ({"alsace_moselle": True}, CONTRACT, ("27.00", "3.00", "0.00", "2.00")),
        ({"ald_from": "2020-01-01"}, CONTRACT, ("21.00", "9.00", "0.00", "2.00")),
    ],
    ids=["no contract", "c2s", "ame", "alsace-moselle", "illness not linked"],
)
def test_the_example_follows_the_standing(changes, contract, parts):
    example = ask(replace(OPEN, **changes), contract)["example"]
    assert tuple(example[part] for part in ("amo", "amc", "patient", "later")) == parts


@pytest.mark.parametrize(
    ("birth_date", "later"),
    [
        ("2008-11-24", "0.00"),
        ("2008-11-23", "2.00"),
        ("2008-00-00", "2.00"),
        ("2008-13-40", "2.00"),
        ("2009-00-00", "0.00"),
    ],
)
def test_minors_owe_nothing_later_and_an_incomplete_birth_date_favours_nobody(birth_date, later):
    assert ask(civil=replace(CIVIL, birth_date=birth_date))["example"]["later"] == later


def test_without_a_birth_date_the_person_counts_as_adult():
    assert ask(civil=None)["example"]["later"] == "2.00"


def test_hearing_aids_before_the_twentieth_birthday():
    hearing = {"profession": Profession.HEARING, "act_family": ActFamily.HEARING}
    young, adult = (
        ask(civil=replace(CIVIL, birth_date=day), **hearing) for day in ("2006-11-24", "2006-11-23")
    )
    assert (young["example"]["amo"], young["example"]["amc"]) == ("840.00", "560.00")
    assert (adult["example"]["amo"], adult["example"]["amc"]) == ("240.00", "710.00")


@pytest.mark.parametrize(
    ("family", "rate"),
    [
        (ActFamily.CONSULTATION, 70),
        (ActFamily.MEDICINES, 65),
        (ActFamily.OPTICS, 60),
        (ActFamily.DENTAL, 60),
        (ActFamily.HEARING, 60),
        (ActFamily.NURSING, 60),
        (ActFamily.PHYSIOTHERAPY, 60),
        (ActFamily.HOSPITAL, 80),
    ],
)
def test_the_rate_is_that_of_the_family_asked(family, rate):
    answered = ask(act_family=family)
    assert (answered["act_family"], answered["amo_rate"]) == (family, rate)


@pytest.mark.parametrize(
    ("declared", "account", "said"),
    [
        (RPPS, RPPS, True),
        ("10199999999", RPPS, False),
        (None, RPPS, False),
        (RPPS, None, False),
        (None, None, False),
    ],
)
def test_a_doctor_learns_only_whether_they_are_the_declared_one(declared, account, said):
    assert ask(replace(OPEN, declared_doctor=declared), account_rpps=account)["declared_doctor"] is said


def test_flags_of_pharmacist_and_dentist():
    held = replace(OPEN, c2s="without", ald_from="2020-01-01")
    pharmacist, dentist = ask(held, **PHARMACIST), ask(held, profession=Profession.DENTIST)
    assert (pharmacist["c2s"], pharmacist["ame"], pharmacist["exoneration"]) == (True, False, True)
    assert (dentist["exoneration"], dentist["c2s_basket"]) == (True, True)


def test_an_optician_gets_both_classes_by_kind_of_lens():
    contract = replace(CONTRACT, guarantees={"optics_frame": 10_000, "optics_simple": 25_000})
    answered = ask(contract=contract, **OPTICIAN)
    assert answered["class_a"]["simple"] == {
        "price": "95.00",
        "amo": "17.10",
        "amc": "77.90",
        "patient": "0.00",
    }
    assert answered["class_a"]["complex"]["amc"] == "172.20"
    assert answered["class_b"]["simple"] == {
        "price": "370.00",
        "amo": "0.09",
        "amc": "250.00",
        "patient": "119.91",
    }
    assert set(answered["class_b"]) == {"simple", "complex", "very_complex"}


def test_a_desk_gets_scheme_fund_and_daily_charge():
    answered = ask(**DESK)
    assert (answered["scheme"], answered["fund"]) == ("01", "751")
    assert answered["daily_charge"]["general"] == {
        "price": "23.00",
        "amo": "0.00",
        "amc": "23.00",
        "patient": "0.00",
    }
    assert answered["daily_charge"]["psychiatry"]["price"] == "17.00"


def test_the_daily_charge_of_the_day_is_used():
    held = replace(OPEN, open_to="2030-01-01")
    contract = replace(CONTRACT, valid_from="2020-01-01")
    eve, day = (ask(held, contract, on=on, **DESK) for on in (date(2026, 2, 28), date(2026, 3, 1)))
    assert [answered["daily_charge"]["general"]["price"] for answered in (eve, day)] == ["20.00", "23.00"]


def test_one_answer_may_be_changed_without_changing_the_next():
    first = ask(**OPTICIAN)
    first["class_a"]["simple"]["amc"] = first["example"]["amc"] = "spoilt"
    again = ask(**OPTICIAN)
    assert (again["class_a"]["simple"]["amc"], again["example"]["amc"]) == ("77.90", "77.90")


def test_the_day_of_the_answer_is_the_day_asked():
    assert ask()["as_of"] == TODAY.isoformat()
