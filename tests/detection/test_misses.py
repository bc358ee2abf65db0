import pytest

from rempart.detection.entries import BY_CARD, NOT_FOUND, REFUSED
from tests.detection.checks import every_limit_counts, places, same_wherever_batches_end

_DAY = 86_400.0
_MISS = {"hit": 0, "reason": NOT_FOUND, "verdict": REFUSED}


def _typed(missed, gap=60.0, **row):
    return [{"after": gap * n} | row | (_MISS if miss else {}) for n, miss in enumerate(missed)]


def _colleagues(accounts, misses):
    """One organisation, one miss each in turn."""
    return [
        {"after": 60.0 * n, "account": 20 + n % accounts, "organisation": 99} | _MISS
        for n in range(accounts * misses)
    ]


CASES = {
    "guessing": (_typed([1] * 12), [6]),
    "a walk with gaps": (_typed([1, 1, 0] * 8), [10]),
    "two nights": (_typed([1] * 7 + [0] * 2) + [row | {"after": 8 * 3600.0} for row in _typed([1])], [6, 10]),
    "spread over colleagues": (_colleagues(6, 3), [10, 11, 12, 13, 14, 15]),
    "typing errors": (_typed([n % 30 == 0 for n in range(400)]), []),
    "one bad day": (_typed([1, 1, 1, 0, 0, 1, 0, 0, 0, 1, 0, 0]), []),
    "one wrong number again and again": (_typed([1] * 30, gap=90.0, person=-5), []),
    "a miss a week": (_typed([1] * 20, gap=7.5 * _DAY), []),
    "colleagues with one error each": (_colleagues(30, 1), []),
    "cards of nobody": (_typed([1] * 12, proof=BY_CARD), []),
    "refused before anybody was looked for": (_typed([1] * 12, cost=0), []),
}
CHANGED = {
    "misses": (7, "guessing"),
    "credit": (2, "a walk with gaps"),
    "shared": (14, "spread over colleagues"),
    "own": (3, "spread over colleagues"),
    "days": (10, "a miss a week"),
    "quiet": (12, "two nights"),
}


@pytest.mark.parametrize("case", CASES)
def test_it_speaks_where_it_should_and_nowhere_else(case):
    rows, expected = CASES[case]
    assert places("misses", rows) == expected


def test_where_batches_end_changes_nothing():
    same_wherever_batches_end("misses", CASES)


def test_every_limit_counts():
    every_limit_counts("misses", CASES, CHANGED)


def test_accounts_without_an_organisation_share_nothing():
    rows = [row | {"organisation": 0} for row in _colleagues(6, 3)]
    assert places("misses", rows) == []
