"""What people at a counter do with a visit: read a card, ask about the family, mistype, take their time."""

import numpy as np

from rempart.drills.honest import agenda
from rempart.drills.honest.asks import CARD, NO_PROOF, PATIENT_PRESENT, Ints
from rempart.drills.honest.assumptions import by_profession, figure
from rempart.drills.honest.cast import Flags
from rempart.drills.honest.plan import Plan
from rempart.drills.honest.visits import AGAIN, FAMILY, WRONG, Visits

_LONG = 40 * 24 * 60 * agenda.MINUTE
"""Longer than any day's visits last: keeps accounts apart in one running maximum."""


def by_hand(plan: Plan, dice: np.random.Generator, visits: Visits) -> Visits:
    """Questions in the order and at the pace of people, account by account."""
    proved = with_proofs(plan, dice, visits)
    typed = _with_typing_errors(dice, _with_families(plan, dice, proved))
    return _paced(dice, typed[np.lexsort((typed["at"], typed["account"]))])


def with_proofs(plan: Plan, dice: np.random.Generator, visits: Visits) -> Visits:
    """Read the card of those who have it; ask for a few of the others as present."""
    profession = plan.cast.profession[visits["account"]]
    remote, card, present = dice.random((3, len(visits)))
    at_distance = remote < by_profession("remote")[profession]
    read = ~at_distance & (card < by_profession("card")[profession])
    hospital = plan.cast.organisations.hospital[plan.cast.organisation[visits["account"]]]
    used = np.where(hospital, figure("present", "used_at_a_hospital"), figure("present", "used"))
    there = ~at_distance & ~read & (present < used)
    proved = visits.copy()
    proved["proof"] = np.select([read, there], [CARD, PATIENT_PRESENT], NO_PROOF)
    return proved


def household_members(plan: Plan, persons: Ints) -> Ints:
    """Somebody else of each one's household, who stands beside them; -1: they live alone."""
    household = plan.population.household
    after = np.minimum(persons + 1, len(household) - 1)
    before = np.maximum(persons - 1, 0)
    same_after = (household[after] == household[persons]) & (after != persons)
    same_before = (household[before] == household[persons]) & (before != persons)
    return np.select([same_after, same_before], [after, before], -1)


def _with_families(plan: Plan, dice: np.random.Generator, visits: Visits) -> Visits:
    """Children are on their parents' cards: a card that was read serves for the next question too."""
    chance = by_profession("family")[plan.cast.profession[visits["account"]]]
    family = visits[dice.random(len(visits)) < chance].copy()
    family["person"] = household_members(plan, family["person"])
    family = family[family["person"] >= 0]
    family["proof"] = np.where(family["proof"] == CARD, CARD, NO_PROOF)
    family["kind"] = FAMILY
    family["at"] += 1
    return np.concatenate([visits, family])


def _with_typing_errors(dice: np.random.Generator, visits: Visits) -> Visits:
    """The wrong number comes first, the right one after it."""
    mistyped = (visits["proof"] != CARD) & (dice.random(len(visits)) < figure("slips", "typing_error"))
    wrong = visits[mistyped].copy()
    wrong["kind"], wrong["proof"] = WRONG, NO_PROOF
    again = visits.copy()
    again["kind"][mistyped] = AGAIN
    return np.concatenate([wrong, again])


def _paced(dice: np.random.Generator, visits: Visits) -> Visits:
    """Nobody asks faster than hands allow: each question waits for the one before it."""
    names = np.array([figure("pace", name) for name in _PACES])
    gap = names[visits["kind"]] * dice.lognormal(0, figure("pace", "spread"), len(visits))
    gap = (np.maximum(figure("pace", "least"), gap) * agenda.SECOND).astype(np.int64)
    first = _firsts(visits["account"])
    gap[first] = 0
    waited = np.cumsum(gap)
    base = (np.cumsum(first) - 1) * _LONG
    earliest = np.maximum.accumulate(visits["at"] - waited + base)
    paced = visits.copy()
    paced["at"] = earliest + waited - base
    return paced


_PACES = ("median", "family_median", "median", "typing_again_median")
"""By kind of visit."""


def _firsts(accounts: Ints) -> Flags:
    return np.concatenate([np.ones(min(1, len(accounts)), np.bool_), accounts[1:] != accounts[:-1]])
