"""`python -m rempart.drills.stand_in`: a gate that is none, for comparison only.

It speaks the gate's protocol, on a Unix socket and a loopback port, and answers about anybody on the
attacker's list from memory, to whoever asks; all that stands in the way is a limiter that counts
requests for each address. Nothing of an installation is opened: it has no database and no key.
"""

import argparse
import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvicorn
import uvloop

from rempart.drills.rules.limiter import AddressLimiter
from rempart.vocabulary.references import new_reference

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_LABEL = "stand-in: no gate, a per-address limiter only"


class StandIn:
    """ASGI application: the attacker's list in memory, and a limiter."""

    def __init__(self, persons: list[dict[str, Any]]) -> None:
        self._known = {(person["nir"], person["birth_date"]) for person in persons}
        self._limiter = AddressLimiter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        if scope["path"] == "/api/v1/lookups":
            status, body = self._look_up(_address(scope), json.loads(await _body(receive)))
        elif scope["path"] == "/bans":
            status, body = 200, {"bans": self._limiter.bans}
        else:
            status, body = 200, {"ready": True, "meters": []}
        await _send(send, status, body)

    def _look_up(self, address: str, asked: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        reference = new_reference()
        if not self._limiter.allows(address, time.monotonic()):
            refused = {"verdict": "refused", "reason": "frozen", "advice": _LABEL, "retry_after": None}
            return 403, refused | {"reference": reference}
        if (asked.get("nir"), asked.get("birth_date")) not in self._known:
            refused = {"verdict": "refused", "reason": "not_found", "advice": _LABEL, "retry_after": None}
            return 403, refused | {"reference": reference}
        return 200, _granted(reference)


def _granted(reference: str) -> dict[str, Any]:
    """An answer with nobody's data in it: that it came at all is what counts."""
    return {
        "verdict": "granted",
        "answer": {
            "rights": "unknown",
            "as_of": datetime.now(UTC).date().isoformat(),
            "act_family": "medicines",
            "amo_rate": None,
            "third_party": {"accepted": "unknown", "convention": "", "routing": ""},
            "example": None,
            "guaranteed": {"answer": "no", "until": None},
            "valid_until": None,
        },
        "reference": reference,
        "checked_at": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "proof": "none",
        "left": None,
    }


def _address(scope: Scope) -> str:
    """The page's word on the socket, else the peer: as the gate takes it."""
    headers = dict(scope["headers"])
    told = headers.get(b"x-rempart-network", b"").decode("latin-1")
    on_socket = scope["server"] is not None and scope["server"][1] is None
    return told if on_socket else str(scope["client"][0])


async def _body(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


async def _send(send: Send, status: int, body: dict[str, Any]) -> None:
    raw = json.dumps(body).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(raw)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": raw})


class _Server(uvicorn.Server):
    """Two servers on one loop, ended by the signal that ends the process."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def serve(persons: list[dict[str, Any]], socket: Path, port: int) -> None:
    """Serve on both doors until the process is ended."""
    application = StandIn(persons)
    common: dict[str, Any] = {"log_level": "warning", "access_log": False, "lifespan": "off", "ws": "none"}
    servers = [
        _Server(uvicorn.Config(application, uds=str(socket), proxy_headers=False, **common)),
        _Server(uvicorn.Config(application, host="127.0.0.1", port=port, proxy_headers=False, **common)),
    ]
    await asyncio.gather(*(server.serve() for server in servers))


def main() -> None:
    """Read the command line and serve."""
    parser = argparse.ArgumentParser(description="A stand-in with a per-address limiter, for comparison.")
    parser.add_argument("--list", type=Path, required=True, help="the attacker's list")
    parser.add_argument("--socket", type=Path, required=True)
    parser.add_argument("--port", type=int, required=True)
    chosen = parser.parse_args()
    chosen.socket.unlink(missing_ok=True)
    uvloop.run(serve(json.loads(chosen.list.read_bytes()), chosen.socket, chosen.port))


if __name__ == "__main__":
    main()
