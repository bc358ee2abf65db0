"""Every attack script against a stand-in gate: the same from its seed, in order, with what it has alone."""

import ast
import inspect
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from rempart.detection.engine import Run
from rempart.detection.entries import GRANTED, NOT_FOUND, REASONS, VERDICTS
from rempart.detection.known import known as detectors
from rempart.drills.attacks import attack as interface
from rempart.drills.attacks import ways
from rempart.drills.attacks.attack import DAY, Attacker, known
from rempart.drills.attacks.under_thresholds import a_day
from rempart.drills.honest import agenda, plan
from rempart.drills.honest.asks import ASK, CHANNELS, NO_PROOF, PATIENT_PRESENT, PRESENT, PURPOSES, blank
from rempart.drills.honest.assumptions import PROFESSIONS
from rempart.drills.world_asks import DECISION
from rempart.drills.world_rows import People

ATTACKS = known()
MOST = 120
"""Moves looked at of each attack."""
LIMITS = {(1, "*", 0): (10, 30, 60, 400), (1, "*", 1): (10, 60, 400, 6000), (1, "*", 2): (1, 3, 5, 30)}
every_attack = pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)


@pytest.fixture(scope="module")
def people():
    return People.of(plan.make(seed=7, professionals=150, days=3))


def hand(people, attack, seed=1):
    cast = people.plan.cast
    fits = np.flatnonzero(~cast.batch & (cast.locum_of < 0))
    if attack.professions:
        of = [PROFESSIONS.index(word) for word in attack.professions]
        fits = fits[np.isin(cast.profession[fits], of)]
    dice = np.random.default_rng(seed)
    count = min(attack.accounts, len(fits))
    start = agenda.begins(people.plan.first)
    accounts = np.sort(dice.choice(fits, count, replace=False))
    owners = np.concatenate([_owner(people, account, start) for account in accounts])
    thresholds = {name: Run.shipped(detector).limits for name, detector in detectors().items()}
    return Attacker(
        dice,
        people,
        accounts,
        start,
        start + round(attack.days * DAY),
        owners[np.argsort(owners["at"], kind="stable")],
        LIMITS,
        thresholds,
    )


def _owner(people, account, start):
    """An owner who asks every twenty minutes of thirty days."""
    asks = blank(30 * 24)
    asks["at"] = start + np.arange(len(asks)) * 20 * 60_000_000
    asks["account"] = account
    return asks


def grants(_moves, move):
    told = np.zeros(len(move.asks), DECISION)
    found = move.asks["person"] >= 0
    told["verdict"] = np.where(found, GRANTED, VERDICTS["refused"])
    told["reason"] = np.where(found, 0, NOT_FOUND)
    told["disclosed"], told["retry_after"] = found, -1
    return told


def says(reason, after=0, retry=60):
    """A gate that says so to everything unproven after so many moves; it never believes the overdraft."""

    def decide(moves, move):
        told = grants(moves, move)
        if len(moves) > after:
            told["verdict"], told["reason"], told["disclosed"] = (
                VERDICTS["challenged"],
                REASONS[reason],
                False,
            )
            told["retry_after"] = retry
        return told

    return decide


def run(me, attack, decide=grants, most=MOST):
    moves, told, script = [], None, attack.script(me)
    while len(moves) < most:
        try:
            move = next(script) if told is None else script.send(told)
        except StopIteration:
            break
        if move.at >= me.ends:
            break
        moves.append(move)
        told = decide(moves, move)
    return moves


@pytest.fixture(scope="module")
def granted(people):
    """attack → its attacker and its first moves against a gate that grants everything; run once."""

    @cache
    def of(name):
        me = hand(people, ATTACKS[name])
        return me, run(me, ATTACKS[name])

    return of


def rows(moves):
    return np.concatenate([np.zeros(0, ASK), *(move.asks for move in moves)])


# ----------------------------------------------------------------------------------------- every script


@every_attack
def test_the_same_seed_asks_the_same(people, granted, attack):
    once, again = rows(granted(attack.name)[1][:40]), rows(run(hand(people, attack), attack, most=40))
    assert len(once)
    assert once.tobytes() == again.tobytes()
    assert once.tobytes() != rows(run(hand(people, attack, seed=2), attack, most=40)).tobytes()


@every_attack
def test_moves_come_in_order_and_within_the_attack(granted, attack):
    me, moves = granted(attack.name)
    moments = [move.at for move in moves]
    assert moments == sorted(moments)
    assert moments[0] >= me.start
    assert all((move.asks["at"] == move.at).all() for move in moves)


@every_attack
def test_it_asks_valid_rows_with_its_own_accounts_alone(people, granted, attack):
    me, moves = granted(attack.name)
    asked = rows(moves)
    assert np.isin(asked["account"], me.accounts).all()
    assert (asked["organisation"] == people.plan.cast.organisation[asked["account"]]).all()
    assert set(asked["channel"]) <= set(range(len(CHANNELS)))
    assert set(asked["purpose"]) <= set(range(len(PURPOSES)))
    assert ((asked["present"] >= 0) == (asked["proof"] == PATIENT_PRESENT)).all()
    assert (asked["present"] < len(PRESENT)).all()
    assert (asked["person"] < people.size).all()
    assert (asked["miss"] < 0).all()
    if attack.wanted:
        strangers = set(asked["person"]) - set(me.panel(int(me.accounts[0])))
        assert len(strangers) <= attack.wanted


@every_attack
def test_it_asks_from_no_more_addresses_than_it_says(people, granted, attack):
    asked = rows(granted(attack.name)[1])
    bought = set(asked["network"][asked["network"] >= people.plan.network_count])
    assert len(bought) <= max(attack.addresses, 1)


@every_attack
@pytest.mark.parametrize("reason", ["card_required", "frozen"])
def test_stopped_it_gives_up_or_comes_back_when_it_may(people, attack, reason):
    """Nothing is asked of a gate that has stopped an account, but for the overdraft, before that ends."""
    me = hand(people, attack)
    asked = rows(run(me, attack, says(reason)))
    for account in np.unique(asked["account"]):
        bare = asked["at"][(asked["account"] == account) & (asked["proof"] == NO_PROOF)]
        apart = np.diff(np.unique(bare))
        held = ways._HELD[REASONS[reason]]
        assert (apart >= held).sum() >= len(apart) - 1, "one question on a second device may follow"


def test_together_they_know_of_every_shape_of_attack(people):
    assert len(ATTACKS) >= 25
    assert {"replay_2022", "weekend", "slow_and_low", "under_thresholds", "botnet"} <= set(ATTACKS)


# ------------------------------------------------------------------------------------------------ ways


def test_told_to_wait_it_waits_exactly_that_long_and_says_present_first(people):
    attack = ATTACKS["replay_2022"]
    me = hand(people, attack)
    asked = rows(run(me, attack, says("limit_account", retry=600)))
    mine = asked[asked["account"] == asked["account"][0]]
    bare = mine["at"][mine["proof"] == NO_PROOF]
    assert (np.diff(bare) >= 600_000_000).all()
    assert len(bare) - 1 <= (mine["proof"] == PATIENT_PRESENT).sum() <= len(bare)


def test_office_hours_are_the_owners_and_holidays_are_kept(people):
    attack = ATTACKS["slow_and_low"]
    me = hand(people, attack)
    asked = rows(run(me, attack, most=3_000))
    works = people.plan.cast.works[int(me.accounts[0])]
    for day in ways.days(me):
        begins = agenda.begins(day)
        minutes = (asked["at"][(asked["at"] >= begins) & (asked["at"] < begins + DAY)] - begins) // 60_000_000
        first, last = (
            works[day.weekday()].min(where=works[day.weekday()] >= 0, initial=9999),
            works[day.weekday()].max(),
        )
        assert not len(minutes) or (first <= minutes.min() and minutes.max() <= last + 1)
    assert 600 <= len(asked) <= 700, "about 700 a month"


def test_under_thresholds_follows_them_as_they_are_published():
    assert a_day({"peers": {"persons": 15.0}, "odometer": {"spare": 4.0, "month": 120.0}}) == 4
    assert a_day({"peers": {"persons": 3.0}}) == 2
    assert a_day({"odometer": {"spare": 9.0, "month": 27.0}}) == 1


def test_machine_and_hand_differ():
    assert list(zip(range(3), ways.machine(0, 2.0), strict=False)) == [(0, 0), (1, 2_000_000), (2, 4_000_000)]


# ----------------------------------------------------------------------------------- the suite is whole


def test_every_attack_names_a_detector_and_every_detector_has_its_drill():
    named = {attack.detector for attack in ATTACKS.values()} - {""}
    assert named == set(detectors())


def test_only_attacks_that_no_count_can_see_name_none():
    unseen = {attack.name for attack in ATTACKS.values() if not attack.detector}
    assert unseen == {"under_thresholds", "insider_acquaintances", "terminal_malware_slow"}


@every_attack
def test_an_attack_says_what_it_has_in_a_few_lines(attack):
    module = inspect.getmodule(attack.script)
    lines = (module.__doc__ or "").splitlines()
    assert 3 <= len(lines) <= 8
    assert {"fr", "en"} == set(attack.title)


def test_no_script_looks_at_who_is_a_decoy():
    """It would know what no attacker can."""
    folder = Path(inspect.getfile(interface)).parent
    for path in folder.glob("*.py"):
        names = {
            node.attr for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)
        }
        assert path.name == "attack.py" or not names & {"decoys", "ids"}, path.name
