import numpy as np
import pytest

from rempart.detection.entries import BY_CARD
from tests.detection.checks import every_limit_counts, places, same_wherever_batches_end


def _asked(marks, gap=60.0, **row):
    """(month, commune) marks, one person after another."""
    return [
        {"after": gap * n, "prefix_month": month, "prefix_commune": commune} | row
        for n, (month, commune) in enumerate(marks)
    ]


def _class(children, seed):
    """One year, one commune; two sexes and twelve months, in the alphabet's order."""
    drawn = np.random.default_rng(seed).integers(1, 25, children)
    return _asked([(int(mark), 100 + int(mark)) for mark in drawn], gap=40.0)


_ELSEWHERE = [(1000 + n, 2000 + n) for n in range(100)]
CASES = {
    "an order walk": (_asked([(1, 11)] * 12), [4]),
    "a walk between others": (_asked([(1, 11) if n % 3 == 0 else _ELSEWHERE[n] for n in range(30)]), [19]),
    "from commune to commune": (_asked([(1, 100 + n) for n in range(12)]), [6]),
    "communes between others": (
        _asked([(1, 100 + n) if n % 2 == 0 else _ELSEWHERE[n] for n in range(30)]),
        [17],
    ),
    "one every ten hours": (_asked([(1, 11)] * 8, gap=36_000.0), []),
    "two days": (_asked([(1, 11)] * 5) + _asked([(1, 11)], gap=0.0, after=13 * 3600.0), [4, 6]),
    "triplets": (_asked([(1, 11)] * 3 + _ELSEWHERE), []),
    "a school's vaccination day": (_class(30, seed=5), []),
    "one person again": (_asked([(1, 11)] * 30, person=3), []),
    "cards of a maternity ward": (_asked([(1, 11)] * 12, proof=BY_CARD), []),
    "numbers without marks": (_asked([(0, 0)] * 12), []),
}
CHANGED = {
    "row": (5, "an order walk"),
    "same": (8, "a walk between others"),
    "month_row": (7, "from commune to commune"),
    "month_same": (10, "communes between others"),
    "hours": (48, "one every ten hours"),
    "quiet": (24, "two days"),
}


@pytest.mark.parametrize("case", CASES)
def test_it_speaks_where_it_should_and_nowhere_else(case):
    rows, expected = CASES[case]
    assert places("walk", rows) == expected


def test_where_batches_end_changes_nothing():
    same_wherever_batches_end("walk", CASES)


def test_every_limit_counts():
    every_limit_counts("walk", CASES, CHANGED)


def test_a_hundred_vaccination_days_are_hardly_ever_asked_to_step_up_and_once_at_most():
    said = [len(places("walk", _class(30, seed))) for seed in range(100)]
    assert max(said) <= 1
    assert sum(said) <= 5
