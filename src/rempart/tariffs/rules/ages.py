"""Ages and periods from dates as health insurance writes them, incomplete and lunar ones included.

When a month or a day is unknown, the person is taken as born on the first possible day, that is as
old as they can be: every age rule here favours the young, so nothing is promised that may be refused.
"""

from datetime import date

_MONTHS = 12


def earliest_birth(birth_date: str) -> date | None:
    """First calendar day that an ISO birth date can mean, or None when even the year is unreadable."""
    try:
        return date.fromisoformat(birth_date)
    except ValueError:
        return _earliest_of(birth_date)


def _earliest_of(incomplete: str) -> date | None:
    try:
        year, month, _day = (int(part) for part in incomplete.split("-"))
        return date(year, month if 1 <= month <= _MONTHS else 1, 1)
    except ValueError:
        return None


def age_on(birth_date: str, on: date) -> int | None:
    """Complete years on a day, never below 0; None when the birth date says nothing."""
    born = earliest_birth(birth_date)
    if born is None:
        return None
    return max(0, on.year - born.year - ((on.month, on.day) < (born.month, born.day)))


def later(day: date, months: int) -> date:
    """The same day so many months later; the month's last day where it has no such day."""
    year, month = divmod(day.year * _MONTHS + day.month - 1 + months, _MONTHS)
    following = date(year + (month + 1) // _MONTHS, (month + 1) % _MONTHS + 1, 1)
    last = (following - date(year, month + 1, 1)).days
    return date(year, month + 1, min(day.day, last))


def within(on: date, since: str | None, until: str | None) -> bool | None:
    """Is the day inside these bounds, both included? None when a bound cannot be read as a date."""
    try:
        begun = since is None or date.fromisoformat(since) <= on
        return begun and (until is None or on <= date.fromisoformat(until))
    except ValueError:
        return None
