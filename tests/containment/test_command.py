"""`rempart contain`: what tightens at once, what is shown first, what takes two keepers."""

import json
from contextlib import contextmanager

import pytest

from rempart.cli import contain
from rempart.vocabulary.faults import Fault
from tests.access.house import as_owner


@pytest.fixture
def command(db, house, monkeypatch, capsys):
    """`command("network", "192.0.2.1", "--yes")` → (what it printed as JSON, exit code)."""

    @contextmanager
    def owner(_data):
        with as_owner(house.data_dir):
            yield

    monkeypatch.setattr(contain, "as_owner", owner)

    def run(*words):
        code = 0
        try:
            contain.app([*words, "--json"], exit_on_error=False, result_action="return_value")
        except SystemExit as end:
            code = int(end.code or 0)
        return json.loads(capsys.readouterr().out), code

    return run


def test_a_rung_holds_until_it_is_undone(command, house, pharmacist, ask):
    made, code = command("account", pharmacist.login, "--freeze", "--text", "vu la nuit", "--hours", "2")
    assert (code, made["kind"]) == (0, "frozen")
    assert ask(pharmacist).json()["reason"] == "frozen"
    listed, _code = command("list")
    mine = [one for one in listed["restrictions"] if one["id"] == made["restriction"]]
    assert [(one["subject"], one["author"]) for one in mine] == [(pharmacist.login, "command line")]
    assert listed["watch"]["unwatched"] is False
    number = str(made["restriction"])
    assert command("undo", number, "--why", "vérifié") == ({"restriction": int(number), "undone": True}, 0)
    assert ask(pharmacist).status_code == 200
    assert command("undo", number, "--why", "vérifié")[1] == 1


def test_what_hits_many_is_shown_first(command, house, pharmacist, ask):
    network = ("network", "203.0.113.200", "--text", "essaim")
    shown, code = command(*network)
    assert (shown["done"], code) == (False, 1)
    assert ask(pharmacist, network="203.0.113.200").status_code == 200
    done, code = command(*network, "--yes")
    assert (done["done"], code) == (True, 0)
    try:
        assert ask(pharmacist, network="203.0.113.200").json()["reason"] == "network"
    finally:
        command("undo", str(done["restriction"]), "--why", "fin de l'essai")
    shown, code = command("account", pharmacist.login, "--new-credentials", "--text", "vol")
    assert (shown["done"], code) == (False, 1)
    assert ask(pharmacist).status_code == 200
    done, code = command("account", pharmacist.login, "--new-credentials", "--text", "vol", "--yes")
    assert (done["tokens"], code) == (1, 0)
    assert ask(pharmacist).json()["reason"] == "credential"


def test_an_insurer_is_closed_by_its_number_and_told_with_its_hour(command, house, pharmacist, person, ask):
    amc = house.owner.execute(
        "select amc_number from registry.insurer where id = %s", (person.insurer,)
    ).fetchone()[0]
    words = (
        "close",
        f"insurer:{amc}",
        "--message",
        "Fichier en cours.",
        "--reopens",
        "2099-01-01T08:00",
        "--yes",
    )
    done, _code = command(*words)
    try:
        closed = ask(pharmacist).json()
        assert closed["restriction"]["message"] == "Fichier en cours."
        assert closed["restriction"]["reopens_at"].startswith("2099-01-01")
    finally:
        command("undo", str(done["restriction"]), "--why", "rouvert")
    assert ask(pharmacist).status_code == 200


@pytest.mark.parametrize(
    "words",
    [
        ("account", "LOGIN", "--text", "rien choisi"),
        ("account", "LOGIN", "--card", "--freeze", "--text", "les deux"),
        ("network", "10.0.0.0/8", "--text", "trop large", "--yes"),
        ("close", "fax", "--message", "fermé", "--yes"),
        ("close", "insurer:404", "--message", "fermé", "--yes"),
        ("close", "page", "--message", "fermé", "--reopens", "demain", "--yes"),
    ],
)
def test_a_wrong_word_restricts_nothing_and_says_what_to_do(command, pharmacist, words):
    with pytest.raises(Fault) as wrong:
        command(*(pharmacist.login if word == "LOGIN" else word for word in words))
    assert wrong.value.remedy
