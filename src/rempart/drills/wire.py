"""HTTP/1.1 as an attacker's program speaks it: one connection, kept open, from an address of its choice."""

import asyncio
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlsplit

_TIMEOUT = 30.0
_SILENT = 2.0
_AGAIN = 0.2
"""Seconds before a connection that failed is tried again."""


class LostError(Exception):
    """The connection ended before the answer was in."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server listens."""

    host: str
    port: int

    @classmethod
    def of(cls, url: str) -> Self:
        parts = urlsplit(url)
        return cls(parts.hostname or "127.0.0.1", parts.port or 80)


@dataclass(frozen=True, slots=True, repr=False)
class Answer:
    """One response. `headers` keeps repeated ones apart; names in small letters."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str:
        return next((value for known, value in self.headers if known == name), "")


class Wire:
    """One connection. `source`: the loopback address it comes from."""

    def __init__(self, address: Address, source: str) -> None:
        self._address = address
        self._source = source
        self._reader: asyncio.StreamReader | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._used = 0.0

    async def ask(self, request: bytes) -> Answer:
        """Send a request and wait for its answer. Raises LostError; the next call connects again."""
        try:
            async with asyncio.timeout(_TIMEOUT):
                await self.open()
                self.send(request)
                return await self.receive()
        except (OSError, EOFError, ValueError, TimeoutError) as fault:
            await self.close()
            await asyncio.sleep(_AGAIN)
            raise LostError from fault

    async def open(self) -> None:
        """Connect, unless connected; a server ends a connection that was silent for long."""
        if self._writer is not None and time.monotonic() - self._used > _SILENT:
            await self.close()
        self._used = time.monotonic()
        if self._writer is None:
            self._reader, self._writer = await asyncio.open_connection(
                self._address.host, self._address.port, local_addr=(self._source, 0)
            )

    def send(self, request: bytes) -> None:
        """Hand a request to the network; returns at once. Only when `open`."""
        if self._writer is None:
            raise ConnectionError
        self._writer.write(request)

    async def receive(self) -> Answer:
        """The next answer. Raises EOFError when the other side closes, ValueError for what is no HTTP."""
        if self._reader is None:
            raise ConnectionError
        head = (await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        pairs = (line.partition(":") for line in head[1:] if line)
        headers = [(name.strip().lower(), value.strip()) for name, _, value in pairs]
        answer = Answer(int(head[0].split(" ", 2)[1]), headers, b"")
        body = await self._reader.readexactly(int(answer.header("content-length") or 0))
        if answer.header("connection").lower() == "close":
            await self.close()
        return Answer(answer.status, headers, body)

    async def close(self) -> None:
        """End the connection; it may be used again."""
        writer, self._reader, self._writer = self._writer, None, None
        if writer is not None:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


def request(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """The bytes of one request that keeps its connection open."""
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    if body or method == "POST":
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body
