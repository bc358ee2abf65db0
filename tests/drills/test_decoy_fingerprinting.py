"""The classifier sees a tell where there is one and none where there is none; the gate's part is tried in
`tests/registry/decoys/`."""

import numpy as np
import pytest

from rempart.drills.decoy_fingerprinting import Suspect, judged
from rempart.drills.rules.fingerprint import features, told_apart
from rempart.drills.tally import Person
from rempart.vocabulary.faults import Fault

COUNT = 300


def answers(dice, *, late=0.0, closed=0.0):
    """Made-up answers; `late` seconds and a share `closed` are what the first hundred betray."""
    rows = []
    for n in range(COUNT):
        decoy = n < COUNT // 3
        rights = "no" if decoy and dice.random() < closed else dice.choice(["yes", "unknown"])
        rows.append(
            {
                "answer": {"rights": rights, "valid_until": f"2026-12-{dice.integers(1, 28):02d}"},
                "least_time": dice.normal(0.005, 0.001) + late * decoy,
            }
        )
    return rows, [n < COUNT // 3 for n in range(COUNT)]


@pytest.mark.parametrize("seed", range(3))
def test_noise_tells_nothing(seed):
    told = told_apart(*answers(np.random.default_rng(seed)))
    assert told.chance > 0.001
    assert 0.4 < told.auc < 0.6


@pytest.mark.parametrize("tell", [{"late": 0.001}, {"closed": 0.4}])
def test_a_millisecond_or_one_word_is_seen(tell):
    told = told_apart(*answers(np.random.default_rng(1), **tell))
    assert told.chance <= 0.002
    assert told.auc > told.noticeable > 0.5


def test_words_numbers_dates_and_what_is_absent_become_columns():
    names, table = features(
        [
            {"a": {"word": "x", "day": "2026-01-01"}, "same": 1},
            {"a": {"word": "y", "day": None}, "same": 1},
            {"a": {"day": "2026-01-05"}, "same": 1},
        ]
    )
    assert set(names) >= {"a.word=x", "a.word=y", "a.day", "a.day=None"}
    assert "same" not in names
    assert np.allclose(table.mean(axis=0), 0)


def test_too_few_are_no_judgement():
    few = [(Suspect(Person("1", "2000-01-01"), decoy=n < 3), {"a": n}) for n in range(100)]
    with pytest.raises(Fault, match="too few"):
        judged(few)
