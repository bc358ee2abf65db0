import pytest

from tests.detection.cases import DAY, Case, bare, cards, check, matters


def _born(rows, departments):
    return [row | {"department": departments[n % len(departments)]} for n, row in enumerate(rows)]


_FRANCE = _born(cards(10, 110, account=90, organisation=900), list(range(1, 96)))
"""Another organisation's patients: the whole of France."""
_HERE = _born(cards(10, 20), [44, 44, 44, 44, 44, 85, 49, 35, 56, 72])
_PAST = _FRANCE + _HERE
_AT = 11 * DAY
_ELSEWHERE = [13, 59, 69, 33, 67, 6, 31, 62, 76, 38]
_LIST = Case("a list from the whole of France", _PAST + _born(bare(20, _AT), _ELSEWHERE), [(1309, 7)])
_TWICE = Case(
    "again after a day",
    _PAST + _born(bare(14, _AT), _ELSEWHERE) + _born(bare(12, _AT + DAY + 3600, person=600_000), _ELSEWHERE),
    [(1309, 7), (1319, 7)],
)
_FEW = Case("nobody learned here", _FRANCE + _born(cards(4, 20), [44]) + _born(bare(30, _AT), _ELSEWHERE))
_NO_FRANCE = Case("nothing learned of France", _HERE + _born(bare(30, _AT), _ELSEWHERE))
CASES = [
    _LIST,
    _TWICE,
    _FEW,
    _NO_FRANCE,
    Case("nine persons from elsewhere", _PAST + _born(bare(9, _AT), _ELSEWHERE)),
    Case("patients from here", _PAST + _born(bare(60, _AT), [44, 85, 44, 49])),
    Case("one tourist in three", _PAST + _born(bare(60, _AT), [44, 13, 85, 44, 69, 49])),
    Case(
        "tourists, half of them with cards",
        _PAST
        + _born(
            [row | {"proof": n % 2} for n, row in enumerate(bare(90, _AT))], list(range(1, 42)) + [59] * 4
        ),
    ),
    Case("a Paris hospital", _born(cards(10, 110), list(range(1, 96))) + _born(bare(60, _AT), _ELSEWHERE)),
    Case(
        "births overseas, usual here",
        _FRANCE + _born(cards(10, 20), [974, 99, 75]) + _born(bare(60, _AT), [974, 99]),
    ),
    Case("departments not known", _PAST + _born(bare(60, _AT), [-1])),
    Case(
        "a colleague's list is not the colleague's guilt",
        _PAST + [row | {"account": 7 + n % 3} for n, row in enumerate(_born(bare(27, _AT), _ELSEWHERE))],
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_case(case):
    check("geography", case)


@pytest.mark.parametrize(
    ("case", "limit", "value"),
    [
        (_LIST, "evidence", 12),
        (_LIST, "travellers", 0.6),
        (_FEW, "learned", 50),
        (_NO_FRANCE, "france", 100),
        (_TWICE, "quiet", 72),
    ],
)
def test_each_threshold_matters(case, limit, value):
    matters("geography", case, limit, value)
