"""What holds for every bill and every person, whatever the figures are."""

import random
from dataclasses import replace

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rempart.tariffs.errors import NotOneBillError
from rempart.tariffs.rules.acts import Act
from rempart.tariffs.rules.bill import Line
from rempart.tariffs.rules.guarantees import Guarantee
from rempart.tariffs.rules.insured import Cover
from rempart.tariffs.rules.ledger import Ledger
from rempart.tariffs.rules.split import split
from rempart.vocabulary.money import ZERO, Money
from tariffs.strategies import amounts_of, bills, days, guarantees, insured, money


@given(bills(), insured, days)
def test_parts_are_never_negative_and_add_up_to_the_price(bill, person, on):
    result = split(bill, person, on)
    assert min(result.amo, result.tm, result.amc, result.patient, result.later) >= ZERO
    assert result.amo + result.amc + result.patient == result.price


@given(bills(), insured, days)
def test_the_two_insurers_never_pay_more_than_the_price(bill, person, on):
    result = split(bill, person, on)
    assert result.amo + result.amc <= result.price


@given(bills(), insured, days)
def test_scheme_and_co_payment_make_up_the_base(bill, person, on):
    result = split(bill, person, on)
    assert result.amo + result.tm == sum((min(line.base, line.price) for line in bill), ZERO)


@given(bills(), insured, days, st.integers(0, 2**32))
def test_the_order_of_the_lines_changes_nothing(bill, person, on, seed):
    shuffled = list(bill)
    random.Random(seed).shuffle(shuffled)
    assert split(shuffled, person, on) == split(bill, person, on)


@given(bills(), insured, days, guarantees, st.sampled_from(list(Guarantee)), st.data(), st.booleans())
def test_a_better_guarantee_never_pays_less(bill, person, on, promised, code, data, responsible):
    raised = promised | {code: promised.get(code, 0) + data.draw(amounts_of(code))}
    poor, rich = (Cover(responsible, frozenset(chosen.items())) for chosen in (promised, raised))
    assert (
        split(bill, replace(person, cover=poor), on).amc <= split(bill, replace(person, cover=rich), on).amc
    )


@given(bills(), insured, days)
def test_a_responsible_contract_pays_no_less_than_the_same_one_without_guarantees(bill, person, on):
    assume(person.cover is not None)
    bare = replace(person, cover=Cover(person.cover.responsible))
    assert split(bill, bare, on).amc <= split(bill, person, on).amc


@given(bills(), insured, days)
def test_what_is_owed_later_never_exceeds_what_the_scheme_paid(bill, person, on):
    result = split(bill, person, on)
    assert result.later <= result.amo


@given(bills(), insured, days)
def test_the_exempt_owe_nothing_later(bill, person, on):
    assume(person.ame or person.c2s or person.late_pregnancy or (person.age is not None and person.age < 18))
    assert split(bill, person, on).later == ZERO


@given(bills(), insured, days, money, money)
def test_a_year_never_takes_more_than_its_caps(bill, person, on, participation, franchise):
    cap = Money.of("50")
    taken = Ledger(min(participation, cap), min(franchise, cap))
    assert split(bill, person, on, taken).later + taken.total <= cap + cap


@given(bills(), insured, days)
def test_leaving_the_care_path_is_paid_by_nobody_but_the_patient(bill, person, on):
    assume(person.cover is None or person.cover.responsible)
    inside = split([replace(line, in_path=True) for line in bill], person, on)
    outside = split([replace(line, in_path=False) for line in bill], person, on)
    assert outside.amo <= inside.amo
    assert outside.amc == inside.amc


@pytest.mark.parametrize(
    "bill",
    [
        [Line(Act.FRAME_A, ZERO, ZERO), Line(Act.FRAME_B, ZERO, ZERO)],
        [Line(Act.LENS_A, ZERO, ZERO)] * 3,
        [Line(Act.DOCTOR, Money(-1), ZERO)],
        [Line(Act.DOCTOR, ZERO, Money(-1))],
    ],
    ids=["two frames", "three lenses", "price below zero", "base below zero"],
)
@given(insured, days)
def test_what_is_not_one_bill_is_refused(bill, person, on):
    with pytest.raises(NotOneBillError):
        split(bill, person, on)
