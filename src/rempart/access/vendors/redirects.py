"""Where a browser may be sent back to: registered addresses, and no other (RFC 6749, 3.1.2; RFC 8252).

Compared as text, character by character: two programs may read one address in two ways.
"""

import re
from collections.abc import Iterable

_SITE = re.compile(
    r"https://[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?(?::[0-9]{1,5})?/[A-Za-z0-9._~/%?=&+-]{0,500}"
)
_LOOPBACK = re.compile(r"http://127\.0\.0\.1(?::([0-9]{1,5}))?(/[A-Za-z0-9._~/-]{0,200})")
_HIGHEST_PORT = 65_535


def may_register(uri: str) -> bool:
    """An https address, or http on this machine's loopback with any port (installed software)."""
    return bool(_SITE.fullmatch(uri) or _LOOPBACK.fullmatch(uri))


def is_registered(uri: str, registered: Iterable[str]) -> bool:
    """Whether a browser may be sent there. On the loopback the port is chosen by the software at the time."""
    here = _LOOPBACK.fullmatch(uri)
    if here is None:
        return uri in registered
    if not 1 <= int(here[1] or 80) <= _HIGHEST_PORT:
        return False
    known = (_LOOPBACK.fullmatch(other) for other in registered)
    return any(found is not None and found[2] == here[2] for found in known)


def origin(uri: str) -> str:
    """Scheme, host and port: what a page's policy names to let a form lead there."""
    return "/".join(uri.split("/", 3)[:3])
