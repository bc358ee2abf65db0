"""The way from a page to the gate: who asks, with the session's own credential passed on."""

from functools import cache
from pathlib import Path

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from rempart.access.network import client_network
from rempart.gate.client import Caller, Client, Credential


@cache
def _client(socket: str) -> Client:
    return Client(Path(socket))


def gate() -> Client:
    """The gate that this installation's pages ask."""
    return _client(settings.REMPART_GATE_SOCKET)


def caller_of(request: HttpRequest) -> Caller:
    """Whoever is signed in on this request. The gate itself decides what the session is worth."""
    facts = getattr(request.session, "facts", None)
    return Caller(
        credential=Credential("session", request.session.session_key or ""),
        network=client_network(request),
        device=getattr(facts, "device", "") or None,
        language=(get_language() or "fr")[:2],
    )
