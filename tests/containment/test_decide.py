from datetime import timedelta

import pytest

from rempart.containment.rules.decide import Evidence, decide
from rempart.vocabulary.words import RestrictionKind

STEP_UP, CARD, FROZEN = RestrictionKind.STEP_UP, RestrictionKind.CARD_REQUIRED, RestrictionKind.FROZEN
DAY = 86_400.0


def sign(number, *, at=0.0, family="rhythm", weight=60.0, leads_to=CARD, account=7):
    return Evidence(number, account, at, f"d{number}", family, weight, leads_to)


def only(evidence, now=0.0, earlier=0):
    (wish,) = decide(evidence, now, {7: earlier})
    return wish


def test_one_signal_asks_for_what_it_leads_to():
    wish = only([sign(1, leads_to=STEP_UP)])
    assert (wish.kind, wish.lasts, wish.signals) == (STEP_UP, timedelta(hours=12), (1,))
    assert only([sign(1)]).kind == CARD


def test_what_leads_to_nothing_restricts_nobody():
    assert decide([sign(1, leads_to=None, weight=100.0)], 0.0, {}) == []
    assert decide([sign(1, account=0)], 0.0, {}) == []


def test_a_freeze_takes_two_families_and_a_hundred():
    assert only([sign(1), sign(2, family="numbers", weight=40.0)]).kind == FROZEN
    assert only([sign(1), sign(2, family="numbers", weight=39.0)]).kind == CARD
    assert only([sign(1), sign(2), sign(3)]).kind == CARD, "one family, however often"
    assert only([sign(1), sign(2, family="numbers", leads_to=None)]).kind == CARD


def test_no_detector_freezes_alone_even_when_it_says_so():
    assert only([sign(1, leads_to=FROZEN, weight=100.0)]).kind == CARD


def test_signals_of_another_day_are_not_added_up():
    assert only([sign(1, at=0.0), sign(2, at=DAY + 1, family="numbers")], now=DAY + 1).signals == (2,)
    assert only([sign(1, at=1.0), sign(2, at=DAY, family="numbers")], now=DAY).kind == FROZEN


@pytest.mark.parametrize(("earlier", "hours"), [(1, 96), (2, 168), (9, 168)])
def test_whoever_comes_back_is_asked_for_the_card_and_for_longer(earlier, hours):
    wish = only([sign(1, leads_to=STEP_UP)], earlier=earlier)
    assert (wish.kind, wish.lasts) == (CARD, timedelta(hours=hours))


def test_a_freeze_by_detectors_never_lasts_longer_than_a_day():
    wish = only([sign(1), sign(2, family="numbers", weight=60.0)], earlier=3)
    assert (wish.kind, wish.lasts) == (FROZEN, timedelta(hours=24))
