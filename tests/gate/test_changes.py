"""Limits, matrix, breaker, terminals: tightened at once by one keeper, loosened by two and after a delay."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rempart.gate.keepers import Changes, KeeperFault, hash_secret
from tests.gate.changing import (
    DAY,
    PODIATRIST,
    REASON,
    SECRET,
    amounts,
    journal,
    later,
)
from tests.gate.house import House

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
