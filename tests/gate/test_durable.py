"""Nothing is opened, and nothing said, before its entry and its count are certainly on disk."""

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from rempart.gate import store as store_module
from rempart.gate.durable import SharedFlush
from rempart.gate.errors import UncertainError
from rempart.gate.look_up import Gate
from rempart.gate.rules.reply import Reply
from tests.gate.house import Account, House, Person
from tests.gate.inside import ask, run

# ------------------------------------------------------------------------------------ one flush for many


class Disk:
    """A flush that begins and ends when told; `began` counts."""

    def __init__(self) -> None:
        self.began = 0
        self.faults: dict[int, Exception] = {}
        self._ends: dict[int, asyncio.Event] = {}

    def _end(self, number: int) -> asyncio.Event:
        return self._ends.setdefault(number, asyncio.Event())

    def let(self, number: int) -> None:
        self._end(number).set()

    async def flush(self) -> None:
        self.began += 1
        number = self.began
        await self._end(number).wait()
        if number in self.faults:
            raise self.faults[number]


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


def test_a_flush_that_began_before_does_not_count() -> None:
    async def story() -> None:
        disk = Disk()
        shared = SharedFlush(disk.flush)
        first = asyncio.create_task(shared.certain())
        await settle()
        late = asyncio.create_task(shared.certain())
        disk.let(1)
        await settle()
        assert (first.done(), late.done(), disk.began) == (True, False, 2)
        disk.let(2)
        await settle()
        assert late.done()

    asyncio.run(story())


def test_all_who_gather_share_the_next_flush() -> None:
    async def story() -> None:
        disk = Disk()
        shared = SharedFlush(disk.flush)
        tasks = [asyncio.create_task(shared.certain())]
        await settle()
        tasks += [asyncio.create_task(shared.certain()) for _ in range(500)]
        disk.let(1)
        disk.let(2)
        await asyncio.gather(*tasks)
        assert disk.began == 2
        disk.let(3)
        await shared.certain()
        assert disk.began == 3

    asyncio.run(story())


def test_a_failure_reaches_everyone_who_waited_for_it_and_nobody_after() -> None:
    async def story() -> None:
        disk = Disk()
        disk.faults[2] = OSError("no space")
        shared = SharedFlush(disk.flush)
        first = asyncio.create_task(shared.certain())
        await settle()
        second = [asyncio.create_task(shared.certain()) for _ in range(50)]
        await settle()
        disk.let(1)
        await settle()
        third = asyncio.create_task(shared.certain())
        disk.let(2)
        disk.let(3)
        ended = await asyncio.gather(first, *second, third, return_exceptions=True)
        assert [type(end) for end in ended] == [type(None), *[UncertainError] * 50, type(None)]

    asyncio.run(story())


def test_a_waiter_who_leaves_holds_up_nobody() -> None:
    async def story() -> None:
        disk = Disk()
        shared = SharedFlush(disk.flush)
        tasks = [asyncio.create_task(shared.certain()) for _ in range(6)]
        await settle()
        for task in tasks[::2]:
            task.cancel()
        disk.let(1)
        ended = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 1)
        assert [isinstance(end, asyncio.CancelledError) for end in ended] == [True, False] * 3
        disk.let(2)
        await asyncio.wait_for(shared.certain(), 1)

    asyncio.run(story())


# -------------------------------------------------------------------------------- the database's own word


@contextmanager
def flush_that(house: House, body: str) -> Iterator[None]:
    """For a while, the database's flush does this first."""
    (before,) = house.owner.execute("select pg_get_functiondef('gate.flush'::regproc)").fetchone() or ("",)
    house.owner.execute(
        "create or replace function gate.flush() returns void language plpgsql security definer"
        f" set search_path = pg_catalog, pg_temp as $$ begin {body} end $$"
    )
    try:
        yield
    finally:
        house.owner.execute(before)


@pytest.mark.parametrize(
    "body",
    [
        "raise warning 'canceling wait for synchronous replication due to user request';",
        "raise notice 'anything at all';",
        "raise exception 'disk full';",
        "perform pg_terminate_backend(pg_backend_pid());",
    ],
    ids=["warning", "notice", "error", "cut"],
)
def test_a_flush_that_is_not_certain_opens_nothing(house: House, pharmacist: Account, body: str) -> None:
    person = house.person()
    with flush_that(house, body):
        reply = house.look_up(pharmacist, person.ask(), Idempotency_Key="not-certain", Accept_Language="en")
        assert (reply.status_code, reply.json()["reason"]) == (503, "unavailable")
        assert set(reply.json()) == {"verdict", "reason", "retry_after", "advice"}
        assert httpx.get(house.url + "/ready", timeout=5).status_code == 503
    again = house.look_up(pharmacist, person.ask(), Idempotency_Key="not-certain")
    assert (again.status_code, again.json()["left"]["spent"]) == (200, 1)
    assert [entry["request"] for entry in house.entries(pharmacist)] == [again.json()["reference"]]


def test_a_refusal_is_not_told_either_before_it_is_certain(house: House, pharmacist: Account) -> None:
    with flush_that(house, "raise warning 'not certain';"):
        reply = house.look_up(pharmacist, house.person().ask(birth_date="1901-01-01"))
    assert (reply.status_code, reply.json()["reason"]) == (503, "unavailable")


def test_the_opener_is_not_called_before_the_flush_has_ended(
    house: House, pharmacist: Account, person: Person
) -> None:
    async def story(gate: Gate) -> tuple[list[str], Reply]:
        told: list[str] = []
        real_open, real_flush = gate._opener.open, gate._flush._flush
        begun, may_end = asyncio.Event(), asyncio.Event()

        def opening(*arguments: Any) -> bytes:
            told.append("open")
            return real_open(*arguments)

        async def flushing() -> None:
            told.append("flush begins")
            begun.set()
            await may_end.wait()
            await real_flush()
            told.append("flush ends")

        gate._opener.open, gate._flush._flush = opening, flushing  # type: ignore[method-assign]
        task = asyncio.create_task(gate.look_up(ask(pharmacist, person.ask())))
        await begun.wait()
        await asyncio.sleep(0.1)
        assert told == ["flush begins"]
        may_end.set()
        return told, await task

    told, reply = run(house, story)
    assert told[:3] == ["flush begins", "flush ends", "open"]
    assert reply.status == 200


@pytest.mark.parametrize("lost", [1, 2])
def test_a_server_that_restarted_between_the_decision_and_its_flush_opens_nothing(
    house: House, pharmacist: Account, person: Person, lost: int
) -> None:
    """A crash loses asynchronous commits; a flush on a new connection would then prove nothing."""

    async def story(gate: Gate) -> tuple[Reply, Reply]:
        decide = gate.store.look_up
        witness = await gate.store.witness()

        async def decide_then_crash(*arguments: Any) -> Any:
            row = await decide(*arguments)
            witness.terminate()
            if lost == 2:
                await gate.store.witness()  # somebody else's flush has connected again meanwhile
            return row

        gate.store.look_up = decide_then_crash  # type: ignore[method-assign]
        during = await gate.look_up(ask(pharmacist, person.ask()))
        gate.store.look_up = decide  # type: ignore[method-assign]
        return during, await gate.look_up(ask(pharmacist, person.ask()))

    during, after = run(house, story)
    assert (during.status, "answer" in during.body) == (503, False)
    assert after.status == 200


def test_a_flush_that_hangs_is_given_up(
    house: House, pharmacist: Account, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_module, "_TIMEOUT", 0.4)

    async def story(gate: Gate) -> Reply:
        return await gate.look_up(ask(pharmacist, person.ask()))

    with flush_that(house, "perform pg_sleep(4);"):
        started = time.monotonic()
        reply = run(house, story)
    assert (reply.status, reply.body["reason"]) == (503, "unavailable")
    assert time.monotonic() - started < 3


def test_asking_whether_it_is_ready_disturbs_no_look_up(house: House, person: Person) -> None:
    """Both need the connection that flushes."""
    desks = [house.account("hospital_desk") for _ in range(8)]

    def work(number: int) -> int:
        if number % 2:
            return httpx.get(house.url + "/ready", timeout=10).status_code
        return house.look_up(desks[number % 8], person.ask()).status_code

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(work, range(160))) == {200}


def test_the_flush_connection_commits_synchronously_and_look_ups_do_not(house: House) -> None:
    async def story(gate: Gate) -> list[str]:
        asked = "select current_setting('synchronous_commit')"
        return [await (await gate.store.witness()).fetchval(asked), await gate.store._pool.fetchval(asked)]

    assert run(house, story) == ["on", "off"]
