import numpy as np
import pytest

from rempart.detection.entries import BY_CARD, KNOWN, PROFESSIONS, REASONS, REFUSED
from tests.detection.checks import every_limit_counts, places, same_wherever_batches_end

_FULL = {"verdict": REFUSED, "reason": REASONS["limit_account"]}
_HANDS = np.random.default_rng(4)


def _one_after(gaps, **row):
    return [{"after": float(after)} | row for after in np.cumsum(gaps)]


def _batch():
    """A hospital's software: every 40 s, more than every second patient known."""
    proofs = [KNOWN if n % 9 in (0, 2, 4, 6, 8) else 0 for n in range(120)]
    return [
        {"after": 40.0 * n, "proof": proof, "profession": PROFESSIONS["hospital_desk"]}
        for n, proof in enumerate(proofs)
    ]


def _counter():
    """A full waiting room: somebody every ten seconds, two cards in three read."""
    return [{"after": 10.0 * n, "proof": 0 if n % 3 == 0 else BY_CARD} for n in range(90)]


CASES = {
    "ten a second": (_one_after([0.1] * 60), [6]),
    "ten a minute": (_one_after([2, 9, 4, 11, 5, 8, 3, 6, 9, 4]), [6]),
    "refused beyond a doctor's limit": (
        [{"after": 1.0 * n, "cost": int(n < 5)} | ({} if n < 5 else _FULL) for n in range(10)],
        [6],
    ),
    "eight in two minutes": (_one_after([0, 14, 20, 12, 19, 13, 21, 15, 25, 13]), [8]),
    "every twenty minutes": (_one_after([1200] * 12), [8]),
    "a drawn pause": (_one_after(_HANDS.uniform(39, 81, 20)), [16]),
    "twice in a day": (_one_after([0.1] * 10 + [7 * 3600] + [0.1] * 10), [6, 16]),
    "a list typed by hand": (_one_after(_HANDS.lognormal(np.log(35), 0.5, 60)), []),
    "one person again and again": (
        [{"after": 2.0 * n, "person": 1 + n % 5, "cost": int(n < 5 or n % 30 == 0)} for n in range(200)],
        [],
    ),
    "requests repeated": ([{"after": 0.1 * n, "cost": 0} for n in range(50)], []),
    "cards": (_one_after([7] * 40, proof=BY_CARD), []),
    "a hospital's batch": (_batch(), []),
    "a full waiting room": (_counter(), []),
    "a hospital's appointments": (_one_after([40] * 60, profession=PROFESSIONS["hospital_desk"]), []),
}
CHANGED = {
    "burst": (7, "ten a second"),
    "burst_seconds": (20, "ten a minute"),
    "run": (9, "eight in two minutes"),
    "run_seconds": (100, "eight in two minutes"),
    "even": (9, "every twenty minutes"),
    "unevenness": (60, "a list typed by hand"),
    "drawn": (12, "a drawn pause"),
    "ratio": (1.2, "a drawn pause"),
    "others": (9, "a full waiting room"),
    "quiet": (8, "twice in a day"),
}


@pytest.mark.parametrize("case", CASES)
def test_it_speaks_where_it_should_and_nowhere_else(case):
    rows, expected = CASES[case]
    assert places("pace", rows) == expected


def test_where_batches_end_changes_nothing():
    same_wherever_batches_end("pace", CASES)


def test_every_limit_counts():
    every_limit_counts("pace", CASES, CHANGED)


def test_an_owner_at_work_hides_nothing():
    """One card each five minutes beside a program's ten a minute."""
    rows = CASES["ten a minute"][0] + [{"after": 20.0, "proof": BY_CARD, "person": 900}]
    assert places("pace", sorted(rows, key=lambda row: row["after"])) == [7]
