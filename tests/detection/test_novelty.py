import pytest

from tests.detection.cases import DAY, HOUR, Case, bare, cards, check, matters

_PAST = cards(8)
_STRANGE = {"device": 801, "carrier": 802, "network": 803}
_AT = 9 * DAY
_ONE = Case("one thing new, twelve persons", _PAST + bare(12, _AT, carrier=802), [(51, 7)])
_TWO = Case("two things new, six persons", _PAST + bare(9, _AT, **_STRANGE), [(45, 7)])
_LONG = Case(
    "again after a day of quiet",
    _PAST + bare(8, _AT, **_STRANGE) + bare(8, _AT + 25 * HOUR, **_STRANGE, person=600_000),
    [(45, 7), (53, 7)],
)
_SLOW = Case(
    "five a day from a new place", _PAST + bare(5, _AT, **_STRANGE) + bare(5, _AT + DAY + HOUR, **_STRANGE)
)
CASES = [
    _ONE,
    _TWO,
    _LONG,
    _SLOW,
    Case("five persons", _PAST + bare(5, _AT, **_STRANGE)),
    Case("a change of carrier address", _PAST + bare(11, _AT, carrier=802, network=803)),
    Case("a new address of the same carrier", _PAST + bare(30, _AT, network=803)),
    Case(
        "a locum whose third look-up has a card",
        _PAST
        + bare(3, _AT, **_STRANGE)
        + cards(1, 1, first=9, **_STRANGE)
        + bare(20, _AT + HOUR, **_STRANGE, person=600_000),
    ),
    Case("an account without a past", bare(30, 0, **_STRANGE)),
    Case("known patients from a new place", _PAST + bare(30, _AT, **_STRANGE, proof=3)),
    Case("who never reads cards, one thing new", bare(40, 0, gap=4 * HOUR) + bare(15, _AT, carrier=802)),
    Case("nothing known of device and network", _PAST + bare(30, _AT, device=0, carrier=0, network=0)),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_case(case):
    check("novelty", case)


@pytest.mark.parametrize(
    ("case", "limit", "value"),
    [
        (_TWO, "pair", 7),
        (_ONE, "alone", 13),
        (_ONE, "habit", 0.9),
        (_TWO, "history", 20),
        (_LONG, "settled", 0.5),
        (_SLOW, "window", 72),
        (_LONG, "quiet", 48),
    ],
)
def test_each_threshold_matters(case, limit, value):
    matters("novelty", case, limit, value)
