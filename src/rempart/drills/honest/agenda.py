"""Days as professionals know them: public holidays, seasons, the wave of flu, and when a local day begins."""

from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

import numpy as np
from dateutil.easter import easter
from numpy.typing import NDArray

from rempart.drills.honest.assumptions import by_profession, figure, figures, sections

SECOND = 1_000_000
"""Microseconds."""
MINUTE = 60 * SECOND
_FRANCE = ZoneInfo("Europe/Paris")
_FIXED = ((1, 1), (5, 1), (5, 8), (7, 14), (8, 15), (11, 1), (11, 11), (12, 25))
_AFTER_EASTER = (1, 39, 50)


@cache
def holidays(year: int) -> frozenset[date]:
    """The eleven public holidays of Code du travail, article L. 3133-1."""
    fixed = {date(year, month, day) for month, day in _FIXED}
    return frozenset(fixed | {easter(year) + timedelta(days=after) for after in _AFTER_EASTER})


def is_holiday(day: date) -> bool:
    return day in holidays(day.year)


def begins(day: date) -> int:
    """Microseconds since 1970 at which the local clock would show midnight, counted back from noon.

    On the two days on which clocks change it is the time of day from the morning on that comes out right.
    """
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=_FRANCE)
    return round(noon.timestamp()) * SECOND - 12 * 60 * MINUTE


def first_moment(day: date) -> int:
    """Microseconds since 1970 of true local midnight."""
    return round(datetime(day.year, day.month, day.day, tzinfo=_FRANCE).timestamp()) * SECOND


def demand(day: date) -> NDArray[np.float64]:
    """Of each profession, against an ordinary day: weekday, season, flu."""
    usual = figures("week", "factors")[day.weekday()] * figures("season", "factors")[day.month - 1]
    return np.asarray(usual * (1 + by_profession("flu") * flu(day)))


def flu(day: date) -> float:
    """0 to 1: how high the wave stands."""
    month, number = (int(part) for part in sections()["flu"]["peak"].split("-"))
    away = min(abs((day - date(year, month, number)).days) for year in (day.year, day.year + 1))
    return float(np.exp(-((away / figure("flu", "half_width_days")) ** 2) * np.log(2)))


def leave(day: date) -> float:
    """Probability that somebody is away in the week of this day."""
    monday = day - timedelta(days=day.weekday())
    return float(figures("leave", "factors")[monday.month - 1])
