"""Ask the gate, from a page: HTTP over its Unix socket, with the user's own credential passed on.

The only module of the gate that the web process imports. It holds no key and opens nothing.
"""

import json
import socket
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from rempart.gate.errors import GateUnavailableError

_TIMEOUT = 10.0
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


class _Connection(HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("gate", timeout=_TIMEOUT)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(_TIMEOUT)
        self.sock.connect(str(self._path))


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
        connection = _Connection(self._path)
        try:
            connection.request(method, path, body=body or None, headers=headers)
            answer = connection.getresponse()
            return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        except (OSError, HTTPException) as fault:
            raise GateUnavailableError from fault
        finally:
            connection.close()


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
