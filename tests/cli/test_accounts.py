"""`rempart account …` against a running database, as a person at a terminal would use it."""

import json

import pytest


@pytest.fixture
def rempart(command):
    return command("accounts")


def test_an_operator_is_opened_listed_and_given_a_set_up_word(rempart, fresh):
    login = fresh("operator")
    code, out, err = rempart("open", login, "--profession", "operator", "--set-up", "--json")
    assert code == 0, err
    assert len(json.loads(out)["set_up_word"]) == 32
    code, out, _ = rempart("list", "--json")
    ours = next(line for line in json.loads(out) if line["account"] == login)
    assert (ours["profession"], ours["active"]) == ("operator", True)
    assert ours["card_until"]


def test_a_password_comes_by_standard_input_and_a_weak_one_is_refused(rempart, fresh):
    login = fresh("dpo")
    code, _, err = rempart("open", login, "--profession", "dpo", given="short\n")
    assert code == 3
    assert "short" not in err
    assert rempart("open", login, "--profession", "dpo", given="a long enough password\n")[0] == 0


def test_a_token_is_issued_listed_and_revoked(rempart, fresh):
    login = fresh("operator")
    rempart("open", login, "--profession", "operator", "--set-up")
    token = json.loads(rempart("token", login, "Logiciel", "--json")[1])["token"]
    assert token.startswith("rmp_")
    listed = json.loads(rempart("revoke-token", login, "--json")[1])
    assert [line["label"] for line in listed] == ["Logiciel"]
    assert rempart("revoke-token", login, str(listed[0]["token"]))[0] == 0
    assert json.loads(rempart("revoke-token", login, "--json")[1]) == []


@pytest.mark.parametrize(
    "words",
    [
        ("end-sessions", "nobody-at-all"),
        ("set-up-token", "nobody-at-all"),
        ("open", "Bad Login!", "--profession", "operator", "--set-up"),
        ("open", "nowhere-to-work", "--profession", "pharmacist", "--set-up"),
        ("open", "nowhere-to-work", "--profession", "pharmacist", "--organisation", "none", "--set-up"),
    ],
)
def test_what_cannot_be_is_one_line_and_an_exit_code(rempart, words):
    code, out, err = rempart(*words)
    assert (code, out) == (3, "")
    assert "Traceback" not in err
