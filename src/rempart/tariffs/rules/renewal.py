"""When spectacles may be renewed at the insurers' charge.

Source: CSS, art. R. 871-2, 3° and the list of products and services (order of 3 December 2018): one
pair every two years, every year from 6 to 15 years of age, every six months before 6. The age is the
one on the day of the new pair. A change of sight shortens it on prescription: that is for the
optician to see, not for this rule.
"""

from datetime import date

from rempart.tariffs.rules.ages import age_on, later

_PERIODS = ((6, 6), (16, 12))
"""(before this age, months), the shortest first."""
_ADULT = 24


def renewal_from(last_pair: str | None, birth_date: str | None) -> date | None:
    """First day of a new pair; None when no pair is known of. An unknown age counts as adult."""
    if not last_pair:
        return None
    try:
        return _earliest(date.fromisoformat(last_pair), birth_date)
    except ValueError:
        return None


def _earliest(last: date, birth_date: str | None) -> date:
    for below, months in _PERIODS:
        day = later(last, months)
        age = age_on(birth_date, day) if birth_date else None
        if age is None:
            break
        if age < below:
            return day
    return later(last, _ADULT)
