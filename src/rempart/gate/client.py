"""Ask the gate, from a page: HTTP over its Unix socket, with the user's own credential passed on.

The only module of the gate that the web process imports. It holds no key and opens nothing.
"""

import json
import re
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httptools

from rempart.gate.errors import GateUnavailableError

_TIMEOUT = 10.0
_CHUNK = 65_536
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_FORWARDED = ("authorization", "dpop", "content-type", "idempotency-key", "accept-language")


@dataclass(frozen=True, slots=True, repr=False)
class Credential:
    """A session's key or a bearer token. `kind`: `session` or `token`."""

    kind: str
    secret: str


@dataclass(frozen=True, slots=True, repr=False)
class Caller:
    """Who asks and from where: `network` is the client's address, as the proxy or the socket gave it."""

    credential: Credential
    network: str
    device: str | None = None
    language: str = "fr"


@dataclass(frozen=True, slots=True)
class Reply:
    """The gate's status and JSON body, as they came."""

    status: int
    body: dict[str, Any]


class _Answer:
    """One answer as it is read: what `httptools` calls back. http.client takes ten times as long."""

    def __init__(self) -> None:
        self.headers: dict[str, str] = {}
        self.body = b""
        self.whole = False
        self._parser = httptools.HttpResponseParser(self)

    def feed(self, data: bytes) -> None:
        self._parser.feed_data(data)

    @property
    def status(self) -> int:
        return int(self._parser.get_status_code())

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers[name.decode("latin-1").lower()] = (value or b"").decode("latin-1")

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        self.whole = True


class Client:
    """A client of one gate. Safe between threads: each call has its own connection."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def look_up(self, caller: Caller, request: dict[str, Any], repeat_key: str | None = None) -> Reply:
        """One look-up. Raises GateUnavailableError; a refusal is a reply."""
        headers = {} if repeat_key is None else {"Idempotency-Key": repeat_key}
        return self._json("POST", "/api/v1/lookups", caller, request, headers)

    def left(self, caller: Caller) -> Reply:
        """What the caller has left of each limit."""
        return self._json("GET", "/api/v1/limits", caller)

    def explain(self, caller: Caller, question: dict[str, Any]) -> Reply:
        """How an account's look-up would be decided; for staff."""
        return self._json("POST", "/internal/explain", caller, question)

    def forward(
        self, method: str, path: str, headers: dict[str, str], body: bytes, network: str
    ) -> tuple[int, dict[str, str], bytes]:
        """Pass software's own request on, untouched but for the client's address."""
        passed = {name: headers[name] for name in _FORWARDED if name in headers}
        return self._send(method, path, passed | {"X-Rempart-Network": network}, body)

    def _json(
        self,
        method: str,
        path: str,
        caller: Caller,
        body: dict[str, Any] | None = None,
        more: dict[str, str] | None = None,
    ) -> Reply:
        raw = b"" if body is None else json.dumps(body).encode()
        status, _, answer = self._send(method, path, _headers(caller) | (more or {}), raw)
        return Reply(status, json.loads(answer))

    def _send(
        self, method: str, path: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, dict[str, str], bytes]:
        answer = _Answer()
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as wire:
                wire.settimeout(_TIMEOUT)
                wire.connect(str(self._path))
                wire.sendall(_request(method, path, headers, body))
                while not answer.whole:
                    if not (data := wire.recv(_CHUNK)):
                        raise GateUnavailableError
                    answer.feed(data)
        except (OSError, httptools.HttpParserError) as fault:
            raise GateUnavailableError from fault
        return answer.status, answer.headers, answer.body


def _request(method: str, path: str, headers: dict[str, str], body: bytes) -> bytes:
    """Raises OSError for what would break out of its line: such a request is sent nowhere."""
    lines = [f"{method} {path} HTTP/1.1", "Host: gate", "Connection: close", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if any(_CONTROL.search(line) for line in lines):
        raise OSError("a control character in a request's head")
    try:
        return "\r\n".join([*lines, "", ""]).encode("latin-1") + body
    except UnicodeEncodeError as fault:
        raise OSError("a header beyond Latin-1") from fault


def _headers(caller: Caller) -> dict[str, str]:
    made = {
        "Content-Type": "application/json",
        "Accept-Language": caller.language,
        "X-Rempart-Network": caller.network,
    }
    if caller.device:
        made["X-Rempart-Device"] = caller.device
    if caller.credential.kind == "token":
        made["Authorization"] = "Bearer " + caller.credential.secret
    else:
        made["X-Rempart-Session"] = caller.credential.secret
    return made
