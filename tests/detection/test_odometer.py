import pytest

from rempart.detection.entries import BY_CARD, PROFESSIONS
from tests.detection.checks import every_limit_counts, places, same_wherever_batches_end
from tests.detection.feed import entries, run

_DAY = 86_400.0
_OPEN = 10 * 3600.0


def _days(unproven, first=0, **row):
    """So many a day in ten open hours, seven days a week; each day a card is read as well."""
    rows = []
    for day, persons in enumerate(unproven, first):
        rows.append({"after": day * _DAY, "proof": BY_CARD, "person": 10**5 + day} | row)
        rows += [
            {"after": day * _DAY + (n + 1) * _OPEN / (persons + 1), "person": 1000 * day + n + 1} | row
            for n in range(persons)
        ]
    return rows


_DESK = {"profession": PROFESSIONS["hospital_desk"]}
CASES = {
    "an afternoon": ([{"after": 60.0 * n} for n in range(60)], [26, 53]),
    "slow and low": (_days([23] * 5), [34, 68]),
    "fifteen a day": (_days([15] * 10), [42, 89]),
    "seven hundred a month beside honest work": (_days([2] * 12 + [25] * 5), [70, 104]),
    "four a day more for a month": (_days([1] * 12 + [5] * 30), [198]),
    "a desk's afternoon": ([{"after": 60.0 * n} | _DESK for n in range(200)], [161]),
    "seven a day after a quiet fortnight": (_days([2] * 12 + [9] * 30), [146]),
    "honest days": (_days([1, 2, 0, 3, 1, 2] * 6), []),
    "a broken reader": (_days([1] * 20 + [11, 11] + [1] * 8), []),
    "a desk": (_days([15, 22, 11, 18, 9] * 6, **_DESK), []),
    "a hospital's batch": (_days([70, 90, 60, 85, 75] * 5, **_DESK), []),
    "one person again": ([{"after": 90.0 * n, "person": 1 + n % 20} for n in range(400)], []),
}
CHANGED = {
    "persons": (30, "an afternoon"),
    "spare": (9, "fifteen a day"),
    "factor": (6, "fifteen a day"),
    "deep": (20, "an afternoon"),
    "office": (20, "an afternoon"),
    "hospital": (20, "a desk's afternoon"),
    "settled": (2, "fifteen a day"),
    "slowly": (3, "seven a day after a quiet fortnight"),
    "month": (200, "four a day more for a month"),
    "month_factor": (90, "four a day more for a month"),
}


@pytest.mark.parametrize("case", CASES)
def test_it_speaks_where_it_should_and_nowhere_else(case):
    rows, expected = CASES[case]
    assert places("odometer", rows) == expected


def test_where_batches_end_changes_nothing():
    same_wherever_batches_end("odometer", CASES)


def test_every_limit_counts():
    every_limit_counts("odometer", CASES, CHANGED)


@pytest.mark.parametrize("unproven", [[23] * 9, [15] * 9, [2] * 12 + [25] * 9, [2] * 12 + [17] * 9])
def test_slow_and_low_is_noticed_within_five_days_and_120_persons(unproven):
    begins = sum(persons < 10 for persons in unproven)
    first = run("odometer", entries(_days(unproven)))[0]
    fed = entries(_days(unproven))
    before = fed[(fed["at"] <= first.at) & (fed["proof"] == 0)]
    assert len(before) - sum(unproven[:begins]) <= 120
    assert (first.at - fed["at"][0]) / 1e6 / _DAY - begins <= 5
