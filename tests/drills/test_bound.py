"""The bound that a replay is judged by follows from the published limits alone."""

import pytest

from rempart.drills.rules.bound import bound, limit_of, most
from rempart.vocabulary.words import Meter

PUBLISHED = {
    (1, "pharmacist", 0): (10, 30, 60, 400),
    (1, "pharmacist", 3): (20, 60, 120, 800),
    (1, "optician", 0): (5, 15, 30, 300),
    (1, "*", 2): (1, 3, 5, 30),
    (4, "*", 0): (None, 300, None, None),
    (4, "*", 2): (None, 100, None, None),
}
WITHOUT_BREAKER = {key: amounts for key, amounts in PUBLISHED.items() if key[0] != 4}


def test_one_account_sees_an_hours_unproven_and_overdraft():
    assert bound(PUBLISHED, ["pharmacist"], 20).total == 30 + 3


def test_nineteen_accounts_see_no_more_than_the_breaker_lets_through():
    found = bound(PUBLISHED, ["pharmacist"] * 19, 20)
    assert (found.unproven, found.present) == (300, 19 * 3)
    assert bound(WITHOUT_BREAKER, ["pharmacist"] * 19, 20).total == 19 * 33


def test_each_account_counts_with_its_own_profession():
    assert bound(PUBLISHED, ["pharmacist", "optician"], 20).total == (30 + 3) + (15 + 3)


def test_the_breaker_bounds_the_overdraft_apart():
    assert bound(PUBLISHED, ["pharmacist"] * 50, 20).total == 300 + 100


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (1, 30),
        (3_299, 30),
        (3_300, 60),  # a sliding hour may cover no more than its eleven whole buckets: two of them fit
        (86_399, 120),  # the day is tighter than so many hours, and two days were touched
        (30 * 86_400, 800),  # two windows of thirty days
    ],
)
def test_a_longer_attack_touches_more_windows(seconds, expected):
    assert most(PUBLISHED[1, "pharmacist", 0], seconds) == expected


def test_known_persons_add_a_limit_of_their_own_within_the_same_breaker():
    assert bound(WITHOUT_BREAKER, ["pharmacist"], 20, known=True).total == 30 + 60 + 3
    assert bound(PUBLISHED, ["pharmacist"] * 19, 20, known=True).unproven == 300


def test_a_profession_without_a_published_limit_is_no_zero():
    with pytest.raises(KeyError):
        limit_of(PUBLISHED, "astrologer", Meter.UNPROVEN)
