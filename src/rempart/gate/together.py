"""Look-ups that arrive together are decided together: one call, one transaction, one after another.

While a call runs, the next look-ups gather for the next one. One call at a time: the look-ups of one gate
never wait for each other's locks, and cannot block each other for good. A lone look-up waits for nobody.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import asyncpg

from rempart.gate.errors import UncertainError

MOST = 16
"""Look-ups in one call. Each waits for all of its call; and while one call is decided, the one before is
flushed and opened: more in a call would leave the other processor waiting."""

Arguments = tuple[Any, ...]
Decide = Callable[[Sequence[Arguments]], Awaitable[Sequence[Any]]]
"""Decisions in the order of what was asked, committed; or a fault."""

_Waiting = tuple[Arguments, "asyncio.Future[Any]"]

_UNDONE = (
    asyncpg.DataError,
    asyncpg.IntegrityConstraintViolationError,
    asyncpg.TransactionRollbackError,
    asyncpg.PLPGSQLError,
)
"""The server took the whole transaction back: nothing of it was written, and each may be asked alone."""


class Together:
    """Gathers look-ups for `decide`."""

    def __init__(self, decide: Decide) -> None:
        self._decide = decide
        self._waiting: list[_Waiting] = []
        self._task: asyncio.Task[None] | None = None

    async def decision(self, arguments: Arguments) -> Any:
        """The decision on one look-up, committed. Raises UncertainError.

        Who stops waiting before the call begins has asked nothing; later, the decision stands unread.
        """
        ticket: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append((arguments, ticket))
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        return await ticket

    async def _run(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting[:MOST], self._waiting[MOST:]
                await self._settle([one for one in batch if not one[1].done()])
        finally:
            self._task = None

    async def _settle(self, batch: list[_Waiting]) -> None:
        if not batch:
            return
        try:
            decided = await self._decide([arguments for arguments, _ in batch])
        except _UNDONE:
            await self._one_by_one(batch)
        except Exception as fault:  # noqa: BLE001  # it may be committed or not: told to nobody, tried no more
            _fail(batch, fault)
        else:
            for (_, ticket), decision in zip(batch, decided, strict=True):
                if not ticket.done():
                    ticket.set_result(decision)

    async def _one_by_one(self, batch: list[_Waiting]) -> None:
        """One of them cannot be decided: it fails alone."""
        for one in batch:
            if len(batch) > 1:
                await self._settle([one])
            else:
                _fail([one], UncertainError("the database refused it"))


def _fail(batch: list[_Waiting], fault: Exception) -> None:
    for _, ticket in batch:
        if not ticket.done():
            uncertain = UncertainError("not decided for certain")
            uncertain.__cause__ = fault
            ticket.set_exception(uncertain)
