"""A small score on every run: it fails when more leaves, or when honest work is disturbed more, than stated.

Figures and margins stand in `score.json`. Written anew, after reading them, by REWRITE=1.
"""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from rempart.drills import cluster
from rempart.drills.attacks import attack as attacks
from rempart.drills.rules.limiter import PACE, AddressLimiter
from rempart.drills.score import attacked, page, setting, together, working
from rempart.drills.score.setting import Setting

_FILE = Path(__file__).with_name("score.json")
_SMALL = Setting(
    professionals=60,
    days=1,
    seed=7,
    history=3,
    attacks=("replay_2022", "burst"),
    controls=("nursing_home_round",),
)
_HOURS = 12
"""Of each attack: it begins with the morning."""


@pytest.fixture(scope="module")
def ground():
    """The world that attacks begin with, in a database of its own."""
    with cluster.thrown_away() as data:
        world = setting.found(data, "ground", setting.attacked_plan(_SMALL), _SMALL)
        for _ in setting.lived(world, range(_SMALL.history)):
            pass
        yield world
        world.close()


def _measured(ground, one):
    """Of its first hours alone."""
    return attacked.measure(ground, replace(one, days=_HOURS / 24), _SMALL.history, _SMALL.seed)


@pytest.fixture(scope="module")
def hostile(ground):
    found = {one.name: _measured(ground, one) for one in together.chosen_attacks(_SMALL)}
    if os.environ.get("REWRITE"):
        _rewrite(found)
    return found


@pytest.fixture(scope="module")
def quiet(ground):
    return {name: working.control(ground, name, _SMALL.history) for name in _SMALL.controls}


def _worse(found, kept, margin):
    """Attacks that expose more than they did, beyond the margin."""
    return [
        name
        for name, figures in kept.items()
        if found[name]["persons_exposed"]
        > figures["persons_exposed"] * (1 + margin["share"]) + margin["persons"]
    ]


def test_no_attack_exposes_more_than_the_figures_on_file(hostile):
    kept = json.loads(_FILE.read_text("utf-8"))
    assert _worse(hostile, kept["attacks"], kept["margin"]) == []
    for name, figures in kept["attacks"].items():
        assert hostile[name]["woken"] or not figures["woken"], f"{name} wakes its detector no more"


def test_without_detectors_the_same_figures_fail(hostile):
    """The check can fail: what the budgets alone let out is beyond the margin."""
    kept = json.loads(_FILE.read_text("utf-8"))
    blind = {name: {"persons_exposed": one["budget_alone"]} for name, one in hostile.items()}
    assert "replay_2022" in _worse(blind, kept["attacks"], kept["margin"])


def test_honest_days_and_controls_are_left_alone(ground, quiet):
    world = ground.clone("honest")
    try:
        found = working.month(world, range(_SMALL.history, _SMALL.history + _SMALL.days))
    finally:
        world.drop()
    kept = json.loads(_FILE.read_text("utf-8"))["margin"]
    assert found["freezes"] == 0
    assert found["step_ups"] + found["card_required"] <= kept["disturbed"]
    assert found["look_ups"] > 500
    assert {name: one["verdict"] for name, one in quiet.items()} == dict.fromkeys(_SMALL.controls, "ok")


def test_the_same_seed_gives_the_same_figures(ground, hostile):
    assert _measured(ground, attacks.known()["burst"]) == hostile["burst"]


def test_a_limiter_alone_never_sees_its_attacker():
    """`rate_limiter_alone` is arithmetic: held against the limiter itself, for an hour."""
    limiter = AddressLimiter()
    assert all(limiter.allows("one", n / PACE) for n in range(int(PACE * 3600)))
    slow = replace(attacks.known()["replay_2022"], addresses=1, days=1 / 24, wanted=None)
    assert attacked.limiter_alone(slow) == int(PACE * 3600)


def test_the_page_needs_no_script_and_says_both_languages(hostile, quiet):
    found = {"attacks": list(hostile.values()), "controls": list(quiet.values()), "honest": None}
    drawn = page.page(together.whole(_SMALL, found))
    assert "<script" not in drawn
    assert "http" not in drawn.replace("http://www.w3.org/2000/svg", "")
    assert 'lang="en"' in drawn
    assert "33\u202f000\u202f000" in drawn


def _rewrite(hostile):
    kept = json.loads(_FILE.read_text("utf-8")) if _FILE.exists() else {}
    margin = kept.get("margin", {"share": 0.25, "persons": 5, "disturbed": 0})
    names = ("persons_exposed", "per_account_max", "woken")
    figures = {name: {key: one[key] for key in names} for name, one in hostile.items()}
    _FILE.write_text(json.dumps({"margin": margin, "attacks": figures}, indent=1) + "\n", "utf-8")
