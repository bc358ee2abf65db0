"""Ends an account's sessions: dead at their next request, in pages and at the gate alike."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from rempart.access import events
from rempart.access.models import Account, Session
from rempart.access.sessions import digest


def others(request: HttpRequest, account: Account) -> int:
    """End every session of the account but this one; returns how many."""
    session: Any = request.session
    ended = _end(account, keep=digest(session.session_key or ""))
    if ended:
        events.record(events.Tag.SESSIONS_ENDED, request, account, details={"ended": ended})
    return ended


def all_of(account: Account) -> int:
    """End every session of the account, from the command line; returns how many."""
    ended = _end(account, keep="")
    events.record(events.Tag.SESSIONS_ENDED, None, account, details={"ended": ended})
    return ended


def _end(account: Account, *, keep: str) -> int:
    now = timezone.now()
    open_ = Session.objects.filter(account=account, ended_at=None, expire_date__gt=now)
    return int(open_.exclude(session_key=keep).update(ended_at=now, session_data=""))
