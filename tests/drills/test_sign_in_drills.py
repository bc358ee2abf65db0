"""The sign-in's drills against a running demonstration: the attacker gets nothing, the owner is told."""

import importlib
import subprocess

import pytest

from rempart.cli import drill_sign_in
from rempart.vocabulary.faults import Fault
from tests.drills.demonstration import ENVIRONMENT, REMPART, drill

NOTHING = {"persons_exposed": 0, "sessions": 0, "unjournaled": 0}


def nothing(report):
    assert {key: report[key] for key in NOTHING} == NOTHING
    return report


def test_stuffing_finds_right_passwords_and_nothing_behind_them(data):
    report = nothing(drill(data, "stuffing", "--attempts", "100"))
    assert report["drill"] == "stuffing"
    assert report["attempts"] == 100
    assert report["right_passwords"] == 5, "or the bot did not understand the page"
    assert report["codes_guessed"] >= 5
    assert report["pages_opened"] == 0
    assert report["campaigns_journaled"]["password"] == 1
    assert any("mot de passe" in line for line in report["noticed"])


def test_a_stranger_locks_nobody_out(data):
    report = nothing(drill(data, "lock-out", "--attempts", "250"))
    assert report["attempts"] == 250
    assert report["owner_came_in"] is True
    assert report["wrong"] <= 100, "compared before all strangers' part was spent"
    assert report["not_even_compared"] >= 150
    assert report["new_counter"] == "told the other ways: usual counter, passkey, card"
    assert report["noticed"]


def test_a_forged_card_opens_no_page_and_each_is_journaled(data):
    report = nothing(drill(data, "forged-card"))
    assert report["pages_opened"] == 0
    assert report["refused"] == report["journaled"] == 64


@pytest.mark.parametrize(
    "name", ["reset-takeover", "session-theft", "fraudulent-enrolment", "factor-fatigue"]
)
def test_the_others_get_nothing_either(data, name):
    report = nothing(drill(data, name))
    assert report["drill"].replace("_", "-") == name
    assert report["noticed"]


def test_in_words_it_says_what_was_got_and_what_was_noticed(data):
    done = subprocess.run(
        [REMPART, "drill", "forged-card", "--data", data],
        check=True,
        capture_output=True,
        text=True,
        env=ENVIRONMENT,
    )
    assert "persons exposed" in done.stdout
    assert "The owner noticed:" in done.stdout


def test_a_drill_that_gets_something_ends_with_code_1(monkeypatch, capsys):
    class Found:
        @staticmethod
        def run(_target, _say):
            return {"drill": "forged_card", "sessions": 1, "persons_exposed": 0, "noticed": []}

    monkeypatch.setattr(drill_sign_in, "_load", lambda _: Found)
    monkeypatch.setattr(drill_sign_in.target, "find", lambda _: None)
    with pytest.raises(SystemExit) as ended:
        drill_sign_in.forged_card()
    assert ended.value.code == 1
    assert "The attacker got something" in capsys.readouterr().err


def test_a_drill_that_is_not_there_is_told(monkeypatch):
    def absent(name):
        raise ModuleNotFoundError(name=name)

    monkeypatch.setattr(importlib, "import_module", absent)
    with pytest.raises(Fault, match="forged-card"):
        drill_sign_in._load("forged_card")
