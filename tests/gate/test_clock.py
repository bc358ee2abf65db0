"""A clock that is wrong hands out no second budget, takes no expired proof and shortens no delay."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.gate import app as app_module
from rempart.gate import look_up as look_up_module
from rempart.gate.look_up import Gate, _today
from rempart.gate.rules.clock import TOLERANCE, Clock
from rempart.gate.rules.reply import Reply
from tests.gate.house import Account, House
from tests.gate.inside import Function, ask, run

HOUR, DAY = 3600.0, 86_400.0
STEPS = [61.0, -61.0, HOUR, -HOUR, DAY, 400 * DAY, -400 * DAY]
Step = Callable[[float], None]


@pytest.fixture
def step(monkeypatch: pytest.MonkeyPatch) -> Step:
    """`step(seconds)` sets the wall clock that the gate reads that far ahead of the true one."""
    ahead = SimpleNamespace(seconds=0.0)

    class Stepped(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:  # type: ignore[override]
            return datetime.now(tz) + timedelta(seconds=ahead.seconds)

    clocks = SimpleNamespace(time=lambda: time.time() + ahead.seconds, monotonic=time.monotonic)
    monkeypatch.setattr(look_up_module, "time", clocks)
    monkeypatch.setattr(look_up_module, "datetime", Stepped)

    def set_ahead(seconds: float) -> None:
        ahead.seconds = seconds

    return set_ahead


# --------------------------------------------------------------------------------------------- the rule


@given(st.floats(0, 1e9), st.floats(0, 1e7), st.floats(-1e8, 1e8))
def test_the_clock_is_sound_while_both_clocks_have_gone_the_same_way(
    start: float, gone: float, off: float
) -> None:
    clock = Clock(wall=start, monotonic=1000.0)
    sound = clock.is_sound(start + gone + off, 1000.0 + gone)
    if abs(abs(off) - TOLERANCE) > 1e-3:  # the floats' own rounding
        assert sound is (abs(off) <= TOLERANCE)


@pytest.mark.parametrize("off", STEPS)
def test_a_step_past_the_tolerance_is_noticed_either_way(off: float) -> None:
    assert not Clock(1e9, 50.0).is_sound(1e9 + 10 + off, 60.0)
    assert Clock(1e9, 50.0).is_sound(1e9 + 10 + off / abs(off) * 59, 60.0)


# -------------------------------------------------------------------------------------------- the gate


@pytest.mark.parametrize("seconds", STEPS)
def test_a_stepped_clock_closes_what_is_unproven_and_leaves_the_card(
    house: House, pharmacist: Account, step: Step, seconds: float
) -> None:
    assert pharmacist.organisation is not None
    terminal = house.terminal(pharmacist.organisation, datetime.now(UTC) - timedelta(days=500))

    async def story(gate: Gate) -> list[Reply]:
        step(seconds)
        person, at = house.person(), datetime.now(UTC) + timedelta(seconds=seconds)
        card = house.card(pharmacist, person, at=at, terminal=terminal)
        present = {"kind": "present", "reason": "reader_broken"}
        return [
            await gate.look_up(ask(pharmacist, person.ask(**more)))
            for more in ({}, {"proof": present}, {"proof": card})
        ]

    plain, present, card = run(house, story)
    for refused in (plain, present):
        assert (refused.status, refused.body["reason"], refused.body["how"]) == (403, "clock", ["card"])
    assert (card.status, card.body["proof"]) == (200, "card")
    assert [(entry["rule"], entry["cost"]) for entry in house.entries(pharmacist)][:2] == [("clock", 0)] * 2


@pytest.mark.parametrize("seconds", [59.0, -59.0, 0.0])
def test_a_clock_that_drifts_a_little_serves(
    house: House, pharmacist: Account, step: Step, seconds: float
) -> None:
    async def story(gate: Gate) -> Reply:
        step(seconds)
        return await gate.look_up(ask(pharmacist, house.person().ask()))

    assert run(house, story).status == 200


@pytest.mark.parametrize("seconds", [HOUR, -HOUR, DAY, 400 * DAY, -400 * DAY])
def test_no_step_there_and_back_gives_a_second_budget(house: House, step: Step, seconds: float) -> None:
    account = house.account("optician")

    async def story(gate: Gate) -> list[int]:
        granted = []
        for ahead in (0.0, seconds, 0.0, -seconds, 0.0):
            step(ahead)
            replies = [await gate.look_up(ask(account, house.person().ask())) for _ in range(6)]
            granted.append(sum(reply.status == 200 for reply in replies))
        return granted

    assert run(house, story) == [5, 0, 0, 0, 0]


def test_a_clock_that_is_put_right_again_serves_again(house: House, pharmacist: Account, step: Step) -> None:
    async def story(gate: Gate) -> list[int]:
        statuses = []
        for ahead in (0.0, HOUR, 0.0):
            step(ahead)
            statuses.append((await gate.look_up(ask(pharmacist, house.person().ask()))).status)
        return statuses

    assert run(house, story) == [200, 403, 200]


@pytest.mark.parametrize("back", [HOUR, 400 * DAY])
def test_at_the_function_time_never_runs_backwards(
    house: House, connect: Callable[..., psycopg.Connection[Any]], back: float
) -> None:
    """Whatever it is told: what was counted at a later time is still counted at an earlier one."""
    account, gate, look_up = house.account("optician"), connect("gate"), Function(house)
    now = datetime.now(UTC)
    told = [look_up(gate, account, house.person(), now=now)["verdict"] for _ in range(5)]
    told += [
        look_up(gate, account, house.person(), now=now - timedelta(seconds=back))["verdict"] for _ in range(5)
    ]
    assert told == ["granted"] * 5 + ["refused"] * 5


@pytest.mark.parametrize("off", [61, 3600, -11, -3600, 400 * 86_400, -400 * 86_400])
def test_no_expired_or_future_proof_is_taken(house: House, pharmacist: Account, off: int) -> None:
    person = house.person()
    proof = house.card(pharmacist, person, at=datetime.now(UTC) - timedelta(seconds=off))
    reply = house.look_up(pharmacist, person.ask(proof=proof))
    assert (reply.status_code, reply.json()["reason"]) == (403, "proof_stale")


def test_a_proof_used_before_a_step_is_not_forgotten_by_it(
    house: House, pharmacist: Account, step: Step
) -> None:
    """The upkeep forgets old proofs; it does not run by a clock that jumped."""
    person = house.person()
    proof = house.card(pharmacist, person)

    async def story(gate: Gate) -> list[Any]:
        first = await gate.look_up(ask(pharmacist, person.ask(proof=proof)))
        step(HOUR)
        turns = asyncio.create_task(app_module.keep_up(gate, every=0.01))
        await asyncio.sleep(0.2)
        turns.cancel()
        step(0.0)
        return [first, await gate.look_up(ask(pharmacist, person.ask(proof=proof)))]

    first, again = run(house, story)
    assert (first.status, again.body["reason"]) == (200, "proof_replayed")


def test_the_upkeep_runs_by_a_sound_clock_only_and_outlives_a_fault() -> None:
    class Kept:
        def __init__(self) -> None:
            self.sound, self.turns, self.store = True, 0, self

        def is_clock_sound(self) -> bool:
            return self.sound

        async def upkeep(self, _now: datetime) -> None:
            self.turns += 1
            raise RuntimeError("whatever")

    async def story() -> tuple[int, int]:
        kept = Kept()
        task = asyncio.create_task(app_module.keep_up(kept, every=0.001))  # type: ignore[arg-type]
        await asyncio.sleep(0.1)
        kept.sound = False
        await asyncio.sleep(0.05)
        sound = kept.turns
        await asyncio.sleep(0.1)
        task.cancel()
        return sound, kept.turns

    sound, after = asyncio.run(story())
    assert sound > 3
    assert after == sound


@pytest.mark.parametrize(
    ("at", "day"),
    [
        (datetime(2026, 1, 15, 22, 59, tzinfo=UTC), date(2026, 1, 15)),
        (datetime(2026, 1, 15, 23, 0, tzinfo=UTC), date(2026, 1, 16)),
        (datetime(2026, 7, 15, 21, 59, tzinfo=UTC), date(2026, 7, 15)),
        (datetime(2026, 7, 15, 22, 0, tzinfo=UTC), date(2026, 7, 16)),
        (datetime(2026, 3, 29, 0, 30, tzinfo=UTC), date(2026, 3, 29)),
        (datetime(2026, 10, 25, 0, 30, tzinfo=UTC), date(2026, 10, 25)),
        (datetime(2026, 10, 25, 23, 30, tzinfo=UTC), date(2026, 10, 26)),
    ],
)
def test_rights_are_those_of_the_day_in_france(at: datetime, day: date) -> None:
    assert _today(at) == day
