"""An answer costs the gate microseconds: about 15 on a quiet core, once the day's sums are known."""

import random
import timeit

import pytest

from gate.answer_people import CIVIL, CONTRACT, OPEN, ask
from rempart.vocabulary.cover import CivilStatus
from rempart.vocabulary.words import USUAL_ACTS

BOUND = 150e-6
"""Seconds: ten times the usual, so that a busy machine passes and a forgotten cache does not."""


@pytest.mark.parametrize("profession", list(USUAL_ACTS))
def test_an_answer_takes_microseconds(profession):
    years = random.Random(1).choices(range(1930, 2026), k=500)
    people = [CivilStatus("", "", f"{year}-05-06", CIVIL.sex) for year in years]

    def answer_all():
        for person in people:
            ask(OPEN, CONTRACT, person, profession=profession, act_family=USUAL_ACTS[profession])

    assert min(timeit.repeat(answer_all, number=1, repeat=5)) / len(people) < BOUND
