import pytest

from rempart.detection.entries import REASONS, REFUSED
from tests.detection.cases import DAY, HOUR, Case, bare, check, matters

_GOOD = {"proof": 1, "terminal": 40}


def _refused(reason, times, at=0.0, *, gap=60.0, person=900_000, **columns):
    told = {"proof": 1, "terminal": 40, "verdict": REFUSED, "reason": REASONS[reason], "cost": 0, "hit": 0}
    return bare(times, at, gap=gap, person=person, **(told | columns))


_FORGED = Case("five forged", _refused("proof_forged", 6), [(4, 7)])
_FOREIGN = Case("five of a foreign terminal", _refused("proof_terminal", 5), [(4, 7)])
_REPLAYED = Case("five replayed", bare(1, 0, **_GOOD) + _refused("proof_replayed", 6, 60), [(5, 7)])
_KEPT = Case(
    "stale ones between good ones",
    bare(12, 0, gap=120, **_GOOD) + _refused("proof_stale", 12, 60, gap=120),
    [(9, 7)],
)
_HANDS = Case("a card every three seconds", bare(25, 0, gap=3, **_GOOD), [(21, 7)])
_TWO_PLACES = Case(
    "a terminal in use at home and elsewhere",
    bare(30, 0, gap=60, **_GOOD)
    + bare(5, 1630, gap=60, person=600_000, **_GOOD, account=8, device=88, network=89),
    [(33, 8)],
)
_SLOW = Case("two forged a day", [r for d in range(6) for r in _refused("proof_forged", 2, d * DAY)])
_AGAIN = Case(
    "once a day", _refused("proof_forged", 6) + _refused("proof_forged", 6, 25 * HOUR), [(4, 7), (10, 7)]
)
CASES = [
    _FORGED,
    _FOREIGN,
    _REPLAYED,
    _KEPT,
    _HANDS,
    _TWO_PLACES,
    _SLOW,
    _AGAIN,
    Case("four forged", _refused("proof_forged", 4)),
    Case("a wrong clock, all day", _refused("proof_stale", 60, gap=500)),
    Case(
        "a software that repeats",
        bare(1, 0, person=5, **_GOOD)
        + [r | {"person": 5} for r in _refused("proof_replayed", 300, 5, gap=1)],
    ),
    Case(
        "families, for ten minutes",
        bare(15, 0, gap=1, **_GOOD) + bare(40, 200, gap=11, person=700_000, **_GOOD),
    ),
    Case(
        "a nurse between telephone and practice",
        [row | {"network": 72 + n % 2} for n, row in enumerate(bare(60, 0, gap=50, **_GOOD))],
    ),
    Case(
        "two desks on one terminal",
        [row | {"device": 71 + n % 2} for n, row in enumerate(bare(60, 0, gap=50, **_GOOD))],
    ),
    Case("a flood in one entry", [row | {"count": 40} for row in _refused("proof_forged", 1)], [(0, 7)]),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_case(case):
    check("proofs", case)


@pytest.mark.parametrize(
    ("case", "limit", "value"),
    [
        (_FORGED, "forged", 7),
        (_KEPT, "late", 6),
        (_TWO_PLACES, "apart", 6),
        (_HANDS, "held", 25),
        (_HANDS, "step", 2),
        (_KEPT, "within", 0.5),
        (_SLOW, "window", 24 * 7),
        (_AGAIN, "quiet", 48),
    ],
)
def test_each_threshold_matters(case, limit, value):
    matters("proofs", case, limit, value)
