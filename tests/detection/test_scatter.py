import pytest

from tests.detection.cases import DAY, HOUR, Case, bare, cards, check, matters

_PAST = cards(5)
_AT = 6 * DAY


def _proxies(count, at=_AT, *, carriers=1000, networks=1000, devices=1, gap=60.0, person=500_000):
    rows = bare(count, at, gap=gap, person=person)
    for n, row in enumerate(rows):
        row |= {
            "carrier": 2000 + n % carriers,
            "network": 4000 + n % networks,
            "device": 8000 + n % devices,
        }
    return rows


_CARRIERS = Case("a new carrier for each look-up", _PAST + _proxies(8), [(29, 7)])
_NETWORKS = Case("a new address of few carriers for each", _PAST + _proxies(10, carriers=2), [(32, 7)])
_DEVICES = Case("four strange devices", _PAST + _proxies(6, carriers=1, networks=1, devices=4), [(28, 7)])
_SLOW = Case("a new carrier every two hours", _PAST + _proxies(8, gap=2 * HOUR))
_AGAIN = Case(
    "again after twelve hours of quiet",
    _PAST + _proxies(16, gap=45 * 60) + _proxies(6, _AT + 16 * HOUR, person=700_000),
    [(29, 7), (43, 7)],
)
CASES = [
    _CARRIERS,
    _NETWORKS,
    _DEVICES,
    _SLOW,
    _AGAIN,
    Case("four carriers", _PAST + _proxies(4)),
    Case("a nurse's round: three carriers, seven addresses", _PAST + _proxies(20, carriers=3, networks=7)),
    Case(
        "a round with cards on each carrier",
        _PAST
        + [
            row
            for n, one in enumerate(_proxies(12, gap=600))
            for row in (one, one | {"after": one["after"] + 60, "proof": 1, "person": 900_000 + n})
        ],
    ),
    Case("known patients", _PAST + [row | {"proof": 3} for row in _proxies(12)]),
    Case("carriers of the first days", [row | {"after": row["after"] - _AT} for row in _proxies(12)]),
    Case("nothing known of networks", _PAST + [row | {"carrier": 0, "network": 0} for row in _proxies(12)]),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_case(case):
    check("scatter", case)


@pytest.mark.parametrize(
    ("case", "limit", "value"),
    [
        (_CARRIERS, "carriers", 6),
        (_NETWORKS, "networks", 9),
        (_DEVICES, "devices", 5),
        (_SLOW, "window", 24),
        (_CARRIERS, "history", 10),
        (_NETWORKS, "settled", 0.001),
        (_AGAIN, "quiet", 24),
    ],
)
def test_each_threshold_matters(case, limit, value):
    matters("scatter", case, limit, value)
