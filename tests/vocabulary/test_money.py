"""Money is whole cents, read exactly, written with two decimals, rounded half up."""

from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.vocabulary.money import ZERO, Money, floor

cents = st.integers(-(10**12), 10**12)


@pytest.mark.parametrize(
    ("written", "cents"),
    [
        ("30.00", 3000),
        ("26.5", 2650),
        (Decimal("0.05"), 5),
        (30, 3000),
        ("-1.20", -120),
        ("1e2", 10_000),
        ("0", 0),
    ],
)
def test_amounts_are_read_exactly(written, cents):
    assert Money.of(written) == Money(cents)


@pytest.mark.parametrize(
    "written", ["0.005", "1,50", "", "NaN", "Infinity", "-Infinity", "1e20", "abc", "1e-999999"]
)
def test_what_is_not_whole_cents_is_refused_without_repeating_it(written):
    with pytest.raises(ValueError, match=r"^amount$"):
        Money.of(written)


@given(cents)
def test_an_amount_survives_being_written_and_read(amount):
    money = Money(amount)
    assert Money.of(str(money)) == Money.of(money.euros) == money


@pytest.mark.parametrize(
    ("amount", "text"),
    [(0, "0.00"), (5, "0.05"), (3000, "30.00"), (-5, "-0.05"), (-120, "-1.20"), (123456789, "1234567.89")],
)
def test_an_amount_is_written_with_two_decimals(amount, text):
    assert str(Money(amount)) == text


@given(st.integers(0, 10**12), st.integers(0, 1000))
def test_percents_are_rounded_half_up_to_the_cent(amount, rate):
    exact = (Decimal(amount) * rate / 100).quantize(Decimal(1), rounding=ROUND_HALF_UP)
    assert Money(amount).percent(rate) == Money(int(exact))


def test_half_a_cent_goes_up():
    assert str(Money.of("0.05").percent(50)) == "0.03"
    assert str(Money.of("0.05").percent(49)) == "0.02"


@given(cents, cents)
def test_adding_and_taking_away(one, other):
    assert Money(one) + Money(other) - Money(other) == Money(one)
    assert (Money(one) < Money(other)) is (one < other)
    assert bool(Money(one)) is (one != 0)


def test_lines_times_their_number():
    assert Money.of("23") * 3 == Money.of("69")
    assert sum([Money.of("1.10")] * 3, ZERO) == Money.of("3.30")


@given(cents)
def test_nothing_is_below_the_floor(amount):
    assert floor(Money(amount)) == Money(max(0, amount))
