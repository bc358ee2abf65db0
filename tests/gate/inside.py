"""The gate's own objects in this process, over the run's database: for what must be stopped half-way."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import orjson
import psycopg
from psycopg.rows import dict_row

from rempart.database.connect import dsn
from rempart.gate.look_up import Ask, Gate, digest_of
from rempart.gate.rules.request import parse
from rempart.gate.store import Store, Who
from rempart.vault.blind_index import BlindIndex
from rempart.vault.master import load_master
from rempart.vocabulary.references import new_reference
from tests.gate.house import Account, House, Person

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


LOOK_UP = (
    "select * from gate.look_up(p_now => coalesce(%(now)s, clock_timestamp()), p_reference => %(reference)s,"
    " p_session => %(session)s, p_token => %(token)s, p_device => null, p_network => %(network)s,"
    " p_channel => 'api', p_purpose => %(purpose)s, p_act => null, p_keys => %(keys)b, p_miss => %(miss)s,"
    " p_rank => null, p_department => '75', p_birth_month => 8::smallint, p_prefix_month => 7::bigint,"
    " p_prefix_commune => 8::bigint, p_proof => %(proof)s::smallint, p_login => %(login)s,"
    " p_terminal => %(terminal)s, p_nonce => %(nonce)s, p_proof_at => %(proof_at)s, p_genuine => %(genuine)s,"
    " p_present => null, p_repeat => null, p_digest => null, p_clock_sound => %(clock_sound)s)"
)


class Function:
    """`gate.look_up` itself, called over any connection, as the gate calls it."""

    def __init__(self, house: House) -> None:
        self._index = BlindIndex.load(house.data_dir / "keys")

    def asked(self, account: Account, person: Person, **changes: Any) -> dict[str, Any]:
        """Its arguments."""
        keys = [key for _, key in self._index.person_candidates(person.nir, person.birth_date)]
        values: dict[str, Any] = {
            "now": None,
            "reference": new_reference(),
            "session": None,
            "network": "127.0.0.1",
            "token": digest_of(account.token),
            "purpose": "rights",
            "keys": keys,
            "miss": self._index.miss_id(keys[0]),
            "proof": 0,
            "login": None,
            "terminal": None,
            "nonce": None,
            "proof_at": None,
            "genuine": None,
            "clock_sound": True,
        }
        return values | changes

    def __call__(
        self, connection: psycopg.Connection[Any], account: Account, person: Person, **changes: Any
    ) -> dict[str, Any]:
        cursor = connection.cursor(row_factory=dict_row, binary=True)  # whatever its DateStyle
        row = cursor.execute(LOOK_UP, self.asked(account, person, **changes)).fetchone()
        assert row is not None
        return row
