"""Ends an account's sessions: dead at their next request, in pages and at the gate alike."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from rempart.access import events
from rempart.access.models import Account, Session
from rempart.access.sessions import SHORT, digest
from rempart.vocabulary.words import Assurance


def others(request: HttpRequest, account: Account) -> int:
    """End every session of the account but this one; returns how many."""
    session: Any = request.session
    ended = _end(account, keep=digest(session.session_key or ""))
    if ended:
        events.record(events.Tag.SESSIONS_ENDED, request, account, details={"ended": ended})
    return ended


def one(request: HttpRequest, account: Account, reference: str) -> bool:
    """End the account's session of this reference (`SessionStore.reference`). False: it has no such one."""
    ended = _end(account, keep="", reference=reference) if len(reference) == SHORT else 0
    if ended:
        details = {"ended": ended, "session": reference}
        events.record(events.Tag.SESSIONS_ENDED, request, account, details=details)
    return bool(ended)


def every(request: HttpRequest, account: Account) -> int:
    """End every session of the account, this one as well if it is the account's; returns how many."""
    ended = _end(account, keep="")
    if ended:
        events.record(events.Tag.SESSIONS_ENDED, request, account, details={"ended": ended})
    return ended


def all_of(account: Account) -> int:
    """End every session of the account, from the command line; returns how many."""
    ended = _end(account, keep="")
    events.record(events.Tag.SESSIONS_ENDED, None, account, details={"ended": ended})
    return ended


def of_card(request: HttpRequest, account: Account) -> int:
    """End the sessions that a card or Pro Santé Connect opened or raised: that ended there."""
    now = timezone.now()
    open_ = Session.objects.filter(account=account, ended_at=None, assurance=Assurance.CARD)
    ended = int(open_.update(ended_at=now, session_data=""))
    if ended:
        events.record(events.Tag.SESSIONS_ENDED, request, account, reason="psc", details={"ended": ended})
    return ended


def _end(account: Account, *, keep: str, reference: str = "") -> int:
    now = timezone.now()
    open_ = Session.objects.filter(
        account=account, ended_at=None, expire_date__gt=now, session_key__startswith=reference
    )
    return int(open_.exclude(session_key=keep).update(ended_at=now, session_data=""))
