"""The cases of the detectors of rhythm, numbers and care notice a loop that was changed."""

import pytest

from tests.detection import (
    test_bought_list,
    test_debt,
    test_misses,
    test_odometer,
    test_off_hours,
    test_pace,
    test_walk,
)
from tests.detection.checks import mutated, places

_CASES = {
    "pace": test_pace.CASES,
    "misses": test_misses.CASES,
    "walk": test_walk.CASES,
    "bought_list": test_bought_list.CASES,
    "debt": test_debt.CASES,
    "off_hours": test_off_hours.CASES,
    "odometer": test_odometer.CASES,
}
MUTATIONS = [
    ("pace", "at[burst - 1] <= limits", "at[burst - 1] < 0 * limits", "ten a second"),
    ("pace", "or not is_new(mine.person, entry.person)", "", "one person again and again"),
    ("pace", "or (entry.proof == UNPROVEN and entry.reason == _FULL)", "", "refused beyond a doctor's limit"),
    ("pace", "others > limits[_OTHERS] * persons", "others < 0", "a full waiting room"),
    ("pace", "entry.at < mine.quiet_until", "entry.at < 0", "twice in a day"),
    ("misses", "one.score -= limits[_CREDIT]", "pass", "typing errors"),
    ("misses", "at - one.missed > limits[_DAYS] * DAY", "False", "a miss a week"),
    ("misses", "mine.score >= limits[_OWN]", "True", "colleagues with one error each"),
    ("misses", "or entry.proof == BY_CARD", "", "cards of nobody"),
    ("walk", "broken = True", "pass", "a walk between others"),
    ("walk", "at[0] - at[k] > span", "False", "one every ten hours"),
    ("walk", "row >= limits[_ROW]", "row > limits[_ROW]", "an order walk"),
    ("bought_list", "mine.score -= credit", "pass", "night duty without every second card"),
    ("bought_list", "and entry.department != entry.home", "", "a vaccination day"),
    ("bought_list", "mine.next = 2 * mine.score", "mine.next = 0", "a list"),
    ("bought_list", "needed *= limits[_FACTOR]", "pass", "always at a distance"),
    ("debt", "entry.kind == CARE and entry.proof != UNPROVEN", "entry.kind == CARE", "claims without proof"),
    ("debt", "(entry.person * 31) ^ entry.organisation", "entry.person", "cards of another organisation"),
    ("debt", "range(day - _KEPT + 1, day - wait)", "range(day - _KEPT + 1, day)", "nothing explained"),
    ("off_hours", " or hours[day + (hour + 1) % 24] > 0", "", "a little before opening"),
    ("off_hours", "its.cards >= limits[_CARDS] and", "", "thirty cards"),
    ("off_hours", "entry.account == its.told and", "", "two accounts of one organisation"),
    ("off_hours", "max(weekday - 4, 0) * 24 + ", "", "a Sunday's noon"),
    (
        "off_hours",
        "entry.at - its.since > limits[_WITHIN] * HOUR",
        "False",
        "one every three hours of a weekend",
    ),
    ("odometer", "leak * max(entry.at - mine.at, 0) / DAY", "0", "honest days"),
    ("odometer", "mine.next = 2 * full", "mine.next = 0", "an afternoon"),
    ("odometer", "or not is_new(mine.recent, entry.person)", "", "one person again"),
    ("odometer", "return float(mine.habit)", "return float(limits[_OFFICE])", "a hospital's batch"),
]


@pytest.mark.parametrize(("name", "old", "new", "case"), MUTATIONS)
def test_a_changed_loop_is_noticed(name, old, new, case):
    rows, expected = _CASES[name][case]
    assert places(name, rows, see=mutated(name, old, new)) != expected


@pytest.mark.parametrize("name", _CASES)
def test_the_loop_as_plain_python_says_the_same(name):
    """So that a mutation is noticed for what was changed, not for how it was run."""
    rows, expected = next(iter(_CASES[name].values()))
    assert places(name, rows, see=mutated(name, "def see(", "def see(")) == expected
