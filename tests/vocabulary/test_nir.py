"""NIR: shape, month, key; whatever is typed, the text is never repeated."""

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rempart.vocabulary.nir import Nir, NirError, parse

KNOWN = [
    ("255081416802538", "2550814168025", "14"),
    ("1 84 12 76 451 089 46", "1841276451089", "76"),
    ("1890699999001", "1890699999001", "99"),
]
"""The first two are the number printed in handbooks and Wikipedia's, with keys that others computed."""


def key_of(number):
    digits = number[:5] + number[5:7].replace("2A", "19").replace("2B", "18") + number[7:]
    return f"{97 - int(digits) % 97:02d}"


numbers = st.builds(
    "{}{:02d}{:02d}{}{:06d}".format,
    st.integers(1, 8),
    st.integers(0, 99),
    st.one_of(st.integers(1, 12), st.integers(20, 42), st.integers(50, 99)),
    st.one_of(st.sampled_from(["2A", "2B", "97", "99"]), st.integers(1, 95).map("{:02d}".format)),
    st.integers(0, 999_999),
)


@pytest.mark.parametrize(("written", "number", "department"), KNOWN)
def test_known_numbers_are_read(written, number, department):
    nir = parse(written)
    assert (nir.number, nir.department) == (number, department)


def test_known_keys():
    assert parse("2550814168025").key == "38"
    assert parse("1841276451089").key == "46"


@given(numbers)
def test_the_key_is_97_less_the_number_modulo_97(number):
    assert parse(number).key == key_of(number)
    assert parse(number + key_of(number)) == Nir(number)


@given(numbers, st.integers(1, 96))
def test_any_other_key_is_refused_unless_unchecked(number, shift):
    wrong = f"{(int(key_of(number)) + shift - 1) % 97 + 1:02d}"
    with pytest.raises(NirError) as caught:
        parse(number + wrong)
    assert caught.value.code == "key"
    assert parse(number + wrong, check_key=False) == Nir(number)


@given(numbers, st.integers(0, 12), st.integers(0, 9))
def test_one_wrong_digit_never_passes_the_key(number, place, digit):
    assume(number[place].isdigit() and number[place] != str(digit))
    changed = number[:place] + str(digit) + number[place + 1 :]
    with pytest.raises(NirError):
        parse(changed + key_of(number))


@given(numbers, st.lists(st.tuples(st.integers(0, 15), st.sampled_from(" .-\u00a0\u202f\t")), max_size=6))
def test_spaces_and_points_change_nothing(number, breaks):
    written = number + key_of(number)
    for place, mark in breaks:
        written = written[:place] + mark + written[place:]
    assert parse(written.lower()) == Nir(number)


@pytest.mark.parametrize("month", ["00", "13", "19", "43", "49"])
def test_months_outside_the_calendar_and_insees_ranges_are_refused(month):
    with pytest.raises(NirError) as caught:
        parse(f"255{month}14168025")
    assert caught.value.code == "month"


@pytest.mark.parametrize("month", ["01", "12", "20", "30", "42", "50", "99"])
def test_months_of_incomplete_civil_status_are_kept(month):
    assert parse(f"255{month}14168025").number[3:5] == month


@pytest.mark.parametrize(
    ("number", "department"),
    [
        ("2550897411025", "974"),
        ("2550898731025", "987"),
        ("255082A168025", "2A"),
        ("255082B168025", "2B"),
        ("2550899168025", "99"),
    ],
)
def test_departments_of_birth(number, department):
    assert parse(number).department == department


def test_prefixes_are_the_first_seven_and_ten_characters():
    nir = parse("255082A168025")
    assert (nir.month_prefix, nir.commune_prefix) == ("255082A", "255082A168")


@given(st.text(max_size=40))
def test_any_text_is_read_or_refused_and_never_repeated(text):
    try:
        nir = parse(text)
    except NirError as error:
        assert error.args == (error.code,)  # noqa: PT017  # the text must not be in it
        assert error.code in {"shape", "month", "key"}  # noqa: PT017
    else:
        assert re.fullmatch(r"[1-8]\d{4}(\d\d|2[AB])\d{6}", nir.number, re.ASCII)


@given(st.text(alphabet="0123456789AB٠١²③ -", max_size=20))
def test_digits_of_other_scripts_are_never_taken_for_digits(text):
    try:
        nir = parse(text)
    except NirError:
        return
    assert nir.number.isascii()
    assert nir.key.isdigit()


@given(numbers)
def test_no_representation_shows_the_number(number):
    nir = Nir(number)
    assert number not in f"{nir!r} {nir} {[nir]} {nir!s}"
    assert number[:7] not in repr({"nir": nir})
