"""The gate's HTTP face: one small fixed shape, with size and time limits of its own. Raw ASGI.

The same application listens on a Unix socket, for pages, and on a loopback port, for software. What
a page's process may add (a session, the client's address) is believed on the socket only.
"""

import asyncio
import ipaddress
import logging
import time
import traceback
from base64 import b16encode
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import orjson

from rempart.gate.dpop import ASKED, Proofs, with_scheme, without_proof
from rempart.gate.errors import UncertainError
from rempart.gate.look_up import Ask, Gate, digest_of
from rempart.gate.openapi import document
from rempart.gate.protocol import MAX_HEAD, WHOLE
from rempart.gate.rules import reply as replies
from rempart.gate.rules.advice import advice
from rempart.gate.rules.left import left
from rempart.gate.rules.reply import Reply
from rempart.gate.rules.request import MAX_BODY, MalformedError, parse, parse_repeat_key
from rempart.gate.store import Faults, Who
from rempart.vocabulary.dpop import ProofError
from rempart.vocabulary.words import STAFF, Channel, Proof, Purpose

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

_log = logging.getLogger(__name__)
_BODY_SECONDS = 5.0
_KNOWN_HEADERS = frozenset(
    {
        b"authorization",
        b"dpop",
        b"accept-language",
        b"content-type",
        b"idempotency-key",
        b"x-forwarded-for",
        b"x-rempart-session",
        b"x-rempart-network",
        b"x-rempart-device",
        b"x-rempart-channel",
    }
)


class _Refusal(Exception):  # noqa: N818  # control flow inside this file, no fault
    def __init__(self, status: int, error: str, scheme: str | None = None) -> None:
        super().__init__(error)
        self.reply = Reply(status, {"error": error}, scheme=scheme)


@dataclass(frozen=True, slots=True)
class Call:
    """What one HTTP request says about itself."""

    path: str
    method: str
    headers: dict[bytes, str]
    on_socket: bool
    peer: str
    whole: bool
    """Is its body in?"""

    def is_hidden(self) -> bool:
        """Is it for pages only, and this no page?"""
        return self.path.startswith("/internal/") and not self.on_socket

    def language(self) -> str:
        return "en" if self.headers.get(b"accept-language", "").lower().startswith("en") else "fr"


class Application:
    """ASGI application over one gate.

    `trusted_proxy`: the address whose X-Forwarded-For is believed. `proofs`: what judges the signed requests
    of vendors' software; without it none is taken.
    """

    def __init__(self, gate: Gate, trusted_proxy: str | None = None, proofs: Proofs | None = None) -> None:
        self._gate = gate
        self._trusted_proxy = trusted_proxy
        self._proofs = proofs or Proofs()
        self._routes: dict[tuple[str, str], Callable[[Call, Receive], Awaitable[Reply]]] = {
            ("POST", "/api/v1/lookups"): self._look_up,
            ("GET", "/api/v1/limits"): self._left,
            ("GET", "/api/openapi.json"): self._openapi,
            ("POST", "/internal/explain"): self._explain,
            ("GET", "/live"): self._live,
            ("GET", "/ready"): self._ready,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        try:
            call = _call(scope)
            handler = None if call.is_hidden() else self._routes.get((call.method, call.path))
            reply = await handler(call, receive) if handler else self._no_route(call)
        except _Refusal as refusal:
            reply = refusal.reply
        except MalformedError as fault:
            reply = replies.malformed(fault.field, fault.message)
        except Exception as fault:  # noqa: BLE001  # fail closed; a traceback's message may quote a value
            _log.error("fault %s at %s", type(fault).__name__, _where(fault))  # so no message
            reply = replies.unavailable("fr")
        await _send(send, reply)

    def _no_route(self, call: Call) -> Reply:
        allowed = [method for method, path in self._routes if path == call.path]
        if not allowed or call.is_hidden():
            return Reply(404, {"error": "not_found"})
        return Reply(405, {"error": "method_not_allowed"}, ", ".join(allowed))

    async def _look_up(self, call: Call, receive: Receive) -> Reply:
        who = self._who(call)
        if call.headers.get(b"content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise _Refusal(415, "send application/json")
        repeat_key = parse_repeat_key(call.headers.get(b"idempotency-key"))
        body = await _body(call, receive)
        ask = Ask(who, parse(body), body, repeat_key, call.language())
        reply = await self._gate.look_up(ask)
        return with_scheme(reply) if who.token and who.device else reply

    async def _left(self, call: Call, _receive: Receive) -> Reply:
        who, now = self._who(call), datetime.now(UTC)
        try:
            rows = await self._gate.store.left(who, now)
        except Faults:
            return replies.unavailable(call.language())
        if not rows:
            return _no_credential(call)
        return Reply(200, left([tuple(row) for row in rows], now))

    async def _explain(self, call: Call, receive: Receive) -> Reply:
        """For staff, through a page: how an account's look-up would be decided."""
        who, now = self._who(call), datetime.now(UTC)
        asked = _explained(await _body(call, receive))
        try:
            if await self._gate.store.profession_of(who, now) not in STAFF:
                return Reply(403, {"error": "staff_only"})
            found = await self._gate.store.explain(*asked, now)
        except Faults:
            return replies.unavailable(call.language())
        return Reply(404, {"error": "no_such_account"}) if found is None else Reply(200, orjson.loads(found))

    async def _openapi(self, _call: Call, _receive: Receive) -> Reply:
        return Reply(200, document())

    async def _live(self, _call: Call, _receive: Receive) -> Reply:
        return Reply(200, {"live": True})

    async def _ready(self, _call: Call, _receive: Receive) -> Reply:
        try:
            await self._gate.ready()
        except (*Faults, UncertainError):
            return Reply(503, {"ready": False})
        return Reply(200, {"ready": True})

    def _who(self, call: Call) -> Who:
        if b"authorization" in call.headers:
            scheme, token = _token(call)
            device = self._proved(call, token) if scheme == "dpop" else None
            return Who(None, digest_of(token), device, self._network(call), Channel.API)
        session = call.headers.get(b"x-rempart-session") if call.on_socket else None
        if not session:
            raise _Refusal(401, "a bearer token is required")
        device = call.headers.get(b"x-rempart-device")
        digest = b16encode(digest_of(session)).decode().lower()
        return Who(digest, None, device, self._network(call), Channel.PAGE)

    def _proved(self, call: Call, token: str) -> str:
        """The key that signed this request: the database compares it with the one the token is bound to."""
        text = call.headers.get(b"dpop", "")
        try:
            return self._proofs.key_of(text, method=call.method, path=call.path, token=token)
        except ProofError as fault:
            raise _Refusal(401, "invalid_dpop_proof", without_proof(str(fault))) from None

    def _network(self, call: Call) -> str:
        if call.on_socket:
            text = call.headers.get(b"x-rempart-network", "")
        elif self._trusted_proxy is not None and call.peer == self._trusted_proxy:
            text = call.headers.get(b"x-forwarded-for", "").rpartition(",")[2].strip()
        else:
            text = call.peer
        try:
            return _plain_address(text)
        except ValueError:
            raise _Refusal(400, "no usable network address") from None


@lru_cache(8192)
def _plain_address(text: str) -> str:
    """One spelling for each client: `::ffff:192.0.2.1` is 192.0.2.1, and a zone is nobody's address."""
    address = ipaddress.ip_address(text)
    if isinstance(address, ipaddress.IPv6Address):
        if address.scope_id is not None:
            raise ValueError("zone")
        return str(address.ipv4_mapped or address)
    return str(address)


def _where(fault: BaseException) -> str:
    frames = traceback.extract_tb(fault.__traceback__)
    return f"{frames[-1].name}:{frames[-1].lineno}" if frames else "?"


def _call(scope: Scope) -> Call:
    if sum(len(name) + len(value) for name, value in scope["headers"]) > MAX_HEAD:
        raise _Refusal(431, f"at most {MAX_HEAD} bytes of headers")
    headers: dict[bytes, str] = {}
    for name, value in scope["headers"]:
        if name not in _KNOWN_HEADERS:
            continue
        if name in headers:  # two of a kind: which one a proxy checked is anybody's guess
            raise _Refusal(400, "a header stands twice")
        headers[name] = value.decode("latin-1")
    client, server = scope.get("client"), scope.get("server")
    on_socket = server is not None and server[1] is None
    peer = client[0] if client else ""
    return Call(scope["path"], scope["method"], headers, on_socket, peer, WHOLE in scope)


def _token(call: Call) -> tuple[str, str]:
    """The scheme, `bearer` or `dpop`, and the token."""
    kind, _, token = call.headers[b"authorization"].partition(" ")
    scheme, token = kind.lower(), token.strip()
    if scheme not in {"bearer", "dpop"} or not token:
        raise _Refusal(401, "a bearer token is required")
    return scheme, token


def _no_credential(call: Call) -> Reply:
    return Reply(
        401,
        {
            "verdict": "refused",
            "reason": "credential",
            "advice": advice("credential", call.language()),
            "retry_after": None,
        },
    )


def _explained(body: bytes) -> tuple[str, str, int, str, str]:
    try:
        found = orjson.loads(body)
        return (
            str(found["login"]),
            Purpose(found.get("purpose", Purpose.RIGHTS)),
            Proof[str(found.get("proof", "none")).upper()],
            str(ipaddress.ip_address(found.get("network", "127.0.0.1"))),
            Channel(found.get("channel", Channel.PAGE)),
        )
    except (ValueError, KeyError, TypeError, AttributeError):
        raise MalformedError("body", "login, and maybe purpose, proof, network and channel") from None


async def _body(call: Call, receive: Receive) -> bytes:
    if call.whole:
        return await _read(receive)
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            return await _read(receive)
    except TimeoutError:
        raise _Refusal(408, "the body came too slowly") from None


async def _read(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise _Refusal(400, "the connection was closed")
        body += bytes(message.get("body", b""))
        if len(body) > MAX_BODY:
            raise _Refusal(413, f"at most {MAX_BODY} bytes")
        if not message.get("more_body"):
            return body


async def _send(send: Send, reply: Reply) -> None:
    body = orjson.dumps(reply.body)
    headers = [
        (b"content-type", b"application/json"),
        (b"content-length", str(len(body)).encode()),
        (b"cache-control", b"no-store"),
        (b"x-content-type-options", b"nosniff"),
    ]
    if reply.status == 401:  # noqa: PLR2004  # RFC 9110, 11.6.1
        headers.append((b"www-authenticate", (reply.scheme or ASKED).encode("latin-1")))
    if reply.allow is not None:  # 15.5.6
        headers.append((b"allow", reply.allow.encode()))
    if reply.body.get("retry_after") is not None:
        headers.append((b"retry-after", str(reply.body["retry_after"]).encode()))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def keep_up(gate: Gate, every: float = 5.0) -> None:
    """Due changes, counted refusals, old rows: for as long as the process lives.

    Not by a clock that was stepped: a change would skip its delay, a used card proof be forgotten.
    """
    while True:
        started = time.monotonic()
        if gate.is_clock_sound():
            try:
                await gate.store.upkeep(datetime.now(UTC))
            except Exception as fault:  # noqa: BLE001  # the database is away, or worse: the next turn tries again
                _log.warning("upkeep: %s", type(fault).__name__)
        await asyncio.sleep(max(0.0, every - (time.monotonic() - started)))
