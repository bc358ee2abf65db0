"""What an account's holder must know, told on every other channel: on the pages until read, and by mail.

The row is written with what it tells of; the mail is the worker's (`notice_mail.py`), so that a request
takes as long with a mail server as without, and a silent server undoes nothing.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from allauth.core import context
from django.utils import timezone
from procrastinate.contrib.django import app

from rempart.access import events
from rempart.access.models import Account, Notice
from rempart.access.network import client_network
from rempart.access.notice_words import lines, title
from rempart.access.rules.browsers import label

MAIL = "access.mail_notices"
_SHOWN = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Shown:
    """A notice as the holder's pages show it."""

    id: int
    at: datetime
    kind: str
    title: str
    lines: list[str]
    seen: bool


def tell(account: Account, tag: events.Tag, **details: Any) -> None:
    """Tell the account's holder what happened, and from where when a request did it.

    `details` become JSON; those that `notice_words.py` knows are shown. Never a secret, never a person.
    """
    Notice.objects.create(
        account_id=account.pk, kind=tag.value, details=_where() | details, at=timezone.now()
    )
    app.configure_task(MAIL).defer(account=account.pk)


def unread(account: Account) -> list[Shown]:
    """What the holder has not yet read, the latest first."""
    return _shown(account, seen_at=None)


def recent(account: Account) -> list[Shown]:
    """Everything told in the last three months, the latest first."""
    return _shown(account)


def mark_read(account: Account, latest: int) -> int:
    """The holder has read every notice up to this one; returns how many that were unread."""
    rows = Notice.objects.filter(account_id=account.pk, seen_at=None, pk__lte=latest)
    return int(rows.update(seen_at=timezone.now()))


def _where() -> dict[str, Any]:
    request = context.request
    if request is None:
        return {}
    return {
        "network": client_network(request),
        "agent": label(request.headers.get("User-Agent", "")),
    }


def _shown(account: Account, **which: Any) -> list[Shown]:
    rows = Notice.objects.filter(account_id=account.pk, at__gt=timezone.now() - _SHOWN, **which)
    return [
        Shown(
            row.pk, row.at, row.kind, title(row.kind), lines(row.kind, row.details), row.seen_at is not None
        )
        for row in rows.order_by("-at", "-pk")[:50]
    ]
