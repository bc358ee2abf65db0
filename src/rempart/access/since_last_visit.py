"""What the holder is told at sign-in: when, where and on what the account was last used, and how much."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection
from django.http import HttpRequest

from rempart.access.models import Account, Session
from rempart.access.sessions import digest

_LOOK_UPS = """
    select coalesce(sum(count), 0) from journal.for_pages
     where account = %s and purpose is not null and at >= %s and at < %s
"""


@dataclass(frozen=True, slots=True)
class LastVisit:
    """The sign-in before this one."""

    at: datetime
    agent: str
    """`Firefox, Windows`; empty when the browser said nothing."""
    network: str
    same_device: bool
    same_network: bool
    look_ups: int
    """Look-ups by this account, by page or by software, from then until this sign-in."""


def last_visit(request: HttpRequest, account: Account) -> LastVisit | None:
    """None at the very first sign-in."""
    session: Any = request.session
    here = Session.objects.filter(session_key=digest(session.session_key or "")).first()
    if here is None:
        return None
    before = (
        Session.objects.filter(account=account, started_at__lt=here.started_at)
        .order_by("-started_at")
        .first()
    )
    if before is None:
        return None
    return LastVisit(
        at=before.started_at,
        agent=before.agent,
        network=before.network or "",
        same_device=bool(before.device) and before.device == here.device,
        same_network=before.network == here.network,
        look_ups=_look_ups(account, before.started_at, here.started_at),
    )


def _look_ups(account: Account, start: datetime, end: datetime) -> int:
    with connection.cursor() as cursor:
        cursor.execute(_LOOK_UPS, [account.pk, start, end])
        return int(cursor.fetchone()[0])
