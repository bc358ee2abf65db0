"""HTTP/1.1 whose heads are small and quick: uvicorn by itself waits for a head as long as it takes.

Behind nginx nothing of this is felt; it holds for whoever reaches the gate without one.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

MAX_HEAD = 16_384
"""Bytes of a request's first line and headers together."""
HEAD_SECONDS = 10.0
"""From the first byte of a head, or from the connection, to the head's end; and to drain a refused body."""
WHOLE = "rempart.whole"
"""In a request's scope once its body is in: there is nothing to wait for."""
_TOO_LARGE = b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"


class GateProtocol(HttpToolsProtocol):
    """Closes a connection whose head is too large or too slow, or whose body goes on after the answer."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._in_head = True
        self._head_bytes = 0
        self._completed = False
        self._patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        super().connection_made(transport)
        self._lose_patience_later()

    def connection_lost(self, exc: Exception | None) -> None:
        self._be_patient()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        self._completed = False
        super().data_received(data)
        if not self._in_head or self._completed or self.transport.is_closing():
            return  # after a complete request, uvicorn's own patience with idle connections counts
        self._head_bytes += len(data)
        if self._head_bytes > MAX_HEAD:
            self.transport.write(_TOO_LARGE)
            self.transport.close()
        else:
            self._lose_patience_later()

    def on_headers_complete(self) -> None:
        self._in_head = False
        self._head_bytes = 0
        self._be_patient()
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self.scope[WHOLE] = True  # type: ignore[literal-required]  # a key of our own
        self._in_head = self._completed = True
        self._be_patient()
        super().on_message_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if not self._in_head:  # the rest of a refused body is drained, but not for ever
            self._lose_patience_later()

    def _lose_patience_later(self) -> None:
        if self._patience is None:
            self._patience = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def _be_patient(self) -> None:
        if self._patience is not None:
            self._patience.cancel()
            self._patience = None
