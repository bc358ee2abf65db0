"""The published budgets fit honest work: hardly anybody ever meets a limit."""

import numpy as np
import pytest

from drills.honest_limits import ACCOUNT, CARD, KNOWN, NETWORK, ORGANISATION, PRESENT, UNPROVEN, limits, over
from drills.honest_world import stream, world
from rempart.drills.honest import agenda, controls

WEEK = 5


@pytest.fixture(scope="module")
def met():
    return over(world(), stream()[stream()["at"] < agenda.begins(world().day(WEEK))])


def test_the_oracle_reads_the_published_limits():
    assert limits(ACCOUNT, "pharmacist", UNPROVEN) == (10, 30, 60, 400)
    assert limits(ACCOUNT, "doctor", KNOWN) == (10, 40, 80, 800)
    assert limits(ACCOUNT, "nurse", CARD) == (10, 60, 400, 6000)
    assert limits(ORGANISATION, "hospital_desk", UNPROVEN) == (200, 1200, 6000, 60000)
    assert limits(ORGANISATION, "dentist", PRESENT) == (3, 9, 15, 90)
    assert limits(NETWORK, "nurse", KNOWN) == (30, 150, 400, 4000)


def test_an_honest_week_meets_no_limit_to_speak_of(met):
    worked = sum(world().at_work(world().day(day)).sum() for day in range(WEEK))
    assert sum(met.values()) <= worked / 500


def test_nobody_without_a_card_meets_any_limit(met):
    assert not [key for key in met if key[2] in (UNPROVEN, KNOWN)]


def test_the_oracle_sees_a_bulk_of_strangers():
    asks = stream()[:200].copy()
    asks["account"] = np.flatnonzero(world().cast.profession == 2)[0]
    asks["proof"], asks["repeat"], asks["person"] = 0, 0, np.arange(200)
    assert sum(over(world(), asks).values()) > 100


@pytest.mark.parametrize("name", controls.CONTROLS)
def test_a_benign_control_meets_next_to_no_limit(name):
    control = controls.make(name, world(), world().first)
    assert sum(over(world(), control.asks).values()) <= 1 + len(control.asks) / 1000
