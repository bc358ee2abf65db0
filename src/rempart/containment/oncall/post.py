"""One HTTPS request to an address that an operator gave, and to no other: no redirection, no inner network.

The name is resolved once and the connection made to what was looked at, so that a name that resolves
differently a moment later leads nowhere else.
"""

import http.client
import ipaddress
import socket
import ssl
from dataclasses import dataclass
from urllib.parse import SplitResult, urlsplit

_PATIENCE = 10.0
_READ = 512
_PORTS = {"https": 443, "http": 80}


class NotReachedError(Exception):
    """The other side did not take it; the message is short and holds no secret."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent. `is_private`: the address may be inside our own network, and plain HTTP."""

    url: str
    body: bytes
    headers: dict[str, str]
    method: str = "POST"
    is_private: bool = False


def send(request: Request) -> str:
    """Send it; gives the status line. Raises NotReachedError for all but a 2xx."""
    url = checked(request.url, is_private=request.is_private)
    try:
        with _connected(url, is_private=request.is_private) as reached:
            connection = http.client.HTTPConnection(url.hostname or "", timeout=_PATIENCE)
            connection.sock = reached
            connection.request(
                request.method, _target(url), request.body, request.headers | {"Host": url.netloc}
            )
            answer = connection.getresponse()
            answer.read(_READ)
    except (OSError, http.client.HTTPException) as fault:
        raise NotReachedError(type(fault).__name__) from None
    if answer.status // 100 != 2:  # noqa: PLR2004  # RFC 9110, 15.3: successful
        raise NotReachedError(f"HTTP {answer.status}")
    return f"HTTP {answer.status}"


def checked(address: str, *, is_private: bool) -> SplitResult:
    """The address, if it may be called at all. Raises NotReachedError."""
    url = urlsplit(address)
    if url.scheme not in ({"https", "http"} if is_private else {"https"}) or not url.hostname or url.username:
        raise NotReachedError("an address begins with https:// and holds no password")
    return url


def _target(url: SplitResult) -> str:
    return (url.path or "/") + (f"?{url.query}" if url.query else "")


def _connected(url: SplitResult, *, is_private: bool) -> socket.socket:
    port = url.port or _PORTS[url.scheme]
    found = socket.getaddrinfo(url.hostname, port, type=socket.SOCK_STREAM)
    places = [str(place[0]) for *_, place in found]
    allowed = [place for place in places if is_private or ipaddress.ip_address(place).is_global]
    if not allowed:
        raise NotReachedError("the address is inside a private network")
    reached = socket.create_connection((allowed[0], port), timeout=_PATIENCE)
    if url.scheme == "http":
        return reached
    try:
        return ssl.create_default_context().wrap_socket(reached, server_hostname=url.hostname)
    except BaseException:
        reached.close()
        raise
