"""Limits, matrix, breaker, terminals: tightened at once by one keeper, loosened by two and after a delay."""

import base64
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
from argon2 import PasswordHasher
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from rempart.gate.keepers import Changes, KeeperFault, hash_secret
from tests.gate.house import Account, House, Person, Terminal

Connect = Callable[..., psycopg.Connection[Any]]
SECRET = "a keeper's long secret"
REASON = "asked by the committee"
DAY = timedelta(hours=24)
HASHED = PasswordHasher(time_cost=1, memory_cost=64).hash(SECRET)  # quick to check
PODIATRIST = "scope = 1 and profession = 'podiatrist' and meter = 0"


@pytest.fixture
def keeper(house: House, connect: Connect, fresh: Callable[[str], str]) -> Callable[[], Changes]:
    """`keeper()` → somebody new who may change things."""

    def make() -> Changes:
        name = fresh("keeper")
        house.owner.execute("insert into gate.keeper (name, secret) values (%s, %s)", (name, HASHED))
        return Changes(connect("gate"), name, SECRET)

    return make


@pytest.fixture
def limit(house: House, fresh: Callable[[str], str]) -> Callable[[list[int]], dict[str, Any]]:
    """`limit(amounts)` → the value of a change to a limit that is this test's own, 10, 20, 30, 40 now."""
    profession = fresh("profession")
    house.owner.execute("insert into gate.limit_row values (1, %s, 0, '{10,20,30,40}')", (profession,))
    return lambda amounts: {"scope": 1, "profession": profession, "meter": 0, "amounts": amounts}


def amounts(house: House, value: dict[str, Any]) -> list[int]:
    row = house.owner.execute(
        "select amounts from gate.limit_row where scope = %s and profession = %s and meter = %s",
        (value["scope"], value["profession"], value["meter"]),
    ).fetchone()
    assert row is not None
    return list(row[0])


def later(house: House, by: timedelta) -> None:
    """What the gate's upkeep will do then."""
    house.owner.execute("select gate.apply_due(%s)", (datetime.now(UTC) + by,))


def journal(house: House, change: int) -> list[tuple[str, str]]:
    return house.owner.execute(
        "select tag, actor from journal.entry where rule = %s order by seq", (f"change:{change}",)
    ).fetchall()


# ------------------------------------------------------------------------------------------- two keepers


def test_a_higher_limit_waits_for_a_second_keeper_and_a_day(house: House, keeper: Any, limit: Any) -> None:
    first, second, value = keeper(), keeper(), limit([10, 20, 30, 41])
    change = first.propose("limit", value, REASON)
    later(house, 30 * DAY)
    assert amounts(house, value) == [10, 20, 30, 40], "one keeper is not enough, however long it waits"
    due = second.approve(change)
    assert timedelta(hours=23, minutes=59) < due - datetime.now(UTC) < DAY + timedelta(minutes=1)
    later(house, DAY - timedelta(minutes=1))
    assert amounts(house, value) == [10, 20, 30, 40]
    later(house, DAY + timedelta(minutes=1))
    assert amounts(house, value) == [10, 20, 30, 41]
    assert journal(house, change) == [
        ("gate:change:proposed", first._keeper),
        ("gate:change:approved", second._keeper),
        ("gate:change:applied", f"{first._keeper} + {second._keeper}"),
    ]


def test_nobody_approves_alone_twice_or_what_was_cancelled(house: House, keeper: Any, limit: Any) -> None:
    first, second, third, value = keeper(), keeper(), keeper(), limit([11, 20, 30, 40])
    change = first.propose("limit", value, REASON)
    with pytest.raises(KeeperFault, match="second keeper"):
        first.approve(change)
    second.approve(change)
    with pytest.raises(KeeperFault, match="no such change waits"):
        third.approve(change)
    assert third.cancel(change) is True
    assert third.cancel(change) is False
    later(house, 2 * DAY)
    assert amounts(house, value) == [10, 20, 30, 40]
    other = first.propose("limit", value, REASON)
    first.cancel(other)
    with pytest.raises(KeeperFault, match="no such change waits"):
        second.approve(other)


def test_a_keeper_who_left_approves_nothing(house: House, keeper: Any, limit: Any) -> None:
    first, second = keeper(), keeper()
    change = first.propose("limit", limit([11, 20, 30, 40]), REASON)
    house.owner.execute("update gate.keeper set ended_at = now() where name = %s", (second._keeper,))
    with pytest.raises(KeeperFault):
        second.approve(change)
    with pytest.raises(KeeperFault):
        second.cancel(change)
    with pytest.raises(KeeperFault):
        second.propose("limit", limit([1, 1, 1, 1]), REASON)
    with pytest.raises(KeeperFault, match="name and secret"):
        Changes(second._connection, second._keeper, SECRET)


def test_neither_a_wrong_secret_nor_an_unknown_name_is_told_apart(keeper: Any) -> None:
    known = keeper()
    for name, secret in ((known._keeper, "not the secret at all"), ("nobody", SECRET), (known._keeper, "")):
        with pytest.raises(KeeperFault) as caught:
            Changes(known._connection, name, secret)
        assert str(caught.value) == "No keeper has this name and secret."


def test_a_short_secret_is_not_taken() -> None:
    with pytest.raises(KeeperFault, match="12 characters"):
        hash_secret("elevenchars")


def test_a_reason_is_required(keeper: Any, limit: Any) -> None:
    with pytest.raises(KeeperFault) as caught:
        keeper().propose("limit", limit([1, 1, 1, 1]), "short")
    assert "short" not in str(caught.value)


# --------------------------------------------------------------------------------------- what is tighter


def test_a_lower_limit_holds_from_the_very_next_look_up(house: House, keeper: Any) -> None:
    account, value = house.account("podiatrist"), {"scope": 1, "profession": "podiatrist", "meter": 0}
    before = amounts(house, value)
    try:
        change = keeper().propose("limit", value | {"amounts": [1, *before[1:]]}, REASON)
        assert house.look_up(account, house.person().ask()).status_code == 200
        reply = house.look_up(account, house.person().ask())
        assert (reply.status_code, reply.json()["limit"]["limit"]) == (429, 1)
    finally:
        house.owner.execute(f"update gate.limit_row set amounts = %s where {PODIATRIST}", (before,))
    (policy,) = house.owner.execute("select version from gate.policy").fetchone() or (0,)
    assert house.entries(account)[0]["policy"] == policy
    assert [tag for tag, _ in journal(house, change)] == ["gate:change:proposed", "gate:change:applied"]


@pytest.mark.parametrize(
    ("wanted", "loosens"),
    [
        ([10, 20, 30, 40], False),
        ([0, 0, 0, 0], False),
        ([9, 19, 29, 39], False),
        ([11, 0, 0, 0], True),
        ([0, 0, 0, 41], True),
        ([9, 21, 29, 39], True),
    ],
)
def test_any_window_that_grows_makes_a_change_looser(
    house: House, keeper: Any, limit: Any, wanted: list[int], *, loosens: bool
) -> None:
    value = limit(wanted)
    keeper().propose("limit", value, REASON)
    assert amounts(house, value) == ([10, 20, 30, 40] if loosens else wanted)


@pytest.mark.parametrize("place", range(4))
def test_no_two_keepers_pass_the_ceiling(house: House, keeper: Any, limit: Any, place: int) -> None:
    (ceiling,) = house.owner.execute(
        "select amounts from gate.ceiling where scope = 1 and meter = 0"
    ).fetchone() or ([],)
    first, second = keeper(), keeper()
    over = [*ceiling[:place], ceiling[place] + 1, *ceiling[place + 1 :]]
    with pytest.raises(KeeperFault, match="over the ceiling"):
        first.propose("limit", limit(over), REASON)
    second.approve(first.propose("limit", limit(list(ceiling)), REASON))
    later(house, DAY + timedelta(minutes=1))
    assert amounts(house, limit([])) == ceiling


def test_a_limit_of_its_own_is_looser_than_the_one_for_any(house: House, keeper: Any, fresh: Any) -> None:
    """Without a row nothing may be disclosed: the first row for a profession is a loosening."""
    value = {"scope": 2, "profession": fresh("profession"), "meter": 0, "amounts": [1, 1, 1, 1]}
    keeper().propose("limit", value, REASON)
    row = house.owner.execute(
        "select from gate.limit_row where profession = %s", (value["profession"],)
    ).fetchone()
    assert row is None


MATRIX = {"purpose": "support", "profession": "operator", "assurance": 2, "categories": 12, "wide": True}


@pytest.mark.parametrize(
    ("change", "loosens"),
    [
        ({"categories": 4}, False),
        ({"assurance": 3}, False),
        ({"categories": 13}, True),
        ({"categories": 3}, True),
        ({"wide": False}, True),
        ({"profession": "nurse"}, True),
        ({"assurance": 3, "categories": 14}, True),
    ],
)
def test_the_matrix_is_opened_by_two_and_closed_by_one(
    house: House, keeper: Any, change: dict[str, Any], *, loosens: bool
) -> None:
    number = keeper().propose("matrix", MATRIX | change, REASON)
    try:
        (found,) = house.owner.execute(
            "select loosens from gate.change where id = %s and (applied_at is null) = loosens", (number,)
        ).fetchone() or (None,)
        assert found is loosens
    finally:
        house.owner.execute(
            "update gate.matrix_row set assurance = 2, categories = 12, wide = true"
            " where purpose = 'support' and profession = 'operator'"
        )


def test_to_ask_less_assurance_is_looser(house: House, keeper: Any) -> None:
    first, row = keeper(), "purpose = 'support' and profession = 'operator'"
    first.propose("matrix", MATRIX | {"assurance": 3}, REASON)
    try:
        first.propose("matrix", MATRIX, REASON)
        found = house.owner.execute(f"select assurance from gate.matrix_row where {row}").fetchone()
        assert found == (3,)
    finally:
        house.owner.execute(f"update gate.matrix_row set assurance = 2 where {row}")


@contextmanager
def breaker(house: House, **values: int) -> Iterator[None]:
    names = ("floor", "ceiling", "present", "current")
    before = house.owner.execute(f"select {', '.join(names)} from gate.breaker").fetchone()
    setting = ", ".join(f"{name} = %s" for name in names)
    house.owner.execute(f"update gate.breaker set {setting}", [values[name] for name in names])
    try:
        yield
    finally:
        house.owner.execute(f"update gate.breaker set {setting}", before)


def test_the_breaker_stays_under_the_ceiling_of_the_installation(house: House, keeper: Any) -> None:
    first, second = keeper(), keeper()
    with breaker(house, floor=300, ceiling=2000, present=100, current=300):
        for wanted in (
            {"floor": 2001, "present": 1},
            {"floor": 1, "present": 2001},
            {"floor": -1, "present": 1},
        ):
            with pytest.raises(KeeperFault, match="over the ceiling"):
                first.propose("breaker", wanted, REASON)
        change = first.propose("breaker", {"floor": 2000, "present": 100}, REASON)
        asked = "select floor, current from gate.breaker"
        assert house.owner.execute(asked).fetchone() == (300, 300)
        second.approve(change)
        later(house, DAY + timedelta(minutes=1))
        assert house.owner.execute(asked).fetchone() == (2000, 2000)
        first.propose("breaker", {"floor": 10, "present": 1}, REASON)
        assert house.owner.execute(asked).fetchone() == (10, 10)


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
        for connection in (web, gate):
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="two keepers"):
                connection.execute("select gate.lift(%s, 'operator', 'fini')", (number,))
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
