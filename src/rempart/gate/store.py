"""The gate's only queries: over asyncpg, as the gate's own role."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg

from rempart.gate.errors import UncertainError
from rempart.gate.rules.held import Held
from rempart.gate.together import Arguments, Together

_LOOK_UPS = "select * from gate.look_ups($1)"
_DATA_KEY = """
    select d.insurer, d.batch, d.wrapped, k.id as insurer_key, k.private_keyset
      from vault.data_key d join vault.insurer_key k on k.id = d.insurer_key
     where d.id = $1 and k.withdrawn_at is null
"""
_HELD = """
    select id, scope, kind, reason, author, starts_at, ends_at, message, reopens_at
      from gate.restriction where id = $1
"""
_CONNECTIONS = 8
_TIMEOUT = 5.0
"""Seconds a look-up may wait for the database before it is given up as uncertain."""

Faults = (asyncpg.PostgresError, asyncpg.InterfaceError, OSError, TimeoutError)
"""What the database being away, cut, full or slow looks like."""


@dataclass(slots=True)
class Who:
    """The credential and where it came from, as the database is asked about them."""

    session: str | None
    token: bytes | None
    device: str | None
    network: str
    channel: str


class Store:
    """A pool for look-ups (asynchronous commit) and one connection that makes them durable."""

    def __init__(self, pool: asyncpg.Pool, dsn: str) -> None:
        self._pool = pool
        self._dsn = dsn
        self._flusher: asyncpg.Connection | None = None
        self._opening = asyncio.Lock()
        self._notices: list[Any] = []
        self._together = Together(self._look_ups)

    @classmethod
    async def connect(cls, dsn: str) -> "Store":
        pool = await asyncpg.create_pool(
            dsn,
            min_size=2,
            max_size=_CONNECTIONS,
            timeout=_TIMEOUT,
            command_timeout=_TIMEOUT,
            server_settings=_settings("off"),
            # Nothing we run leaves state behind, so the usual reset's round trip is not needed.
            reset=_no_reset,
        )
        return cls(pool, dsn)

    async def close(self) -> None:
        await self._pool.close()
        if self._flusher is not None:
            await self._flusher.close()

    async def look_up(self, *arguments: Any) -> asyncpg.Record:
        """Decide, together with whoever asks meanwhile. `arguments`: the fields of `gate.ask`, in order."""
        decided: asyncpg.Record = await self._together.decision(arguments)
        return decided

    async def _look_ups(self, asks: Sequence[Arguments]) -> Sequence[asyncpg.Record]:
        decided = await self._pool.fetch(_LOOK_UPS, asks)
        if len(decided) != len(asks):
            raise UncertainError("a decision is missing")
        return list(decided)

    async def witness(self) -> asyncpg.Connection:
        """The connection that flushes, to be asked for *before* a look-up.

        While it lives the server has not restarted since, so that a flush on it covers the look-up's
        asynchronous commit.
        """
        async with self._opening:
            flusher = self._flusher
            if flusher is None or flusher.is_closed():
                flusher = self._flusher = await asyncpg.connect(
                    self._dsn, timeout=_TIMEOUT, command_timeout=_TIMEOUT, server_settings=_settings("on")
                )
                flusher.add_log_listener(lambda _connection, notice: self._notices.append(notice))
            return flusher

    def still(self, witness: asyncpg.Connection) -> bool:
        """Is it the connection that flushes now? A crash loses asynchronous commits and every connection."""
        return not witness.is_closed() and witness is self._flusher

    async def flush(self) -> None:
        """Commit synchronously; a notice instead of certainty counts as a failure. One at a time."""
        flusher = await self.witness()
        self._notices.clear()
        try:
            await flusher.fetchval("select gate.flush()")  # prepared: parsed and planned once
        except BaseException:
            flusher.terminate()
            raise
        if self._notices:
            flusher.terminate()
            raise UncertainError("the commit came with a notice")

    async def login_of(self, who: Who, now: datetime) -> str | None:
        return _text(
            await self._pool.fetchval(
                "select gate.login_of($1,$2,$3,$4)", who.session, who.token, who.device, now
            )
        )

    async def terminal_key(self, terminal: int) -> bytes | None:
        found = await self._pool.fetchval("select public_key from gate.terminal where id = $1", terminal)
        return found if isinstance(found, bytes) else None

    async def restriction(self, number: int) -> Held | None:
        row = await self._pool.fetchrow(_HELD, number)
        return Held(**dict(row)) if row else None

    async def data_key(self, data_key: int) -> asyncpg.Record | None:
        return await self._pool.fetchrow(_DATA_KEY, data_key)

    async def left(self, who: Who, now: datetime) -> list[asyncpg.Record]:
        return list(
            await self._pool.fetch(
                "select * from gate.left_of($1,$2,$3,$4,$5)",
                who.session,
                who.token,
                who.device,
                who.network,
                now,
            )
        )

    async def profession_of(self, who: Who, now: datetime) -> str | None:
        return _text(
            await self._pool.fetchval(
                "select gate.profession_of($1,$2,$3,$4)", who.session, who.token, who.device, now
            )
        )

    async def explain(  # the question's own words
        self, login: str, purpose: str, proof: int, network: str, channel: str, now: datetime
    ) -> str | None:
        return _text(
            await self._pool.fetchval(
                "select gate.explain($1,$2,$3,$4,$5,$6)", login, purpose, proof, network, channel, now
            )
        )

    async def upkeep(self, now: datetime) -> None:
        await self._pool.execute("select gate.upkeep($1)", now)

    async def ready(self) -> None:
        await self._pool.fetchval("select version from gate.policy")


def _settings(synchronous: str) -> dict[str, str]:
    return {
        "synchronous_commit": synchronous,
        "default_transaction_isolation": "read committed",
        "timezone": "UTC",
        "application_name": "rempart-gate",
        "jit": "off",
        "enable_seqscan": "off",  # a plan made while a table was empty must serve when it is full
        "client_min_messages": "notice",
    }


async def _no_reset(_connection: Any) -> None: ...


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None
