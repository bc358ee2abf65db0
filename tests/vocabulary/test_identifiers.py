"""RPPS, FINESS and AMC numbers: shape and key; whatever is typed, the text is never repeated."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.vocabulary import finess, rpps
from rempart.vocabulary.amc import parse_amc
from rempart.vocabulary.finess import parse_finess
from rempart.vocabulary.rpps import parse_rpps

READERS = [(parse_rpps, {"rpps", "rpps key"}), (parse_finess, {"finess", "finess key"}), (parse_amc, {"amc"})]


@pytest.mark.parametrize(
    "written", ["10003461033", "99700237045", " 10003461033 ", "810003461033", "899700237045"]
)
def test_rpps_of_public_examples_are_read(written):
    assert parse_rpps(written) == written.strip()[-11:]


@pytest.mark.parametrize("written", ["750712184", "690781810", "1750712184"])
def test_finess_of_two_university_hospitals_are_read(written):
    assert parse_finess(written) == written[-9:]


def test_national_identifiers_come_back_as_they_went():
    assert parse_rpps(rpps.national_id("10003461033")) == "10003461033"
    assert parse_finess(finess.national_id("750712184")) == "750712184"


@pytest.mark.parametrize("place", range(9))
def test_one_wrong_digit_breaks_the_key_of_a_finess(place):
    wrong = "750712184"[:place] + str((int("750712184"[place]) + 1) % 10) + "750712184"[place + 1 :]
    with pytest.raises(ValueError, match=r"^finess key$"):
        parse_finess(wrong)


@pytest.mark.parametrize("place", range(11))
def test_one_wrong_digit_breaks_the_key_of_an_rpps_only_where_it_is_checked(place):
    good = "99700237045"
    wrong = good[:place] + str((int(good[place]) + 1) % 10) + good[place + 1 :]
    with pytest.raises(ValueError, match=r"^rpps key$"):
        parse_rpps(wrong, check_key=True)
    assert parse_rpps(wrong) == wrong


def test_a_published_example_without_a_right_key_is_taken_unless_the_key_is_asked_for():
    assert parse_rpps("10003461033") == "10003461033"
    with pytest.raises(ValueError, match=r"^rpps key$"):
        parse_rpps("10003461033", check_key=True)


def test_a_corsican_finess_is_known_by_its_shape_alone():
    assert parse_finess("2a0000022") == "2A0000022"


def test_a_test_finess_with_a_wrong_key_passes_unchecked():
    assert parse_finess("750000018", check_key=False) == "750000018"


@pytest.mark.parametrize(
    ("written", "number"),
    [("00099901", "00099901"), ("000 999 012", "000999012"), ("0009\u00a09901", "00099901")],
)
def test_an_amc_number_keeps_its_leading_zeros(written, number):
    assert parse_amc(written) == number


@pytest.mark.parametrize("written", ["", "1234567", "1234567890", "1234567A", "٠١٢٣٤٥٦٧", "+1234567"])
def test_what_is_no_amc_number_is_refused(written):
    with pytest.raises(ValueError, match=r"^amc$"):
        parse_amc(written)


@pytest.mark.parametrize(("read", "codes"), READERS, ids=["rpps", "finess", "amc"])
@given(st.one_of(st.text(max_size=20), st.text(alphabet="0123456789AB٠² ", max_size=13)))
def test_any_text_is_read_or_refused_and_never_repeated(read, codes, text):
    try:
        number = read(text)
    except ValueError as error:
        assert error.args[0] in codes  # noqa: PT017  # the text must not be in it
        assert len(error.args) == 1  # noqa: PT017
    else:
        assert number.isascii()
        assert number.isalnum()
