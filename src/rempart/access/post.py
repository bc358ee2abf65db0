"""One HTTPS request, or connection, to an address that an operator gave: no redirection, no inner network.

The name is resolved once and the connection made to what was looked at, so that a name that resolves
differently a moment later leads nowhere else.
"""

import http.client
import ipaddress
import socket
import ssl
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

_PATIENCE = 10.0
_READ = 512
_PORTS = {"https": 443, "http": 80}


class NotReachedError(Exception):
    """The other side did not take it; the message is short and holds no secret."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent. `is_private`: the address may be inside our own network, and plain HTTP.

    `authority`: a PEM file of those trusted to sign the other side's certificate, in place of the system's.
    `patience`: seconds of silence after which the other side is given up.
    """

    url: str
    body: bytes
    headers: dict[str, str]
    method: str = "POST"
    is_private: bool = False
    authority: Path | None = None
    patience: float = _PATIENCE


def send(request: Request) -> str:
    """Send it; gives the status line. Raises NotReachedError for all but a 2xx."""
    return exchange(request)[0]


def exchange(request: Request, most: int = _READ) -> tuple[str, bytes]:
    """Send it; gives the status line and the answer's first bytes. Raises NotReachedError but for a 2xx."""
    url = checked(request.url, is_private=request.is_private)
    try:
        with _connected(url, request) as reached:
            connection = http.client.HTTPConnection(url.hostname or "", timeout=request.patience)
            connection.sock = reached
            connection.request(
                request.method, _target(url), request.body, request.headers | {"Host": url.netloc}
            )
            answer = connection.getresponse()
            told = answer.read(most)
    except (OSError, http.client.HTTPException) as fault:
        raise NotReachedError(type(fault).__name__) from None
    if answer.status // 100 != 2:  # noqa: PLR2004  # RFC 9110, 15.3: successful
        raise NotReachedError(f"HTTP {answer.status}")
    return f"HTTP {answer.status}", told


def checked(address: str, *, is_private: bool) -> SplitResult:
    """The address, if it may be called at all. Raises NotReachedError."""
    url = urlsplit(address)
    if url.scheme not in ({"https", "http"} if is_private else {"https"}) or not url.hostname or url.username:
        raise NotReachedError("an address begins with https:// and holds no password")
    return url


def _target(url: SplitResult) -> str:
    return (url.path or "/") + (f"?{url.query}" if url.query else "")


def _connected(url: SplitResult, request: Request) -> socket.socket:
    port = url.port or _PORTS[url.scheme]
    reached = reach(url.hostname or "", port, is_private=request.is_private, patience=request.patience)
    return reached if url.scheme == "http" else secured(reached, url.hostname or "", request.authority)


def reach(host: str, port: int, *, is_private: bool, patience: float = _PATIENCE) -> socket.socket:
    """A TCP connection to the first place of a name that may be called. Raises NotReachedError, OSError."""
    return socket.create_connection((place_of(host, port, is_private=is_private), port), timeout=patience)


def place_of(host: str, port: int, *, is_private: bool) -> str:
    """The address of a name, if it may be called at all. Raises NotReachedError, OSError."""
    found = socket.getaddrinfo(host, port)
    for *_, place in found:
        if is_private or ipaddress.ip_address(place[0]).is_global:
            return str(place[0])
    raise NotReachedError("the address is inside a private network")


def secured(reached: socket.socket, host: str, authority: Path | None) -> ssl.SSLSocket:
    """TLS over a connection, the certificate checked; closes the connection where that fails."""
    try:
        return ssl.create_default_context(cafile=authority).wrap_socket(reached, server_hostname=host)
    except BaseException:
        reached.close()
        raise
