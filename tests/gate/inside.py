"""The gate's own objects in this process, over the run's database: for what must be stopped half-way."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import orjson

from rempart.database.connect import dsn
from rempart.gate.look_up import Ask, Gate, digest_of
from rempart.gate.rules.request import parse
from rempart.gate.store import Store, Who
from rempart.vault.blind_index import BlindIndex
from rempart.vault.master import load_master
from tests.gate.house import Account, House

Result = TypeVar("Result")


@asynccontextmanager
async def gate_inside(house: House, address: str | None = None) -> AsyncIterator[Gate]:
    store = await Store.connect(address or dsn("gate", house.data_dir))
    keys = house.data_dir / "keys"
    try:
        yield Gate(store, BlindIndex.load(keys), load_master(keys))
    finally:
        await store.close()


def ask(account: Account, request: dict[str, Any], repeat_key: str | None = None) -> Ask:
    body = orjson.dumps(request)
    who = Who(None, digest_of(account.token), None, "127.0.0.1", "api")
    return Ask(who, parse(body), body, repeat_key, "en")


def run(house: House, work: Callable[[Gate], Awaitable[Result]], seconds: float = 20) -> Result:
    """Run `work` with a gate of its own, in a loop of its own."""

    async def whole() -> Result:
        async with asyncio.timeout(seconds), gate_inside(house) as gate:
            return await work(gate)

    return asyncio.run(whole())
