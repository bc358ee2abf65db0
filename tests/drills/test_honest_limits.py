"""The published budgets fit honest work: hardly anybody ever meets a limit."""

import numpy as np
import pytest

from drills.honest_limits import CARD, KNOWN, UNPROVEN, limits, over
from drills.honest_world import stream, world
from rempart.drills.honest import agenda, controls

WEEK = 5


@pytest.fixture(scope="module")
def met():
    return over(world(), stream()[stream()["at"] < agenda.begins(world().day(WEEK))])


def test_the_oracle_reads_the_published_limits():
    assert limits("pharmacist", UNPROVEN) == (10, 30, 60, 400)
    assert limits("doctor", KNOWN) == (10, 40, 80, 800)
    assert limits("nurse", CARD) == (10, 60, 400, 6000)


def test_an_honest_week_meets_no_limit_to_speak_of(met):
    worked = sum(world().at_work(world().day(day)).sum() for day in range(WEEK))
    assert sum(met.values()) <= worked / 500


def test_nobody_without_a_card_meets_the_hour_the_day_or_the_month(met):
    assert not [key for key in met if key[1] in (UNPROVEN, KNOWN) and key[2] > 60]


def test_the_oracle_sees_a_bulk_of_strangers():
    asks = stream()[:200].copy()
    asks["account"] = np.flatnonzero(world().cast.profession == 2)[0]
    asks["proof"], asks["repeat"], asks["person"] = 0, 0, np.arange(200)
    assert sum(over(world(), asks).values()) > 100


@pytest.mark.parametrize("name", controls.CONTROLS)
def test_a_benign_control_meets_next_to_no_limit(name):
    control = controls.make(name, world(), world().first)
    assert sum(over(world(), control.asks).values()) <= 1 + len(control.asks) / 1000
