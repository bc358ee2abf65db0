"""`rempart gate …` and `rempart journal …`, as a keeper and an auditor at a terminal use them."""

import base64
import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from argon2 import PasswordHasher
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from rempart.cli.gate import app as gate_app
from rempart.cli.journal import app as journal_app
from rempart.cli.organisations import OrganisationFault
from rempart.cli.organisations import app as organisation_app
from rempart.gate.keepers import KeeperFault
from tests.gate.house import Account, House, Person

WHY = ["--reason", "asked by the committee"]
SECRET = "a keeper's long secret"
HASHED = PasswordHasher(time_cost=1, memory_cost=64).hash(SECRET)


@pytest.fixture
def run(
    cluster: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., str]:
    """`run("limits", "--json")` → what the command prints."""
    monkeypatch.delenv("REMPART_ROLE")
    monkeypatch.setattr("rempart.cli.screen.out._width", 400)

    def call(*words: str, app: Any = gate_app) -> str:
        capsys.readouterr()
        app([*words, "--data", str(cluster)], exit_on_error=False, result_action="return_value")
        return capsys.readouterr().out

    return call


@pytest.fixture
def keeper(house: House, fresh: Callable[[str], str], tmp_path: Path) -> Callable[[], list[str]]:
    """`keeper()` → the options by which somebody new says who they are."""
    file = tmp_path / "secret"
    file.write_text(SECRET + "\n")

    def make() -> list[str]:
        name = fresh("keeper")
        house.owner.execute("insert into gate.keeper (name, secret) values (%s, %s)", (name, HASHED))
        return ["--as", name, "--secret-file", str(file)]

    return make


def test_limits_are_shown_as_they_are_applied(run: Any) -> None:
    shown = {
        (row["scope"], row["profession"], row["meter"]): row for row in json.loads(run("limits", "--json"))
    }
    row = shown["account", "pharmacist", "unproven"]
    assert [row[window] for window in ("minute", "hour", "day", "30 days")] == [10, 30, 60, 400]
    assert "pharmacist" in run("limits")


def test_a_limit_is_raised_by_two_and_announced(run: Any, keeper: Any, house: House) -> None:
    first, second = keeper(), keeper()
    asked = run("limits", "set", "midwife", "--amounts", "6,20,40,400", *WHY, *first, "--json")
    (proposed,) = json.loads(asked)
    assert (proposed["loosens"], "waits" in proposed["now"]) == (True, True)
    change = str(proposed["change"])
    with pytest.raises(KeeperFault, match="second keeper"):
        run("approve", change, *first)
    (approved,) = json.loads(run("approve", change, *second, "--json"))
    assert approved["change"] == int(change)
    (listed,) = [row for row in json.loads(run("changes", "--json")) if row["id"] == int(change)]
    assert (listed["approved_by"], listed["applied_at"]) == (second[1], None)
    assert json.loads(run("cancel", change, *first, "--json")) == [{"change": int(change), "cancelled": True}]
    assert "cancelled_at" in run("changes")
    found = house.owner.execute(
        "select amounts from gate.limit_row where scope = 1 and profession = 'midwife' and meter = 0"
    ).fetchone()
    assert found == ([5, 20, 40, 400],)


def test_a_limit_is_lowered_at_once(run: Any, keeper: Any, house: House) -> None:
    try:
        said = json.loads(
            run("limits", "set", "midwife", "--amounts", "4,20,40,400", *WHY, *keeper(), "--json")
        )
        assert (said[0]["loosens"], said[0]["now"]) == (False, "in force")
        shown = json.loads(run("limits", "--json"))
        assert [
            row["minute"]
            for row in shown
            if (row["scope"], row["profession"], row["meter"]) == ("account", "midwife", "unproven")
        ] == [4]
    finally:
        house.owner.execute(
            "update gate.limit_row set amounts = '{5,20,40,400}'"
            " where scope = 1 and profession = 'midwife' and meter = 0"
        )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["limits", "set", "midwife", "--amounts", "1,2,3"], "four figures"),
        (["limits", "set", "midwife", "--amounts", "1,2,3,-4"], "four figures"),
        (["limits", "set", "midwife", "--amounts", "１,2,3,4"], "four figures"),
        (["limits", "set", "plumber", "--amounts", "1,2,3,4"], "Professions are"),
        (["limits", "set", "midwife", "--amounts", "1,2,3,4", "--scope", "galaxy"], "is none of"),
        (["limits", "set", "midwife", "--amounts", "41,240,1200,12000"], "over the ceiling"),
        (["matrix", "set", "support", "operator", "--categories", "secrets"], "is none of"),
        (["terminals", "enrol", "1", "x", "--public-key", "not base64!"], "not base64"),
        (["terminals", "enrol", "1", "x", "--public-key", "AAAA"], "32 bytes"),
        (["limits", "breaker", "--floor", "99999999", "--present", "1"], "over the ceiling"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_what_cannot_be_is_said_in_one_line(run: Any, keeper: Any, words: list[str], said: str) -> None:
    with pytest.raises(KeeperFault, match=said) as caught:
        run(*words, *WHY, *keeper())
    assert "\n" not in str(caught.value)


def test_a_wrong_secret_ends_the_command_with_its_code_and_no_traceback(
    cluster: Path, keeper: Any, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("quite another secret\n")
    who = [*keeper()[:2], "--secret-file", str(wrong)]
    kept = {name: value for name, value in os.environ.items() if name != "REMPART_ROLE"}
    command = [Path(sys.executable).with_name("rempart"), "gate", "limits", "set", "midwife"]
    done = subprocess.run(
        [*command, "--amounts", "1,1,1,1", *WHY, *who, "--data", cluster],
        capture_output=True,
        text=True,
        check=False,
        env=kept,
    )
    assert (done.returncode, "Traceback" in done.stderr) == (9, False)
    assert "No keeper has this name and secret." in done.stderr
    assert "quite another secret" not in done.stderr + done.stdout


def test_the_matrix_is_shown_and_closed_at_once(run: Any, keeper: Any, house: House) -> None:
    shown = {(row["purpose"], row["profession"]): row for row in json.loads(run("matrix", "--json"))}
    assert shown["rights", "pharmacist"]["categories"] == "rights, contract"
    assert ("admission", "pharmacist") not in shown
    try:
        change = ["matrix", "set", "support", "operator", "--categories", "rights", "--wide"]
        assert json.loads(run(*change, *WHY, *keeper(), "--json"))[0]["now"] == "in force"
    finally:
        house.owner.execute(
            "update gate.matrix_row set categories = 12 where purpose = 'support' and profession = 'operator'"
        )


def test_a_terminal_is_proposed_listed_and_revoked(
    run: Any, keeper: Any, house: House, pharmacist: Account, person: Person
) -> None:
    key = base64.b64encode(Ed25519PrivateKey.generate().public_key().public_bytes_raw()).decode()
    enrol = ["terminals", "enrol", str(house.organisation()), "comptoir", "--public-key", key]
    assert "waits" in json.loads(run(*enrol, *WHY, *keeper(), "--json"))[0]["now"]
    assert key not in run("changes")
    assert pharmacist.terminal is not None
    number = str(pharmacist.terminal.id)
    assert number in run("terminals", "--json")
    assert house.look_up(pharmacist, person.ask(proof=house.card(pharmacist, person))).status_code == 200
    run("terminals", "revoke", number, *WHY, *keeper())
    reply = house.look_up(pharmacist, person.ask(proof=house.card(pharmacist, person)))
    assert reply.json()["reason"] == "proof_terminal"


def test_keepers_are_added_with_the_owners_role_and_never_shown_with_their_secret(
    run: Any, house: House, fresh: Any, tmp_path: Path
) -> None:
    name, file = fresh("keeper"), tmp_path / "new"
    file.write_text("elevenchars")
    with pytest.raises(KeeperFault, match="12 characters"):
        run("keepers", "add", name, "--secret-file", str(file))
    file.write_text(SECRET)
    run("keepers", "add", name, "--secret-file", str(file), "--email", "keeper@example.test")
    listed = run("keepers", "--json")
    (row,) = [row for row in json.loads(listed) if row["name"] == name]
    assert (row["email"], row["ended"], "argon2" in listed) == ("keeper@example.test", None, False)
    entry = house.owner.execute(
        "select tag from journal.entry where actor = %s and tag like 'installation:%%'", (name,)
    ).fetchone()
    assert entry == ("installation:keeper:added",)
    tighter = ["limits", "set", "midwife", "--amounts", "5,20,40,400"]
    assert "in force" in run(*tighter, *WHY, "--as", name, "--secret-file", str(file))
    run("keepers", "end", name, "--reason", "left the committee")
    with pytest.raises(KeeperFault):
        run(*tighter, *WHY, "--as", name, "--secret-file", str(file))
    with pytest.raises(KeeperFault, match="active"):
        run("keepers", "end", name, "--reason", "left twice")


def test_the_ceiling_is_the_owners_and_never_below_the_floor(run: Any, house: House) -> None:
    before, floor = house.owner.execute("select ceiling, floor from gate.breaker").fetchone() or (0, 0)
    with pytest.raises(KeeperFault, match="below the floor"):
        run("limits", "ceiling", str(floor - 1), *WHY)
    try:
        shown = json.loads(run("limits", "ceiling", str(floor), *WHY, "--json"))
        assert shown == [{"ceiling": floor, "before": before}]
        assert house.owner.execute("select ceiling from gate.breaker").fetchone() == (floor,)
    finally:
        run("limits", "ceiling", str(before), *WHY)


def test_an_organisation_is_found_and_its_networks_declared_when_told_to(run: Any, house: House) -> None:
    number = house.organisation("pharmacy")
    (name,) = house.owner.execute(
        "select technical_id from access.access_organisation where id = %s", (number,)
    ).fetchone() or ("",)
    (line,) = json.loads(run("find", name, "--json", app=organisation_app))
    assert (line["id"], line["networks"]) == (number, [])
    declare = ["networks", name, "198.51.100.128/25", *WHY]
    assert "add --apply" in run(*declare, app=organisation_app)
    assert json.loads(run("find", name, "--json", app=organisation_app))[0]["networks"] == []
    run(*declare, "--apply", app=organisation_app)
    assert json.loads(run("find", name, "--json", app=organisation_app))[0]["networks"] == [
        "198.51.100.128/25"
    ]
    for wrong in ("0.0.0.0/0", "198.51.100.1/25", "all"):
        with pytest.raises(OrganisationFault):
            run("networks", name, wrong, *WHY, "--apply", app=organisation_app)
    with pytest.raises(OrganisationFault, match="identifier"):
        run("networks", "F-of-nobody", *WHY, app=organisation_app)


# ---------------------------------------------------------------------------------------------- explain


def test_explaining_agrees_with_what_then_happens(run: Any, house: House) -> None:
    account = house.account("optician", terminal=True)
    for n in range(7):
        told = json.loads(run("explain", account.login, "--channel", "api", "--json"))
        reply = house.look_up(account, house.person().ask()).json()
        assert (told["verdict"], told["reason"]) == (reply["verdict"], reply.get("reason")), n
    step = next(step for step in told["steps"] if step["step"] == "limit" and not step["passes"])
    assert (step["scope"], step["window"], step["limits"]) == (1, 0, [5, 15, 30, 300])
    assert 0 < step["frees_in"] <= 60
    with_card = json.loads(run("explain", account.login, "--proof", "card", "--json"))
    assert with_card["verdict"] == "granted"
    assert len(house.entries(account)) == 7


@pytest.mark.parametrize("kind", ["step_up", "card_required", "frozen"])
def test_explaining_names_the_restriction(run: Any, house: House, kind: str) -> None:
    account, person = house.account(terminal=True), house.person()
    (number,) = house.owner.execute(
        "select gate.restrict(1::smallint, %s, %s, 'essai', 'test')", (str(account.id), kind)
    ).fetchone() or (0,)
    told = json.loads(run("explain", account.login, "--json"))
    assert told["reason"] == house.look_up(account, person.ask()).json()["reason"] == kind
    first = {"step": "restrictions", "restriction": kind, "id": number, "passes": False}
    assert first.items() <= told["steps"][0].items()
    with_card = json.loads(run("explain", account.login, "--proof", "card", "--json"))
    reply = house.look_up(account, person.ask(proof=house.card(account, person))).json()
    assert with_card["verdict"] == reply["verdict"]


def test_explaining_reads_for_a_person_too(run: Any, pharmacist: Account) -> None:
    shown = run("explain", pharmacist.login)
    assert "granted" in shown
    assert "1/10 minute, 1/30 hour, 1/60 day, 1/400 30 days" in shown


def test_explaining_an_unknown_login_is_one_line(run: Any) -> None:
    with pytest.raises(KeeperFault, match="No active account"):
        run("explain", "nobody-at-all")


def test_explaining_another_purpose_and_a_new_account(run: Any, house: House) -> None:
    told = json.loads(run("explain", house.account().login, "--purpose", "admission", "--json"))
    assert (told["verdict"], told["reason"]) == ("refused", "purpose")
    recent = house.account(card_until=datetime.now(UTC) + timedelta(hours=1))
    told = json.loads(run("explain", recent.login, "--json"))
    assert (told["verdict"], told["reason"]) == ("challenged", "card_required")


# ------------------------------------------------------------------------------------------ the journal


def test_the_tail_is_one_object_a_line_filtered_and_oldest_first(
    run: Any, house: House, pharmacist: Account, person: Person
) -> None:
    said = [
        house.look_up(pharmacist, person.ask(**more)).json() for more in ({}, {"purpose": "admission"}, {})
    ]
    lines = run("tail", "--json", "--account", pharmacist.login, app=journal_app).splitlines()
    entries = [json.loads(line) for line in lines]
    assert [entry["request"] for entry in entries] == [body["reference"] for body in said]
    assert [entry["verdict"] for entry in entries] == ["granted", "refused", "granted"]
    refused = run("tail", "--json", "--verdict", "refused", "-n", "1", app=journal_app)
    assert json.loads(refused)["request"] == said[1]["reference"]
    last = run("tail", "-n", "1", "--json", "--account", pharmacist.login, app=journal_app)
    assert json.loads(last)["request"] == said[2]["reference"]
    assert "purpose" in run("tail", "--account", pharmacist.login, app=journal_app)


def test_the_tail_shows_no_person(run: Any, house: House, pharmacist: Account, person: Person) -> None:
    house.look_up(pharmacist, person.ask())
    shown = run("tail", "--json", "--account", pharmacist.login, app=journal_app)
    assert str(person.id) not in shown
    assert not {"person", "prefix_month", "department", "birth_month"} & json.loads(shown).keys()
