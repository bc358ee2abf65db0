import pytest

from tests.detection.cases import DAY, Case, bare, cards, check, matters

_PAST = cards(4)
_AT = 5 * DAY


def _asked(account, count=8, at=_AT, **columns):
    """An account of an organisation of its own asks for the persons of one list, irregularly."""
    mine = {"account": account, "organisation": account * 10, "device": account * 100} | columns
    return [
        row | mine | {"after": row["after"] + (n * n * 37) % 400}
        for n, row in enumerate(bare(count, at, gap=900))
    ]


def _three(**columns):
    return [row for n in range(3) for row in _asked(301 + n, at=_AT + n * 20_000, **columns)]


def _persons_of_their_own(rows):
    return [row | {"person": 800_000 + n} for n, row in enumerate(rows)]


_LIST = Case("the same list in three places", _PAST + _three(), [(40, 303)])
_RANGES = Case(
    "the same ranges in three places",
    _PAST + [r | {"prefix_commune": 77_000 + n % 8} for n, r in enumerate(_persons_of_their_own(_three()))],
    [(43, 303)],
)
_DEVICE = Case(
    "three organisations on one new device",
    _PAST
    + _persons_of_their_own([r for n in range(3) for r in _asked(301 + n, 2, _AT + n * 9000, device=5050)]),
    [(25, 303)],
)
_ROOM = Case(
    "a shared computer, three organisations for long",
    _PAST
    + _persons_of_their_own(
        [
            r
            for d in range(5, 12)
            for n in range(2)
            for r in _asked(301 + n, 2, d * DAY + n * 9000, device=5050)
        ]
        + _asked(303, 2, 13 * DAY, device=5050)
    ),
)
_PACE = Case(
    "four organisations at one steady pace",
    _PAST
    + [
        r
        for n in range(4)
        for r in bare(
            13,
            _AT + n,
            gap=45,
            person=700_000 + n * 100,
            account=301 + n,
            organisation=3001 + n,
            device=n + 1,
        )
    ],
    [(71, 304)],
)
_PADDED = Case(
    "shared, among many of its own",
    _PAST + _three() + bare(20, _AT + 39_000, gap=20, person=900_000, account=303, organisation=3030),
)
_LATE = Case("the same list again eight days later", _PAST + _three()[:16] + _asked(303, at=_AT + 8 * DAY))
_AGAIN = Case(
    "once a day", _PAST + [r for n in range(3) for r in _asked(301 + n, 16, at=_AT + n * 20_000)], [(56, 303)]
)
CASES = [
    _LIST,
    _RANGES,
    _DEVICE,
    _ROOM,
    _PACE,
    _PADDED,
    _LATE,
    _AGAIN,
    Case("a doctor and a pharmacy", _PAST + _three()[:16]),
    Case(
        "two organisations with three accounts",
        _PAST + [r for n in range(3) for r in _asked(301 + n, at=_AT + n * 20_000, organisation=9 - n % 2)],
    ),
    Case("three accounts of one organisation", _PAST + _three(organisation=9)),
    Case("four shared persons", _PAST + [r for n in range(3) for r in _asked(301 + n, 4, _AT + n * 20_000)]),
    Case("with cards", _PAST + _three(proof=1)),
    Case(
        "two organisations on one device",
        _PAST + _persons_of_their_own(_asked(301, device=5) + _asked(302, device=5)),
    ),
    Case(
        "a device where all read cards",
        _PAST
        + _persons_of_their_own(
            [r for n in range(3) for r in _asked(301 + n, 3, _AT + n * 9000, device=5, proof=n % 2)]
            + cards(1, 3, first=6, device=5)
        ),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_case(case):
    check("campaign", case)


@pytest.mark.parametrize(
    ("case", "limit", "value"),
    [
        (_LIST, "others", 3),
        (_LIST, "shared", 6),
        (_RANGES, "near", 9),
        (_PADDED, "part", 0.1),
        (_DEVICE, "devices", 3),
        (_PACE, "paces", 4),
        (_LIST, "window", 0.01),
        (_DEVICE, "history", 10),
        (_ROOM, "settled", 30),
        (_AGAIN, "quiet", 0.5),
    ],
)
def test_each_threshold_matters(case, limit, value):
    matters("campaign", case, limit, value)
