"""The sign-in's drills against a running demonstration: the attacker gets nothing, the owner is told."""

import importlib
from functools import cache

import pytest

from rempart.cli import drill_sign_in
from rempart.vocabulary.faults import Fault
from tests.drills.demonstration import begun, ended

NOTHING = {"persons_exposed": 0, "sessions": 0, "unjournaled": 0}


DRILLS = (
    ("stuffing", "--attempts", "100"),
    ("lock-out", "--attempts", "250"),
    ("forged-card",),
    ("reset-takeover",),
    ("session-theft",),
    ("fraudulent-enrolment",),
    ("factor-fatigue",),
)


@pytest.fixture(scope="module")
def running(data):
    """All of them at once, as attackers come; most of their time is waiting for the next code."""
    started = {words[0]: begun(data, *words) for words in DRILLS}
    yield started
    for process in started.values():
        process.kill()
        process.communicate()


@pytest.fixture(scope="module")
def report(running):
    """`report("stuffing")` → what that drill printed, once it has ended."""

    @cache
    def of(name):
        found = ended(running[name])
        assert {key: found[key] for key in NOTHING} == NOTHING
        assert found["drill"].replace("_", "-") == name
        assert found["noticed"] or name == "forged-card", "whose card it is nobody knows"
        return found

    return of


def test_stuffing_finds_right_passwords_and_nothing_behind_them(report):
    found = report("stuffing")
    assert found["attempts"] == 100
    assert found["right_passwords"] == 5, "or the bot did not understand the page"
    assert found["codes_guessed"] >= 5
    assert found["pages_opened"] == 0
    assert found["campaigns_journaled"]["password"] == 1


def test_a_stranger_locks_nobody_out(report):
    found = report("lock-out")
    assert found["attempts"] == 250
    assert found["owner_came_in"] is True
    assert found["wrong"] <= 100, "compared before all strangers' part was spent"
    assert found["not_even_compared"] >= 150
    assert found["new_counter"] == "told the other ways: usual counter, passkey, card"


def test_a_forged_card_opens_no_page_and_each_is_journaled(report):
    found = report("forged-card")
    assert found["pages_opened"] == 0
    assert found["refused"] == found["journaled"] == 64


@pytest.mark.parametrize(
    "name", ["reset-takeover", "session-theft", "fraudulent-enrolment", "factor-fatigue"]
)
def test_the_others_get_nothing_either(report, name):
    assert report(name)["seconds"] > 0


def test_in_words_it_says_what_was_got_and_what_was_noticed(monkeypatch, capsys):
    class Nothing:
        @staticmethod
        def run(_target, _say):
            return {"drill": "forged_card", "noticed": ["Une carte a été refusée"], **NOTHING}

    monkeypatch.setattr(drill_sign_in, "_load", lambda _: Nothing)
    monkeypatch.setattr(drill_sign_in.target, "find", lambda _: None)
    drill_sign_in.forged_card()
    told = capsys.readouterr().out
    assert "persons exposed" in told
    assert "The owner noticed:" in told


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
