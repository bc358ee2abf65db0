"""Rules that the golden cases do not reach: exemptions, ceilings, ages, renewals, guarantees."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.tariffs.rules.acts import KINDS, Act
from rempart.tariffs.rules.ages import age_on, later, within
from rempart.tariffs.rules.compulsory import rate_of
from rempart.tariffs.rules.examples import PAIRS_A, PAIRS_B, example, split_pair
from rempart.tariffs.rules.guarantees import UNITS, USUAL, Guarantee
from rempart.tariffs.rules.insured import Insured, insured_on
from rempart.tariffs.rules.ledger import EMPTY, Ledger
from rempart.tariffs.rules.renewal import renewal_from
from rempart.tariffs.rules.split import split
from rempart.vocabulary.cover import Contract, Rights
from rempart.vocabulary.money import ZERO, Money
from rempart.vocabulary.words import ActFamily, Profession
from tariffs.strategies import days, insured
from tariffs.test_golden_cases import TODAY, cover, line

ADULT = Insured(age=20)


def amc(lines, person, on=TODAY):
    return str(split(lines, person, on).amc)


def later_of(lines, person=ADULT, on=TODAY, taken=EMPTY):
    return str(split(lines, person, on, taken).later)


def test_guarantees_units_and_usual_amounts_name_the_same_codes():
    assert set(UNITS) == set(USUAL) == set(Guarantee)
    assert set(KINDS) == set(Act)


@pytest.mark.parametrize(
    ("act", "general", "local"),
    [
        (Act.MEDICINE_100, 100, 100),
        (Act.MEDICINE_65, 65, 90),
        (Act.MEDICINE_30, 30, 80),
        (Act.MEDICINE_15, 15, 15),
        (Act.DOCTOR, 70, 90),
        (Act.DENTAL_CARE, 60, 90),
        (Act.FRAME_A, 60, 90),
        (Act.HEARING_2, 60, 90),
    ],
)
def test_rates_of_the_general_and_local_schemes(act, general, local):
    rates = rate_of(act, ADULT, TODAY), rate_of(act, Insured(age=20, alsace_moselle=True), TODAY)
    assert rates == (general, local)


def test_dental_care_was_paid_at_70_percent_until_14_october_2023():
    crown = [line(Act.PROSTHESIS_FULL, "500", "120")]
    assert str(split(crown, ADULT, date(2023, 10, 14)).amo) == "84.00"
    assert str(split(crown, ADULT, date(2023, 10, 15)).amo) == "72.00"


def test_ame_pays_the_tariff_but_no_medicine_at_15_percent():
    bill = [line(Act.MEDICINE_65, "10"), line(Act.MEDICINE_15, "10"), line(Act.DAILY_CHARGE, "23")]
    result = split(bill, Insured(age=20, ame=True), TODAY)
    assert (str(result.amo), str(result.amc), str(result.patient)) == ("33.00", "0.00", "10.00")


def test_care_not_linked_to_the_long_illness_is_paid_as_any_other():
    assert str(split([line(Act.DOCTOR, "30")], Insured(age=20, ald=True), TODAY).amo) == "21.00"


def test_saying_linked_helps_nobody_without_a_recognised_illness():
    assert str(split([line(Act.DOCTOR, "30", linked=True)], ADULT, TODAY).amo) == "21.00"


def test_a_long_illness_does_not_pay_the_daily_charge():
    assert (
        str(split([line(Act.DAILY_CHARGE, "23", linked=True)], Insured(age=20, ald=True), TODAY).amo)
        == "0.00"
    )


@pytest.mark.parametrize(("age", "amo"), [(0, "21.00"), (16, "9.00"), (None, "9.00")])
def test_the_care_path_binds_from_sixteen_and_the_unknown_age(age, amo):
    assert str(split([line(Act.DOCTOR, "30", in_path=False)], Insured(age=age), TODAY).amo) == amo


@pytest.mark.parametrize("guarantee", [100, 200, 400])
def test_no_guarantee_of_a_responsible_contract_pays_the_penalty(guarantee):
    person = Insured(age=20, cover=cover(consultation=guarantee))
    assert amc([line(Act.DOCTOR, "30", in_path=False)], person) == "9.00"


def test_a_contract_that_is_not_responsible_may_pay_the_penalty():
    bill = [line(Act.DOCTOR, "30", in_path=False)]
    assert amc(bill, Insured(age=20, cover=cover(responsible=False, consultation=100))) == "21.00"


def test_c2s_pays_baskets_and_daily_charge_but_no_excess():
    c2s = Insured(age=20, c2s=True)
    assert amc([line(Act.FRAME_A, "30", "9")], c2s) == "24.60"
    assert amc([line(Act.DAILY_CHARGE, "23")], c2s) == "23.00"
    assert amc([line(Act.FRAME_B, "150", "0.05")], c2s) == "0.02"
    assert amc([line(Act.DOCTOR, "50", "30")], c2s) == "9.00"


def test_without_contract_the_patient_pays_the_co_payment():
    result = split([line(Act.DOCTOR, "30")], ADULT, TODAY)
    assert (str(result.amc), str(result.patient)) == ("0.00", "9.00")


def test_a_responsible_contract_pays_the_co_payment_even_where_it_is_silent():
    assert amc([line(Act.DENTAL_CARE, "30")], Insured(age=20, cover=cover())) == "12.00"
    assert amc([line(Act.MEDICINE_15, "10")], Insured(age=20, cover=cover())) == "0.00"


@pytest.mark.parametrize(
    ("lenses", "ceiling"),
    [
        ((Act.LENS_B_SIMPLE, Act.LENS_B_SIMPLE), "420.00"),
        ((Act.LENS_B_SIMPLE, Act.LENS_B_COMPLEX), "560.00"),
        ((Act.LENS_B_SIMPLE, Act.LENS_B_VERY_COMPLEX), "610.00"),
        ((Act.LENS_B_COMPLEX, Act.LENS_B_COMPLEX), "700.00"),
        ((Act.LENS_B_COMPLEX, Act.LENS_B_VERY_COMPLEX), "750.00"),
        ((Act.LENS_B_VERY_COMPLEX, Act.LENS_B_VERY_COMPLEX), "800.00"),
    ],
)
def test_ceilings_of_a_responsible_class_b_pair(lenses, ceiling):
    generous = cover(
        optics_frame=99_999, optics_simple=99_999, optics_complex=99_999, optics_very_complex=99_999
    )
    bill = [line(Act.FRAME_B, "900", "0.05"), *(line(lens, "900", "0.05") for lens in lenses)]
    assert amc(bill, Insured(age=20, cover=generous)) == ceiling


def test_a_class_b_frame_is_paid_at_most_100_euros_and_inside_the_pair():
    generous = cover(optics_frame=15_000, optics_simple=30_000)
    frame = line(Act.FRAME_B, "200", "0.05")
    lens = line(Act.LENS_B_SIMPLE, "200", "0.05")
    assert amc([frame], Insured(age=20, cover=generous)) == "100.00"
    assert amc([frame, lens, lens], Insured(age=20, cover=generous)) == "300.00"


def test_class_ii_hearing_aids_are_paid_at_most_1700_euros_by_both_insurers():
    generous = Insured(age=20, cover=cover(hearing_aid=500_000))
    result = split([line(Act.HEARING_2, "3000", "400")], generous, TODAY)
    assert str(result.amo + result.amc) == "1700.00"


def test_above_the_price_of_its_basket_a_good_is_not_paid_whole():
    person = Insured(age=20, cover=cover())
    assert amc([line(Act.FRAME_A, "45", "9")], person) == "24.60"


def test_participation_stops_at_four_acts_a_day_and_fifty_euros_a_year():
    visits = [line(Act.DOCTOR, "30")] * 6
    assert later_of(visits) == "8.00"
    assert later_of(visits, taken=Ledger(participation=Money.of("47"))) == "3.00"
    assert later_of(visits, taken=Ledger(franchise=Money.of("50"))) == "8.00"


def test_franchises_are_per_box_act_and_transport():
    assert later_of([line(Act.MEDICINE_65, "10")] * 7) == "7.00"
    assert later_of([line(Act.PARAMEDICAL, "10")] * 7) == "4.00"
    assert later_of([line(Act.TRANSPORT, "60")] * 3) == "8.00"
    assert later_of([line(Act.MEDICINE_65, "10")] * 7, taken=Ledger(franchise=Money.of("46"))) == "4.00"


def test_dentists_midwives_and_opticians_owe_no_participation():
    assert (
        later_of([line(Act.DENTAL_CARE, "30"), line(Act.MIDWIFE, "26.50"), line(Act.FRAME_A, "30", "9")])
        == "0.00"
    )


@pytest.mark.parametrize(
    ("day", "later"), [(date(2024, 5, 14), "1.00"), (date(2024, 5, 15), "2.00")], ids=["eve", "day"]
)
def test_participation_doubled_on_15_may_2024(day, later):
    assert later_of([line(Act.DOCTOR, "26.50")], on=day) == later


@pytest.mark.parametrize(
    ("birth", "on", "age"),
    [
        ("2006-11-24", TODAY, 19),
        ("2006-11-23", TODAY, 20),
        ("1955-00-00", TODAY, 71),
        ("1955-13-45", TODAY, 71),
        ("2008-12-00", TODAY, 17),
        ("2008-02-31", TODAY, 18),
        ("2024-02-29", date(2025, 2, 28), 0),
        ("2024-02-29", date(2025, 3, 1), 1),
        ("2027-01-01", TODAY, 0),
        ("0000-00-00", TODAY, None),
        ("nonsense", TODAY, None),
        ("", TODAY, None),
    ],
)
def test_ages_from_complete_incomplete_and_lunar_birth_dates(birth, on, age):
    assert age_on(birth, on) == age


@given(st.text(), days)
def test_no_birth_date_makes_a_rule_fail(text, on):
    assert age_on(text, on) is None or age_on(text, on) >= 0
    renewal_from("2025-01-01", text)
    renewal_from(text, "1980-01-01")


@given(st.dates(date(1900, 1, 1), date(9000, 1, 1)), st.integers(0, 48))
def test_months_later_never_skips_a_month(day, months):
    moved = later(day, months)
    assert (moved.year * 12 + moved.month) - (day.year * 12 + day.month) == months
    assert moved.day == day.day or (moved.day < day.day and (moved.replace(day=28) != moved or day.day > 28))


@pytest.mark.parametrize(
    ("birth", "last", "first_day"),
    [
        ("1980-01-01", "2025-03-10", "2027-03-10"),
        ("1980-01-01", "2024-02-29", "2026-02-28"),
        ("2015-06-01", "2025-03-10", "2026-03-10"),
        ("2022-06-01", "2025-03-10", "2025-09-10"),
        ("2019-06-01", "2025-03-10", "2026-03-10"),
        ("2010-03-10", "2025-03-10", "2027-03-10"),
        ("2010-03-11", "2025-03-10", "2026-03-10"),
        ("2010-00-00", "2025-03-10", "2027-03-10"),
        (None, "2025-03-10", "2027-03-10"),
    ],
    ids=[
        "adult",
        "leap",
        "child",
        "infant",
        "turns six",
        "turns sixteen",
        "eve of sixteen",
        "incomplete",
        "unknown",
    ],
)
def test_renewal_of_spectacles_by_age(birth, last, first_day):
    assert str(renewal_from(last, birth)) == first_day


@pytest.mark.parametrize("last", [None, "", "2025-00-00", "9999-12-31"])
def test_no_renewal_date_without_a_readable_last_pair(last):
    assert renewal_from(last, "1980-01-01") is None


@pytest.mark.parametrize(
    ("since", "until", "inside"),
    [
        (None, None, True),
        ("2026-11-23", "2026-11-23", True),
        ("2026-11-24", None, False),
        (None, "2026-11-22", False),
        ("2026-13-01", None, None),
        (None, "soon", None),
    ],
)
def test_periods_include_both_ends_and_an_unreadable_end_is_unknown(since, until, inside):
    assert within(TODAY, since, until) is inside


def rights(**fields):
    return Rights(state="open", **fields)


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"ald_from": "2026-11-23"}, "ald"),
        ({"ald_from": "2026-11-24"}, None),
        ({"ald_from": "2020-01-01", "ald_to": "2026-11-22"}, None),
        ({"ald_to": "2030-01-01"}, None),
        ({"c2s": "with", "c2s_to": "2026-11-23"}, "c2s"),
        ({"c2s": "without"}, "c2s"),
        ({"c2s": "with", "c2s_to": "2026-11-22"}, None),
        ({"c2s": "no"}, None),
        ({"ame_to": "2026-11-23"}, "ame"),
        ({"ame_to": "2026-11-22"}, None),
    ],
)
def test_standings_hold_inside_their_dates_only(fields, expected):
    person = insured_on(rights(**fields), None, "1980-01-01", TODAY)
    assert [name for name in ("ald", "c2s", "ame") if getattr(person, name)] == (
        [expected] if expected else []
    )


@pytest.mark.parametrize(("valid_to", "known"), [("2026-11-23", True), ("2026-11-22", False), ("?", False)])
def test_a_contract_counts_inside_its_dates_only(valid_to, known):
    contract = Contract("00012345", "Insurer", "7", valid_to=valid_to, guarantees={"consultation": 100})
    assert (insured_on(rights(), contract, None, TODAY).cover is not None) is known


def test_a_code_nobody_knows_promises_nothing():
    contract = Contract("00012345", "Insurer", "7", responsible=False, guarantees={"spa": 500})
    assert amc([line(Act.DOCTOR, "30")], insured_on(rights(), contract, None, TODAY)) == "0.00"


@given(st.sampled_from(list(ActFamily)), st.sampled_from(list(Profession)), insured, days)
def test_every_family_has_an_example_that_adds_up(family, profession, person, on):
    shown = example(family, profession, person, on)
    assert shown.label
    assert shown.parts.price > ZERO
    assert shown.parts.amo + shown.parts.amc + shown.parts.patient == shown.parts.price


def test_a_midwifes_consultation_is_not_a_doctors():
    shown = example(ActFamily.CONSULTATION, Profession.MIDWIFE, ADULT, TODAY)
    assert (str(shown.parts.price), str(shown.parts.later), shown.amo_rate) == ("26.50", "0.00", 70)


def test_pairs_of_both_classes_cost_what_they_should():
    prices = {
        lens: str(split_pair(lens, ADULT, TODAY).price) for lens in (*PAIRS_A.values(), *PAIRS_B.values())
    }
    assert prices == {
        "lens_a_simple": "95.00",
        "lens_a_complex": "210.00",
        "lens_b_simple": "370.00",
        "lens_b_complex": "630.00",
        "lens_b_very_complex": "730.00",
    }
