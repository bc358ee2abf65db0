"""One sign-in by Pro Santé Connect: what is kept in the session meanwhile, and what comes of the answer."""

import secrets
import time
from dataclasses import dataclass
from datetime import timedelta
from hmac import compare_digest
from typing import Any

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

from rempart.access import throttle
from rempart.access.identities import Proof
from rempart.access.models import Account
from rempart.access.psc import tokens
from rempart.access.psc.claims import read_claims
from rempart.access.psc.provider import provider
from rempart.access.psc.tokens import RefusedTokenError
from rempart.access.psc.who import Found, Unknown, who

STARTED, ID_TOKEN, CHOICE = "psc.started", "psc.id_token", "psc.choice"
_WITHIN = 600
"""Seconds between leaving for the provider and coming back."""


@dataclass(frozen=True, slots=True)
class Proved:
    """An answer that passed every check."""

    found: Found
    proof: Proof
    id_token: str
    next: str


def begin(request: HttpRequest, target: str) -> str:
    """Remember what the answer must fit, and give the provider's address. Raises ProviderFaultError."""
    state, nonce, verifier = (secrets.token_urlsafe(48) for _ in range(3))
    url = provider().authorization_url(
        state=state, nonce=nonce, verifier=verifier, fresh=isinstance(request.user, Account)
    )
    request.session[STARTED] = {
        "state": state,
        "nonce": nonce,
        "verifier": verifier,
        "fresh": isinstance(request.user, Account),
        "next": safe(target),
        "at": time.time(),
    }
    return url


def complete(request: HttpRequest) -> Proved | Unknown:
    """Check the answer that the browser brings. Raises RefusedTokenError, ProviderFaultError.

    What was kept for it is spent first, whatever becomes of it: no answer is taken twice.
    """
    kept = _spend(request)
    there = provider()
    if there.issuer != request.GET.get("iss", there.issuer):  # RFC 9207: which provider answers
        raise RefusedTokenError("iss")
    code = request.GET.get("code", "")
    if not code:
        raise RefusedTokenError("no_code")
    answer = there.exchange(code, kept["verifier"])
    claims = tokens.read_id_token(there, answer, nonce=kept["nonce"], fresh=kept["fresh"])
    about = read_claims(tokens.read_userinfo(there, answer, claims["sub"]))
    found = who(about) if about else Unknown.NOBODY
    if isinstance(found, Unknown):
        return found
    return Proved(found, Proof("psc", there.issuer, claims["sub"]), answer.id_token, kept["next"])


def safe(target: str) -> str:
    """A path of this very site, or nothing."""
    local = target.startswith("/") and url_has_allowed_host_and_scheme(target, allowed_hosts=None)
    return target if local else ""


def _spend(request: HttpRequest) -> dict[str, Any]:
    kept: dict[str, Any] | None = request.session.pop(STARTED, None)
    given = request.GET.get("state", "")
    if kept is None or not given:
        raise RefusedTokenError("state")
    # Two requests may have read the session at once; this counts in the database.
    first = throttle.once(f"psc state {kept['state']}", timedelta(hours=1))
    if not first or not compare_digest(kept["state"].encode(), given.encode()):
        raise RefusedTokenError("state")
    if time.time() - kept["at"] > _WITHIN:
        raise RefusedTokenError("late")
    return kept
