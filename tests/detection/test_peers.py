import pytest

from tests.detection.cases import DAY, Case, bare, cards, check, matters

_OF = {"profession": 2}


def _peers(accounts=25, days=6, each=3):
    """Optician accounts 101… with three persons without proof a day."""
    return [
        row
        for account in range(101, 101 + accounts)
        for day in range(days)
        for row in bare(each, day * DAY, gap=900, account=account, person=account * 1000 + day * 10, **_OF)
    ]


_AT = 7 * DAY
_BUSY = Case("fifteen where three are usual", _peers() + bare(20, _AT, **_OF), [(25 * 6 * 3 + 14, 7)])
_HABIT = Case(
    "a station's optician, every day",
    _peers() + [r for d in range(4, 8) for r in bare(14 + d // 7, d * DAY, person=500_000 + d * 50, **_OF)],
)
_FEW = Case("three peers", _peers(3) + bare(40, _AT, **_OF))
_TWICE = Case(
    "on the next day again",
    _peers() + bare(20, _AT, **_OF) + bare(20, _AT + DAY, person=600_000, **_OF),
    [(464, 7), (484, 7)],
)
CASES = [
    _BUSY,
    _HABIT,
    _FEW,
    _TWICE,
    Case("fourteen", _peers() + bare(14, _AT, **_OF)),
    Case("a profession that asks as much", _peers(each=6) + bare(17, _AT, **_OF)),
    Case("forty with cards", _peers() + cards(1, 40, first=7, **_OF)),
    Case("another profession's account", _peers() + bare(40, _AT, profession=3)),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_case(case):
    check("peers", case)


@pytest.mark.parametrize(
    ("case", "limit", "value"),
    [
        (_BUSY, "persons", 16),
        (_BUSY, "times", 8),
        (_HABIT, "own", 0.5),
        (_FEW, "peers", 3),
        (
            Case(
                "one in ten peers asks much",
                [
                    *_peers(24),
                    *_peers(1, each=3),
                    *bare(9, 5 * DAY, account=101, person=1, **_OF),
                    *bare(20, _AT, **_OF),
                ],
            ),
            "share",
            1.0,
        ),
    ],
)
def test_each_threshold_matters(case, limit, value):
    matters("peers", case, limit, value)
