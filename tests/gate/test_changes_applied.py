"""Terminals, the platform's restriction, and what is no change at all."""

import base64
import secrets
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from rempart.gate.keepers import KeeperFault
from tests.gate.changing import (
    DAY,
    REASON,
    Connect,
    amounts,
    journal,
    later,
)
from tests.gate.house import Account, House, Person, Terminal

# ------------------------------------------------------------------------------------------- terminals


def enrol(organisation: int | None, key: Ed25519PrivateKey) -> dict[str, Any]:
    public = base64.b64encode(key.public_key().public_bytes_raw()).decode()
    return {"organisation": organisation, "label": "comptoir", "public_key": public}


def test_a_terminal_counts_only_after_its_delay(house: House, keeper: Any, person: Person) -> None:
    account, key = house.account(), Ed25519PrivateKey.generate()
    first, second = keeper(), keeper()
    change = first.propose("terminal", enrol(account.organisation, key), REASON)

    def tried() -> str:
        row = house.owner.execute(
            "select id from gate.terminal where organisation = %s", (account.organisation,)
        ).fetchone()
        terminal = Terminal(row[0] if row else 2**40, key)
        asker = Account(account.id, account.login, account.organisation, account.token, terminal)
        reply = house.look_up(account, person.ask(proof=house.card(asker, person)))
        return str(reply.json().get("reason", reply.json().get("proof")))

    # Enrolled by two at a time when the delay is a moment: the gate itself applies it, at its next turn.
    assert tried() == "proof_forged"  # no key is known under that number
    house.owner.execute("update gate.policy set delay = '2 seconds'")
    try:
        second.approve(change)
    finally:
        house.owner.execute("update gate.policy set delay = '24 hours'")
    assert tried() == "proof_forged"
    deadline = time.monotonic() + 15
    while (said := tried()) != "card" and time.monotonic() < deadline:
        assert said == "proof_forged"
        time.sleep(0.2)
    assert said == "card"
    (number,) = house.owner.execute(
        "select id from gate.terminal where organisation = %s", (account.organisation,)
    ).fetchone() or (0,)
    first.propose("revoke_terminal", {"terminal": number}, REASON)
    assert tried() == "proof_terminal"


def test_the_day_of_a_terminal_is_the_one_announced(house: House, keeper: Any, person: Person) -> None:
    """Even if its row stood there early, its attestations prove nothing before."""
    account, key = house.account(), Ed25519PrivateKey.generate()
    due = keeper().approve(keeper().propose("terminal", enrol(account.organisation, key), REASON))
    later(house, DAY + timedelta(minutes=1))
    row = house.owner.execute(
        "select id, active_from from gate.terminal where organisation = %s", (account.organisation,)
    ).fetchone()
    assert row is not None
    assert row[1] == due
    asker = Account(account.id, account.login, account.organisation, account.token, Terminal(row[0], key))
    proof = house.card(asker, person)
    assert house.look_up(account, person.ask(proof=proof)).json()["reason"] == "proof_terminal"


def test_all_are_told_of_a_change_but_not_of_a_key(
    house: House, keeper: Any, connect: Connect, pharmacist: Account
) -> None:
    first, second = keeper(), keeper()
    value = enrol(pharmacist.organisation, Ed25519PrivateKey.generate())
    change = first.propose("terminal", value, REASON)
    due = second.approve(change)
    announced = "select value, reason, proposed_by, approved_by, effective_at from gate.change_announced"
    told = connect("web").execute(f"{announced} where id = %s", (change,)).fetchone()
    shown = {name: value[name] for name in ("organisation", "label")}
    assert told == (shown, REASON, first._keeper, second._keeper, due)


# --------------------------------------------------------------------------------- the platform's freeze


def test_a_restriction_of_the_platform_is_lifted_by_two_keepers_only(
    house: House, keeper: Any, connect: Connect, pharmacist: Account, person: Person
) -> None:
    web, gate = connect("web"), connect("gate")
    (number,) = web.execute(
        "select gate.restrict(4::smallint, 'platform', 'frozen', 'attaque', 'operator')"
    ).fetchone() or (0,)
    try:
        assert house.look_up(pharmacist, person.ask()).json()["reason"] == "frozen"
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="two keepers"):
            gate.execute("select gate.lift(%s, 'operator', 'fini')", (number,))
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="permission denied"):
            web.execute("select gate.lift(%s, 'operator', 'fini')", (number,))
        first, second = keeper(), keeper()
        change = first.propose("lift_platform", {"restriction": number}, REASON)
        assert house.look_up(pharmacist, person.ask()).json()["reason"] == "frozen"
        second.approve(change)
        later(house, DAY + timedelta(minutes=1))
        assert house.look_up(pharmacist, person.ask()).status_code == 200
        (by,) = house.owner.execute(
            "select lifted_by from gate.restriction where id = %s", (number,)
        ).fetchone() or ("",)
        assert by == f"{first._keeper} + {second._keeper}"
    finally:
        house.owner.execute("update gate.restriction set lifted_at = now() where id = %s", (number,))


@pytest.mark.parametrize(
    ("scope", "subject"),
    [
        (4, "everything"),
        (1, "abc"),
        (1, " 1"),
        (2, "0x1"),
        (3, "10.0.0.0/8"),
        (3, "nowhere"),
        (6, "pages"),
        (0, "1"),
        (7, "1"),
        (5, ""),
    ],
)
def test_a_restriction_that_would_match_nothing_is_not_placed(
    connect: Connect, scope: int, subject: str
) -> None:
    with pytest.raises(psycopg.errors.DataError):
        connect("web").execute(
            "select gate.restrict(%s::smallint, %s, 'frozen', 'essai', 'operator')", (scope, subject)
        )


@pytest.mark.parametrize("spelling", ["192.0.2.200/32", "192.0.2.200"])
def test_a_network_is_restricted_however_it_is_spelt(house: House, connect: Connect, spelling: str) -> None:
    (number,) = connect("web").execute(
        "select gate.restrict(3::smallint, %s, 'step_up', 'essai', 'operator', now() + interval '1 minute')",
        (spelling,),
    ).fetchone() or (0,)
    found = house.owner.execute("select subject from gate.restriction where id = %s", (number,)).fetchone()
    assert found == ("192.0.2.200",)


# ------------------------------------------------------------------------------------- what is no change


@pytest.mark.parametrize("kind", ["limit", "matrix", "breaker", "terminal", "revoke_terminal", "coffee"])
@pytest.mark.parametrize(
    "value",
    [
        {},
        {"amounts": [1, 2, 3]},
        {"scope": 1, "meter": 0, "profession": "x", "amounts": [1, 2, 3, -4]},
        {"scope": 1, "meter": 0, "profession": "x", "amounts": [1, 2, 3, "many"]},
        {"scope": 9, "meter": 9, "profession": "x", "amounts": [1, 1, 1, 1]},
        {"purpose": "support", "profession": "operator", "assurance": 1, "categories": 99, "wide": True},
        {"purpose": "support", "profession": "operator", "assurance": 2, "categories": 12},
        {"floor": "low", "present": 1},
        {"organisation": 1, "label": "x", "public_key": "AAAA"},
        {"terminal": "the one by the door"},
    ],
    ids=str,
)
def test_a_value_that_is_none_changes_nothing(
    house: House, keeper: Any, kind: str, value: dict[str, Any]
) -> None:
    asked = (
        "select (select version from gate.policy),"
        " (select count(*) from gate.terminal where revoked_at is null),"
        " (select sum(amounts[1]) from gate.limit_row), (select sum(categories) from gate.matrix_row),"
        " (select floor + present + current from gate.breaker)"
    )
    before = house.owner.execute(asked).fetchone()
    proposed = None
    with suppress(KeeperFault):
        proposed = keeper().propose(kind, value, REASON)
    after = house.owner.execute(asked).fetchone()
    if proposed is not None and after is not None and before is not None:
        assert after[1:] == before[1:]
        house.owner.execute("update gate.change set cancelled_at = now() where id = %s", (proposed,))


def test_a_change_that_cannot_be_applied_blocks_none_after_it(
    house: House, keeper: Any, limit: Any, connect: Connect
) -> None:
    """Two keepers enrolled the same key twice; what follows must still take effect."""
    first, second, value = keeper(), keeper(), limit([11, 20, 30, 40])
    twice = enrol(house.organisation(), Ed25519PrivateKey.generate())
    changes = [first.propose("terminal", twice, REASON) for _ in range(2)]
    changes.append(first.propose("limit", value, REASON))
    for change in changes:
        second.approve(change)
    later(house, DAY + timedelta(minutes=1))
    state = house.owner.execute(
        "select applied_at is not null, cancelled_at is not null from gate.change"
        " where id = any(%s) order by id",
        (changes,),
    ).fetchall()
    assert state == [(True, False), (False, True), (True, False)]
    assert amounts(house, value) == [11, 20, 30, 40]
    assert [tag for tag, _ in journal(house, changes[1])][-1] == "gate:change:cancelled"
    connect("gate").execute("select gate.upkeep(now())")
    first.propose("limit", limit([1, 1, 1, 1]), REASON)
    assert amounts(house, value) == [1, 1, 1, 1]


def test_no_clock_of_the_gates_shortens_a_delay(
    house: House, keeper: Any, limit: Any, connect: Connect
) -> None:
    """The gate says what time it is; a change waits for the database's clock as well."""
    first, second, gate = keeper(), keeper(), connect("gate")
    value, ahead, back = limit([11, 20, 30, 40]), datetime.now(UTC) + 400 * DAY, datetime.now(UTC) - 400 * DAY
    change = first.propose("limit", value, REASON)
    gate.execute("select gate.approve(%s, %s, %s)", (second._keeper, change, back))
    gate.execute("select gate.upkeep(now())")
    gate.execute(
        "select gate.propose(%s, 'revoke_terminal', '{\"terminal\": 0}', %s, %s)",
        (first._keeper, REASON, ahead),
    )
    assert amounts(house, value) == [10, 20, 30, 40]


def test_ceilings_policy_and_keepers_are_the_owners(connect: Connect) -> None:
    for statement in (
        "update gate.ceiling set amounts = '{1,1,1,1}'",
        "update gate.policy set delay = '0'",
        "insert into gate.keeper (name, secret) values ('mine', 'x')",
        "select secret from gate.keeper",
        "select gate.apply_due(now() + interval '2 days')",
        "select gate.loosens('limit', '{}')",
    ):
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connect("gate").execute(statement)


def test_a_terminals_key_is_never_changed_by_a_change(house: House, keeper: Any) -> None:
    """There is no kind of change for it, and the same key is not enrolled for another organisation."""
    key = Ed25519PrivateKey.generate()
    mine, theirs = house.organisation(), house.organisation()
    first, second = keeper(), keeper()
    for organisation in (mine, theirs):
        second.approve(first.propose("terminal", enrol(organisation, key), REASON))
    later(house, DAY + timedelta(minutes=1))
    rows = house.owner.execute(
        "select organisation from gate.terminal where public_key = %s",
        (key.public_key().public_bytes_raw(),),
    ).fetchall()
    assert rows == [(mine,)]
    assert secrets.compare_digest(
        house.owner.execute(
            "select public_key from gate.terminal where organisation = %s", (mine,)
        ).fetchone()[0],  # type: ignore[index]
        key.public_key().public_bytes_raw(),
    )
