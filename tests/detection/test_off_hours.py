import pytest

from rempart.detection.entries import BY_CARD
from tests.detection.checks import every_limit_counts, places, same_wherever_batches_end

_HOUR, _DAY = 3600.0, 86_400.0
_NOON = 12 * _HOUR
"""`after` counts from Monday noon, UTC."""


def _moment(day, hour):
    return day * _DAY + hour * _HOUR - _NOON


def _work(days=26, hours=(8, 10, 14, 16), **row):
    """Cards read from Monday to Friday. Persons far from those asked for at night."""
    return [
        {"after": _moment(day, hour), "proof": BY_CARD, "person": 10_000 + 10 * day + hour} | row
        for day in range(days)
        if day % 7 < 5
        for hour in hours
    ]


def _night(day, persons, gap=600.0, **row):
    return [{"after": _moment(day, 1) + gap * n, "person": 100 * day + n + 1} | row for n in range(persons)]


def _with(*parts):
    return sorted((row for part in parts for row in part), key=lambda row: row["after"])


_LEARNED = 80
"""Cards that `_work()` reads."""
CASES = {
    "a night": (_with(_work(), _night(26, 9)), [_LEARNED + 5]),
    "a Sunday's noon": (
        _with(_work(), [row | {"after": row["after"] + 10 * _HOUR} for row in _night(27, 9)]),
        [_LEARNED + 5],
    ),
    "two nights": (_with(_work(), _night(26, 6), _night(27, 6)), [_LEARNED + 5, _LEARNED + 11]),
    "one every three hours of a weekend": (_with(_work(), _night(26, 8, gap=5 * _HOUR)), []),
    "an urgent call": (_with(_work(), _night(26, 2)), []),
    "night duty with its first card": (
        _with(_work(), _night(26, 1, proof=BY_CARD), _night(26, 12, gap=300.0)),
        [],
    ),
    "a hospital's early batch": (
        _with(_work(), [row | {"proof": 3 * (n % 2)} for n, row in enumerate(_night(26, 40, gap=40.0))]),
        [],
    ),
    "a colleague on night duty": (_with(_work(), _work(account=8, hours=(23, 1, 3)), _night(28, 9)), []),
    "an account without a history": (_night(26, 40), []),
    "ten days of history": (_with(_work(days=10, hours=range(8, 17)), _night(10, 9)), []),
    "thirty cards": (_with(_work(hours=(8,)), _work(days=10, hours=(14,)), _night(26, 9)), []),
    "a little before opening": (
        _with(_work(), [row | {"after": row["after"] + 6.1 * _HOUR} for row in _night(28, 9, gap=60.0)]),
        [],
    ),
    "two accounts of one organisation": (
        _with(_work(), [row | {"account": 7 + n % 2} for n, row in enumerate(_night(26, 8))]),
        [_LEARNED + n for n in (5, 6, 7, 8)],
    ),
    "an account without an organisation": (_with(_work(organisation=0), _night(26, 9, organisation=0)), []),
    "one person again": (_with(_work(), _night(26, 9, person=3)), []),
}
CHANGED = {
    "persons": (6, "a night"),
    "within": (40, "one every three hours of a weekend"),
    "days": (8, "ten days of history"),
    "cards": (20, "thirty cards"),
    "quiet": (30, "two nights"),
}


@pytest.mark.parametrize("case", CASES)
def test_it_speaks_where_it_should_and_nowhere_else(case):
    rows, expected = CASES[case]
    assert places("off_hours", rows) == expected


def test_where_batches_end_changes_nothing():
    same_wherever_batches_end("off_hours", CASES)


def test_every_limit_counts():
    every_limit_counts("off_hours", CASES, CHANGED)


def test_hours_that_are_not_worked_for_two_months_are_forgotten():
    once = _night(4, 1, proof=BY_CARD)
    rows = _with(once, _work(days=61), _night(63, 9))
    assert places("off_hours", rows) == [len(rows) - 4]
    assert places("off_hours", _with(once, _work(), _night(28, 9))) == []
