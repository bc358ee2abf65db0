"""Birth dates as health insurance writes them: complete, incomplete (month or day 00) or lunar."""

import re

_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_FRENCH = re.compile(r"([0-9]{2})[\s/.\-]?([0-9]{2})[\s/.\-]?([0-9]{4})")
_YEARS = range(1880, 2101)
_LAST_MONTH = 99
"""A lunar or unknown date may carry a month or a day past the calendar."""


def parse_birth_date(text: str) -> str:
    """Read `1955-08-14`, `14/08/1955`, `14 08 1955` or `14081955`; give `YYYY-MM-DD`.

    Months and days of 00 or past the calendar are kept: they are on the person's card.
    Raises ValueError, without repeating the text, when it is no date at all.
    """
    text = text.strip()
    if found := _ISO.fullmatch(text):
        year, month, day = found.groups()
    elif found := _FRENCH.fullmatch(text):
        day, month, year = found.groups()
    else:
        raise ValueError("birth date")
    if int(year) not in _YEARS or int(month) > _LAST_MONTH:
        raise ValueError("birth date")
    return f"{year}-{month}-{day}"


def birth_month(iso: str) -> int | None:
    """Month 1 to 12 of an ISO birth date, or None when it is unknown or lunar."""
    month = int(iso[5:7])
    return month if 1 <= month <= 12 else None  # noqa: PLR2004  # months of a year
