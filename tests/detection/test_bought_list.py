import pytest

from rempart.detection.entries import BY_CARD, CARE, KNOWN, NOT_FOUND, PROFESSIONS
from tests.detection.checks import every_limit_counts, places, same_wherever_batches_end

_DAY = 86_400.0


def _asked(proofs, gap=60.0, **row):
    """One person after another, born all over the country."""
    return [
        {"after": gap * n, "proof": proof, "department": 1 + (n * 7) % 43} | row
        for n, proof in enumerate(proofs)
    ]


def _afterwards(rows, **row):
    """Each again a minute later, with something that explains it."""
    again = [one | {"after": one["after"] + 30, "person": n + 1} | row for n, one in enumerate(rows)]
    named = [one | {"person": n + 1} for n, one in enumerate(rows)]
    return sorted(named + again, key=lambda one: one["after"])


def _at_a_distance():
    """Five strangers in a week, month after month; then twelve."""
    weeks = [{"after": 8 * _DAY * n + 600 * k} for n in range(14) for k in range(5)]
    last = [{"after": 8 * _DAY * 14 + 600 * k} for k in range(12)]
    return [row | {"department": 1 + n % 43} for n, row in enumerate(weeks + last)]


CASES = {
    "a list": (_asked([0] * 30), [8, 16]),
    "a list beside the counter's work": (_asked(([0] * 5 + [BY_CARD]) * 8), [10, 22, 46]),
    "at a hospital's desk": (_asked([0] * 30, profession=PROFESSIONS["hospital_desk"]), [16]),
    "a list over weeks": (_asked([0] * 12, gap=8 * _DAY), []),
    "night duty without every second card": (_asked([0, BY_CARD] * 60), []),
    "a locum among the place's patients": (_asked(([0] * 4 + [KNOWN] * 4) * 12), []),
    "a vaccination day": (_asked([0] * 60, department=44), []),
    "always at a distance": (_at_a_distance(), []),
    "explained by cards": (_afterwards(_asked([0] * 30), proof=BY_CARD, cost=0), []),
    "explained by care": (_afterwards(_asked([0] * 30), kind=CARE, proof=1, cost=0), []),
    "claimed without proof": (_afterwards(_asked([0] * 12), kind=CARE, proof=0, cost=0), [15]),
    "one person again": (_asked([0] * 30, person=3), []),
    "numbers of nobody": (_asked([0] * 30, hit=0, reason=NOT_FOUND), []),
    "an organisation without a department": (_asked([0] * 30, home=-1), []),
}
CHANGED = {
    "persons": (9, "a list"),
    "hospital": (20, "at a hospital's desk"),
    "credit": (3, "a list beside the counter's work"),
    "habit": (1, "always at a distance"),
    "factor": (1, "always at a distance"),
    "days": (9, "a list over weeks"),
}


@pytest.mark.parametrize("case", CASES)
def test_it_speaks_where_it_should_and_nowhere_else(case):
    rows, expected = CASES[case]
    assert places("bought_list", rows) == expected


def test_where_batches_end_changes_nothing():
    same_wherever_batches_end("bought_list", CASES)


def test_every_limit_counts():
    every_limit_counts("bought_list", CASES, CHANGED)
