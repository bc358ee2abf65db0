"""Bearer tokens for software: bound to one account, shown once, listed, revocable.

`rmp_` and 43 characters of base64url (256 random bits). The database holds the SHA-256: enough,
because nobody guesses 256 bits.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection, models
from django.http import HttpRequest
from django.utils import timezone

from rempart.access import events, notices
from rempart.access.models import Account, Token
from rempart.access.sessions import digest
from rempart.vocabulary.words import Assurance

MARK = "rmp_"
"""So that a token that was published by mistake is recognised by scanners."""
_SHOWN = len(MARK) + 4
_LABEL = 60


@dataclass(frozen=True, slots=True)
class TokenLine:
    """A token as its account's page lists it: never the token itself."""

    id: int
    label: str
    prefix: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None


def create(request: HttpRequest, account: Account, label: str, expires_at: datetime | None = None) -> str:
    """Create a token for one's own account; the text is returned this once and kept nowhere.

    Raises PermissionDenied unless the session's second factor passed and `may_create`.
    """
    session: Any = request.session
    if session.assurance < Assurance.SECOND_FACTOR or request.user != account or not may_create(request):
        raise PermissionDenied
    text, token = issue(account, label, expires_at, session.proved_at)
    events.record(events.Tag.TOKEN_CREATED, request, account, details={"token": token.pk})
    notices.tell(account, events.Tag.TOKEN_CREATED, label=token.label)
    return text


def may_create(request: HttpRequest) -> bool:
    """False on a device never seen, for as long as the card is required there: a token would outlive that."""
    session: Any = request.session
    return not session.card_until or session.card_until <= timezone.now()


def issue(
    account: Account, label: str, expires_at: datetime | None = None, confirmed_at: datetime | None = None
) -> tuple[str, Token]:
    """Make and store a token without asking who wants it: for `create` and the command line."""
    text = MARK + secrets.token_urlsafe(32)
    token = Token.objects.create(
        account=account,
        label=" ".join(label.split())[:_LABEL] or "API",
        hash=sha256(text.encode()).digest(),
        prefix=text[:_SHOWN],
        expires_at=expires_at,
        confirmed_at=confirmed_at,
    )
    return text, token


def of_account(account: Account) -> list[TokenLine]:
    """The tokens that the holder made and that still work, the latest first."""
    rows = Token.objects.filter(account=account, grant=None, revoked_at=None).order_by("-created_at")
    rows = rows.filter(models.Q(expires_at=None) | models.Q(expires_at__gt=timezone.now()))
    return [
        TokenLine(row.pk, row.label, row.prefix, row.created_at, row.expires_at, row.last_used_at)
        for row in rows
    ]


def confirm(request: HttpRequest, *, token: int | None = None, grant: int | None = None) -> bool:
    """The holder answers for a token of theirs, or a software's grant: an earlier step-up is over for it.

    False when it is none of theirs, or no strong factor was given in this session within ten minutes.
    """
    session: Any = request.session
    with connection.cursor() as cursor:
        cursor.execute(
            "select access.confirm_software(%s::text, %s::bigint, %s::bigint)",
            [digest(session.session_key), token, grant],
        )
        done = cursor.fetchone()[0] is not None
    if done:
        account: Any = request.user
        details = {"token": token} if token else {"grant": grant}
        events.record(events.Tag.SOFTWARE_CONFIRMED, request, account, details=details)
    return done


def revoke(request: HttpRequest | None, account: Account, token: int) -> bool:
    """End one of the account's tokens at once. False when it has no such token, or it ended before."""
    found = Token.objects.filter(account=account, pk=token, revoked_at=None).update(revoked_at=timezone.now())
    if found:
        events.record(events.Tag.TOKEN_REVOKED, request, account, details={"token": token})
    return bool(found)


def revoke_all(request: HttpRequest | None, account: Account) -> int:
    """End every token that the account made for itself, at once; returns how many."""
    ended = Token.objects.filter(account=account, grant=None, revoked_at=None).update(
        revoked_at=timezone.now()
    )
    if ended:
        events.record(events.Tag.TOKEN_REVOKED, request, account, details={"ended": ended})
    return int(ended)
