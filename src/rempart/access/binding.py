"""Holds a session to the place where it was proved, at the start of each request.

Its key on another device is nobody's: journaled, told to the holder, whose own session goes on. On its own
device but another network or browser it falls to the password's level, under the same key, until its holder
proves a factor again; only that writes the new place down.
"""

from datetime import timedelta
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest

from rempart.access import events, factors, notices, throttle
from rempart.access.models import Account, Identity
from rempart.access.network import neighbourhood
from rempart.access.rules.places import Facts, Moved, declared

_TOLD = timedelta(hours=1)
"""A stolen key that is tried a thousand times is one entry and one notice an hour."""


def hold(request: HttpRequest) -> None:
    """Compare the session with the request it came with; lower it, or forget it, where they differ."""
    session: Any = request.session
    if not session.session_key:
        return
    holder = session.get(SESSION_KEY)  # reads the session
    if session.stranger is not None:
        _say_stolen(request, *session.stranger)
    elif holder and session.place:
        session.moved = _moved(session.place, session.facts, int(holder))
        if session.moved and session.fall():
            _challenged(request, Account.objects.get(pk=holder), session.moved, {})


def can_prove(account: Account) -> bool:
    """Whether the account has more than a password to prove itself with."""
    return (
        factors.has_factor(account) or Identity.objects.filter(account_id=account.pk, ended_at=None).exists()
    )


def _moved(proved: Facts, now: Facts, holder: int) -> Moved | None:
    if proved.agent != now.agent:
        return "agent"
    if neighbourhood(proved.network or "") == neighbourhood(now.network or ""):
        return None
    networks = (
        Account.objects.filter(pk=holder).values_list("organisation__declared_networks", flat=True).first()
    )
    same_house = declared(proved.network, networks or []) and declared(now.network, networks or [])
    return None if same_house else "network"


def _say_stolen(request: HttpRequest, holder: int, reference: str) -> None:
    account = Account.objects.filter(pk=holder).first()
    if account is None or not throttle.once(f"session {reference} elsewhere", _TOLD):
        return
    _challenged(request, account, "device", {"session": reference})
    facts: Facts = request.session.facts  # type: ignore[attr-defined]
    where = {"network": facts.network or "", "agent": facts.agent}
    notices.tell(account, events.Tag.SESSION_CHALLENGED, **where)


def _challenged(request: HttpRequest, account: Account, why: str, details: dict[str, Any]) -> None:
    events.record(
        events.Tag.SESSION_CHALLENGED, request, account, verdict="challenged", reason=why, details=details
    )
