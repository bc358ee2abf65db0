"""A holder's team: preparers and assistants, with accounts and factors of their own.

They work under the holder's responsibility. The database decides who may have a team and how large it is
(`access.delegate` in sql/trust.sql), and refuses a delegate whose holder is closed. Nothing here shares an
account: each gets a word to choose a password by, enrols a factor, and stands in the journal under their own
number.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.http import HttpRequest
from django.utils import timezone

from rempart.access import end_sessions, events, factors, notices, set_up, tokens
from rempart.access.models import Account
from rempart.access.vendors import grants

COUNTED = timedelta(days=30)
_LOOK_UPS = """
    select account, coalesce(sum(count), 0)::int from journal.for_pages
     where account = any(%s) and starts_with(tag, 'gate:lookup:') and at > %s group by account
"""


class TakenError(Exception):
    """Somebody has this login."""


@dataclass(frozen=True, slots=True)
class Delegate:
    """A member of the team, as the holder's page lists it."""

    id: int
    name: str
    login: str
    email: str
    opened: datetime
    last_login: datetime | None
    has_factor: bool
    look_ups: int
    """By page or by software, granted or not, in thirty days."""
    is_active: bool


def of_holder(holder: Account) -> list[Delegate]:
    """The team, those who work first."""
    rows = Account.objects.filter(holder_id=holder.pk).order_by("-is_active", "display_name", "login")
    counted = _look_ups([row.pk for row in rows])
    return [
        Delegate(
            id=row.pk,
            name=row.display_name or row.login,
            login=row.login,
            email=row.email,
            opened=row.created_at,
            last_login=row.last_login,
            has_factor=factors.has_factor(row),
            look_ups=counted.get(row.pk, 0),
            is_active=row.is_active,
        )
        for row in rows
    ]


def add(request: HttpRequest, holder: Account, *, login: str, name: str, email: str) -> str | None:
    """Open a delegate's account; returns the word to hand over, once. None: the database refuses a team.

    Raises TakenError when somebody has the login. The caller has asked for a fresh strong factor.
    """
    word, digest = set_up.new_word()
    try:
        made = _call("select access.delegate(%s, %s, %s, %s, %s)", holder.pk, login, name, email, digest)
    except IntegrityError:
        raise TakenError from None
    if made is None:
        return None
    delegate = Account.objects.get(pk=made)
    _say(events.Tag.DELEGATE_OPENED, request, holder, delegate)
    return word


def new_word(request: HttpRequest, holder: Account, delegate: int) -> tuple[Account, str] | None:
    """Another word for a delegate who lost the first, or the password. None: no such delegate works."""
    word, digest = set_up.new_word()
    if not _call("select access.delegate_word(%s, %s, %s)", holder.pk, delegate, digest):
        return None
    account = Account.objects.get(pk=delegate)
    events.record(events.Tag.SET_UP_ISSUED, request, account, details={"holder": holder.pk})
    for told in (holder, account):
        notices.tell(told, events.Tag.SET_UP_ISSUED, login=account.login)
    return account, word


def end(request: HttpRequest, holder: Account, delegate: int) -> Account | None:
    """End a delegate's account: its sessions and tokens are worth nothing on the next request."""
    account = Account.objects.filter(pk=delegate, holder_id=holder.pk).first()
    if account is None:
        return None
    with transaction.atomic():
        if not _call("select access.end_delegate(%s, %s)", holder.pk, delegate):
            return None
        end_sessions.every(request, account)
        tokens.revoke_all(request, account)
        grants.end_all(request, account)
        _say(events.Tag.DELEGATE_ENDED, request, holder, account)
    return account


def _say(tag: events.Tag, request: HttpRequest, holder: Account, delegate: Account) -> None:
    events.record(tag, request, delegate, details={"holder": holder.pk})
    for told in (holder, delegate):
        notices.tell(told, tag, login=delegate.login, name=delegate.display_name)


def _look_ups(accounts: list[int]) -> dict[int, int]:
    if not accounts:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_LOOK_UPS, [accounts, timezone.now() - COUNTED])
        return dict(cursor.fetchall())


def _call(query: str, *values: Any) -> Any:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(query, values)
        row = cursor.fetchone()
    return row[0] if row else None
