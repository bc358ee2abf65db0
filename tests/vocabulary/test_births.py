"""Birth dates as they stand on cards: complete, incomplete, lunar; the text is never repeated."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.vocabulary.births import birth_month, parse_birth_date


@pytest.mark.parametrize(
    ("written", "iso"),
    [
        ("1955-08-14", "1955-08-14"),
        ("14/08/1955", "1955-08-14"),
        ("14 08 1955", "1955-08-14"),
        ("14.08.1955", "1955-08-14"),
        ("14-08-1955", "1955-08-14"),
        ("14081955", "1955-08-14"),
        (" 1955-08-14\n", "1955-08-14"),
        ("1955-00-00", "1955-00-00"),
        ("00/00/1955", "1955-00-00"),
        ("1955-15-40", "1955-15-40"),
        ("1955-99-99", "1955-99-99"),
    ],
)
def test_birth_dates_are_read_as_written_on_cards(written, iso):
    assert parse_birth_date(written) == iso


@pytest.mark.parametrize(
    "written",
    [
        "",
        "1955",
        "1955-8-14",
        "55-08-14",
        "14/08/55",
        "1879-01-01",
        "2101-01-01",
        "0000-00-00",
        "1955-08-14T00:00",
    ],
)
def test_what_is_no_birth_date_is_refused(written):
    with pytest.raises(ValueError, match=r"^birth date$"):
        parse_birth_date(written)


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused_and_never_repeated(text):
    try:
        iso = parse_birth_date(text)
    except ValueError as error:
        assert error.args == ("birth date",)  # noqa: PT017  # the text must not be in it
    else:
        assert parse_birth_date(iso) == iso


@given(st.text(alphabet="0123456789٠١٢٣²③-/ .", max_size=12))
def test_a_birth_date_that_is_read_is_ascii(text):
    try:
        iso = parse_birth_date(text)
    except ValueError:
        return
    assert iso.isascii()
    assert len(iso) == len("1955-08-14")


@given(st.integers(1880, 2100), st.integers(0, 99), st.integers(0, 99))
def test_both_spellings_mean_the_same_day(year, month, day):
    assert parse_birth_date(f"{day:02d}/{month:02d}/{year}") == parse_birth_date(
        f"{year}-{month:02d}-{day:02d}"
    )


@pytest.mark.parametrize(
    ("iso", "month"),
    [("1955-08-14", 8), ("1955-01-00", 1), ("1955-12-31", 12), ("1955-00-00", None), ("1955-13-01", None)],
)
def test_months_that_are_unknown_or_lunar_have_no_number(iso, month):
    assert birth_month(iso) == month
