import pytest

from tests.detection.cases import DAY, HOUR, Case, cards, check, matters

_PAST = cards(5)
_AT = 6 * DAY


def _gathered(accounts, each, at=_AT, *, organisations=1000, network=606, **columns):
    """Accounts 201…, of as many organisations, taking turns on one network."""
    return [
        {
            "after": at + (turn * accounts + n) * 60,
            "account": 201 + n,
            "organisation": 2001 + n % organisations,
            "network": network,
            "person": 500_000 + at + turn * 100 + n,
        }
        | columns
        for turn in range(each)
        for n in range(accounts)
    ]


_FIVE = Case(
    "five organisations, three persons each",
    _PAST + _gathered(5, 3),
    [(39, 0), *((39, account) for account in range(201, 206))],
)
_SHARER = {"account": 7, "network": 606}
_MIXED = Case(
    "six new ones behind an address where seven read cards",
    _PAST
    + [
        row | {"proof": 1, "account": row["account"] + 100, "organisation": row["organisation"] + 100}
        for row in _gathered(7, 2)
    ]
    + _gathered(6, 3, _AT + HOUR),
)
_SPREAD = Case("five organisations over two days", _PAST + _gathered(5, 2) + _gathered(5, 1, _AT + 25 * HOUR))
_OFFICE = Case(
    "a back office, there for long",
    _PAST + [r for d in range(4, 12) for r in _gathered(5, 1, d * DAY)] + _gathered(5, 4, 12 * DAY),
)
_AGAIN = Case(
    "once in half a day",
    _PAST + _gathered(5, 3) + _gathered(5, 3, _AT + 13 * HOUR),
    [(39, 0), *((39, n) for n in range(201, 206)), (40, 0), *((40, n) for n in range(201, 206))],
)
CASES = [
    _FIVE,
    _MIXED,
    _SPREAD,
    _OFFICE,
    _AGAIN,
    Case("four organisations", _PAST + _gathered(4, 8)),
    Case("a hospital behind one address", _PAST + _gathered(12, 5, organisations=1)),
    Case("cards from all", _PAST + _gathered(12, 5, proof=1)),
    Case("each on the network that its organisation declared", _PAST + _gathered(8, 5, declared=1)),
    Case("the first days of a journal", _gathered(8, 5, 0)),
    Case(
        "who merely shares the address is not named",
        [
            *_PAST,
            {"after": _AT + 30, "person": 1} | _SHARER,
            {"after": _AT + 90, "person": 2} | _SHARER,
            *_gathered(5, 3),
        ],
        [(39, 0), (39, 201), (39, 202), (39, 203)],
    ),
    Case("no network known", _PAST + _gathered(8, 5, network=0)),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_case(case):
    check("crowd", case)


@pytest.mark.parametrize(
    ("case", "limit", "value"),
    [
        (_FIVE, "organisations", 6),
        (_MIXED, "share", 0.4),
        (_FIVE, "persons", 16),
        (_FIVE, "own", 4),
        (_SPREAD, "window", 48),
        (_FIVE, "history", 10),
        (_OFFICE, "settled", 10),
        (_AGAIN, "quiet", 24),
    ],
)
def test_each_threshold_matters(case, limit, value):
    matters("crowd", case, limit, value)
