"""Look-ups that arrive together are decided in one call; each gets its own decision, and fails alone."""

import asyncio
from typing import Any

import asyncpg
import pytest

from rempart.gate.errors import UncertainError
from rempart.gate.look_up import Gate
from rempart.gate.together import MOST, Together
from tests.gate.house import Account, House
from tests.gate.inside import ask, run

A_MINUTE = 10


class _Database:
    """Decides by repeating the question; counts calls; fails where it is told to."""

    def __init__(self, poison: Any = None, fault: Exception | None = None) -> None:
        self.calls: list[list[Any]] = []
        self.open = asyncio.Event()
        self.open.set()
        self._poison = poison
        self._fault = fault

    async def decide(self, asks: Any) -> list[Any]:
        self.calls.append([arguments[0] for arguments in asks])
        await self.open.wait()
        if self._fault and any(arguments[0] == self._poison for arguments in asks):
            raise self._fault
        return [f"decided {arguments[0]}" for arguments in asks]


async def _ask_all(together: Together, numbers: range) -> list[Any]:
    return await asyncio.gather(*(together.decision((n,)) for n in numbers), return_exceptions=True)


def test_who_comes_while_a_call_runs_goes_with_the_next_and_gets_the_own_decision() -> None:
    async def work() -> None:
        database = _Database()
        database.open.clear()
        together = Together(database.decide)
        first = asyncio.create_task(together.decision((0,)))
        await asyncio.sleep(0.01)
        others = asyncio.create_task(_ask_all(together, range(1, 6)))
        await asyncio.sleep(0.01)
        database.open.set()
        assert await first == "decided 0"
        assert await others == [f"decided {n}" for n in range(1, 6)]
        assert database.calls == [[0], [1, 2, 3, 4, 5]]

    asyncio.run(work())


def test_a_call_holds_no_more_than_its_most() -> None:
    async def work() -> None:
        database = _Database()
        decided = await _ask_all(Together(database.decide), range(3 * MOST))
        assert decided == [f"decided {n}" for n in range(3 * MOST)]
        assert [len(call) for call in database.calls] == [MOST] * 3

    asyncio.run(work())


def test_one_that_the_database_refuses_fails_alone() -> None:
    async def work() -> None:
        database = _Database(poison=3, fault=asyncpg.CharacterNotInRepertoireError())
        decided = await _ask_all(Together(database.decide), range(6))
        assert isinstance(decided[3], UncertainError)
        assert [one for n, one in enumerate(decided) if n != 3] == [f"decided {n}" for n in (0, 1, 2, 4, 5)]
        assert database.calls == [[0, 1, 2, 3, 4, 5], *([n] for n in range(6))]

    asyncio.run(work())


@pytest.mark.parametrize(
    "fault",
    [
        TimeoutError(),
        ConnectionResetError(),
        asyncpg.ConnectionDoesNotExistError(),
        asyncpg.InterfaceError("connection is closed"),
        asyncpg.AdminShutdownError(),
        asyncpg.DiskFullError(),
    ],
    ids=lambda fault: type(fault).__name__,
)
def test_what_may_have_been_committed_is_told_to_nobody_and_not_tried_again(fault: Exception) -> None:
    async def work() -> None:
        database = _Database(poison=3, fault=fault)
        decided = await _ask_all(Together(database.decide), range(6))
        assert all(isinstance(one, UncertainError) for one in decided)
        assert len(database.calls) == 1
        assert await _ask_all(Together(database.decide), range(7, 9)) == ["decided 7", "decided 8"]

    asyncio.run(work())


def test_who_left_before_the_call_has_asked_nothing() -> None:
    async def work() -> None:
        database = _Database()
        database.open.clear()
        together = Together(database.decide)
        first = asyncio.create_task(together.decision((0,)))
        await asyncio.sleep(0.01)
        leaver = asyncio.create_task(together.decision((1,)))
        stayer = asyncio.create_task(together.decision((2,)))
        await asyncio.sleep(0.01)
        leaver.cancel()
        database.open.set()
        assert [await first, await stayer] == ["decided 0", "decided 2"]
        assert database.calls == [[0], [2]]

    asyncio.run(work())


# --------------------------------------------------------------------------- with the real database


def test_a_crowd_decided_together_is_counted_and_journaled_one_by_one(house: House) -> None:
    accounts = [house.account() for _ in range(4)]
    people = [house.person() for _ in range(15)]

    async def crowd(gate: Gate) -> list[Any]:
        asks = [ask(account, person.ask()) for person in people for account in accounts]
        return await asyncio.gather(*(gate.look_up(one) for one in asks))

    replies = run(house, crowd)
    assert sorted({reply.status for reply in replies}) == [200, 429]
    for place, account in enumerate(accounts):
        own = replies[place::4]
        assert sum(reply.status == 200 for reply in own) == A_MINUTE
        entries = house.entries(account)
        granted = [entry for entry in entries if entry["verdict"] == "granted"]
        assert {entry["request"] for entry in granted} == {
            reply.body["reference"] for reply in own if reply.status == 200
        }
        assert len(entries) == len(people)


def test_an_impossible_question_among_others_spoils_only_itself(house: House, pharmacist: Account) -> None:
    people = [house.person() for _ in range(6)]

    async def crowd(gate: Gate) -> list[Any]:
        asks = [ask(pharmacist, person.ask()) for person in people]
        asks[2].who.network = "no address at all"
        return await asyncio.gather(*(gate.look_up(one) for one in asks))

    replies = run(house, crowd)
    assert [reply.status for reply in replies] == [200, 200, 503, 200, 200, 200]
    assert len(house.entries(pharmacist)) == 5


def test_the_same_key_twice_in_one_call_counts_once(house: House, pharmacist: Account) -> None:
    person = house.person()

    async def crowd(gate: Gate) -> list[Any]:
        return await asyncio.gather(
            *(gate.look_up(ask(pharmacist, person.ask(), "pressed-twice")) for _ in range(12))
        )

    replies = run(house, crowd)
    assert len({str(reply.body) for reply in replies}) == 1
    assert len(house.entries(pharmacist)) == 1
