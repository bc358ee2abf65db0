"""What the reverse proxy says of a card; the same said by anybody else is a forgery, refused and journaled.

A certificate is public: whoever has one could send it. Only the TLS handshake proves that the card is
there, and only the proxy saw the handshake. So its word needs both, the proxy's address and a secret that
the proxy alone knows: another program of the same machine has the address, not the secret.

The server takes `X_SSL_Client_Cert` for `X-SSL-Client-Cert`, and of two the last one: whatever the
spelling, it ends in one of the names below.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from hmac import compare_digest
from urllib.parse import unquote

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from rempart.access import events, throttle
from rempart.access.models import Account
from rempart.access.network import from_proxy

CERTIFICATE, VERDICT, SECRET = (
    "HTTP_X_SSL_CLIENT_CERT",
    "HTTP_X_SSL_CLIENT_VERIFY",
    "HTTP_X_SSL_CLIENT_PROXY",
)
"""X-SSL-Client-Cert (PEM, URL-encoded), -Verify (the proxy's verdict), -Proxy (its secret)."""
_OURS = frozenset({CERTIFICATE, VERDICT, SECRET})
_FAMILY = re.compile(r"HTTP_(X_)?((SSL|TLS)_|(FORWARDED_)?CLIENT_(CERT|VERIFY))")
"""How reverse proxies call a client's certificate. None but the three above is ever read."""


@dataclass(frozen=True, slots=True)
class Presented:
    """What the proxy saw in the handshake."""

    pem: str
    """Empty: no card."""
    verdict: str
    """`SUCCESS`, `NONE` or `FAILED:…`."""


def only_from_the_proxy(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: on every page, a card's header from elsewhere than the proxy ends the request."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if _is_forged(request):
            _journal(request)
            raise PermissionDenied
        return get_response(request)

    return middleware


def presented(request: HttpRequest) -> Presented | None:
    """What was seen of a card; None when the request did not pass the proxy's door for cards."""
    if not _is_proxys_word(request):
        return None
    given = request.META
    return Presented(unquote(given.get(CERTIFICATE, "")), given.get(VERDICT, ""))


def _is_forged(request: HttpRequest) -> bool:
    found = _named(request)
    if not found:
        return False
    if not from_proxy(request):
        return True
    return bool(settings.REMPART_CARD_URL) and bool(found & _OURS) and not _is_proxys_word(request)


def _is_proxys_word(request: HttpRequest) -> bool:
    secret: str = settings.REMPART_CARD_SECRET
    return bool(
        settings.REMPART_CARD_URL
        and secret
        and from_proxy(request)
        and compare_digest(request.META.get(SECRET, "").encode(), secret.encode())
    )


def _named(request: HttpRequest) -> set[str]:
    plain = (re.sub(r"[^A-Z0-9]", "_", name.upper()) for name in request.META)
    return {name for name in plain if _FAMILY.match(name)}


def _journal(request: HttpRequest) -> None:
    """One entry a forgery, until a network repeats itself: its thousandth says nothing new."""
    if throttle.forgery(request).allowed:
        account = request.user if isinstance(request.user, Account) else None
        events.record(events.Tag.CARD_FORGED, request, account, verdict="refused", reason="forged_header")
