"""One flush for many look-ups: nothing is opened before its entry and its count are on disk.

Look-ups commit asynchronously, which frees the locks on shared meters at once. Then each waits
for one later, synchronous commit: the write-ahead log is flushed in order, so once that commit
is durable every earlier one is. While a flush runs, the next look-ups gather for the next flush.
"""

import asyncio
from collections.abc import Awaitable, Callable

from rempart.gate.errors import UncertainError


class SharedFlush:
    """`flush` returns once a synchronous commit is acknowledged, without any notice, or raises."""

    def __init__(self, flush: Callable[[], Awaitable[None]]) -> None:
        self._flush = flush
        self._waiting: list[asyncio.Future[None]] = []
        self._task: asyncio.Task[None] | None = None

    async def certain(self) -> None:
        """Wait for a flush that *begins* after this call. Raises UncertainError."""
        ticket: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(ticket)
        if self._task is None:
            self._task = asyncio.create_task(self._run())
        await ticket

    async def _run(self) -> None:
        try:
            while self._waiting:
                batch, self._waiting = self._waiting, []
                _settle(batch, await self._attempt())
        finally:
            self._task = None

    async def _attempt(self) -> Exception | None:
        try:
            await self._flush()
        except Exception as fault:  # noqa: BLE001  # whatever went wrong, durability is uncertain
            return fault
        return None


def _settle(batch: list[asyncio.Future[None]], fault: Exception | None) -> None:
    for ticket in batch:
        if ticket.done():  # its look-up was cancelled meanwhile
            continue
        if fault is None:
            ticket.set_result(None)
        else:
            ticket.set_exception(UncertainError("the flush was not confirmed"))
