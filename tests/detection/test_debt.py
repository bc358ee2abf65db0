import numpy as np
import pytest

from rempart.detection.detector import SIGNAL
from rempart.detection.entries import BY_CARD, CARE
from rempart.detection.known import known
from rempart.detection.runs import chosen
from tests.detection.checks import every_limit_counts, places, same_wherever_batches_end
from tests.detection.feed import entries

_DAY = 86_400.0


def _asked(days, a_day, explained=0.0, **how):
    """So many a day; of each hundred, so many explained two days later, by whatever account."""
    rows = []
    for day in range(days):
        for n in range(a_day):
            person = 1000 * day + n + 1
            asked = {"after": day * _DAY + 60.0 * n, "person": person}
            rows.append(asked)
            if (person * 37) % 100 < explained:
                later = {
                    "after": asked["after"] + 2 * _DAY,
                    "account": 0,
                    "cost": 0,
                    "kind": CARE,
                    "proof": 1,
                }
                rows.append(asked | later | how)
    return sorted(rows, key=lambda row: row["after"])


_LATE = _asked(40, 2, 100)
CASES = {
    "nothing explained": (_asked(36, 2), [55, 69]),
    "half explained by care": (_asked(40, 4, 30), [104, 139, 174]),
    "claims without proof": (_asked(30, 2, 100, proof=0), [106]),
    "cards of another organisation": (_asked(30, 2, 100, organisation=99), [106]),
    "explained after twenty days": (
        sorted(
            (row | {"after": row["after"] + 18 * _DAY * (row.get("kind", 0) == CARE)} for row in _LATE),
            key=lambda row: row["after"],
        ),
        [70, 98],
    ),
    "four in five explained": (_asked(40, 4, 80), []),
    "four in five explained by a later card": (_asked(40, 4, 80, kind=0, proof=BY_CARD, account=8), []),
    "a few": (_asked(40, 1, 50), []),
    "one person again": ([{"after": 3600.0 * n, "person": 3} for n in range(800)], []),
}
CHANGED = {
    "persons": (40, "nothing explained"),
    "share": (80, "half explained by care"),
    "days": (30, "explained after twenty days"),
    "quiet": (3, "nothing explained"),
}


@pytest.mark.parametrize("case", CASES)
def test_it_speaks_where_it_should_and_nowhere_else(case):
    rows, expected = CASES[case]
    assert places("debt", rows) == expected


def test_where_batches_end_changes_nothing():
    same_wherever_batches_end("debt", CASES)


def test_every_limit_counts():
    every_limit_counts("debt", CASES, CHANGED)


def test_what_its_table_cannot_hold_is_never_owed():
    """With room for eight, of sixteen who wait at once the older eight were never asked."""
    see = known()["debt"].see
    fed = entries({"after": 60.0 * n, "organisation": 70} for n in range(16))
    state, table = np.zeros(1, known()["debt"].state), np.zeros(8, known()["debt"].table)
    limits = np.array([one.value for one in known()["debt"].limits.values()])
    assert see(fed, np.zeros(16, "i8"), state, table, limits, np.zeros(300, SIGNAL)) == 0
    assert state["asked"].sum() == 8


def test_it_rests_until_a_source_of_care_is_connected():
    assert known()["debt"].needs == "care"
    assert "debt" not in {one.detector.name for one in chosen()}
    assert "debt" in {one.detector.name for one in chosen([("debt", "connected", False, 1.0)])}
