"""What a holder allowed a software on one device, and the short-lived tokens that hang on it.

A grant lasts a working day. Its code, its refresh tokens and its device's proofs are each taken once: a
second use of a code or of a refresh token ends the grant, since one of the two users is a thief.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.db.models import Max
from django.http import HttpRequest
from django.utils import timezone

from rempart.access import events, notices
from rempart.access.models import Account, Session, Token
from rempart.access.sessions import digest as session_digest
from rempart.access.tokens import MARK
from rempart.access.vendors.asked import Asked
from rempart.access.vendors.assertions import use_once
from rempart.access.vendors.models import Grant, Software
from rempart.vocabulary.dpop import digest as s256
from rempart.vocabulary.words import Assurance

WORKING_DAY = timedelta(hours=12)
"""As long as a session may last: the next morning the holder allows the software again."""
TOKEN = timedelta(minutes=10)
_CODE = timedelta(minutes=1)
_SHOWN = len(MARK) + 4
_SHORT = 16
_signer = Signer(salt="rempart.vendors.refresh")


class RefusedError(ValueError):
    """No token: the code or the refresh token is not good, for this software and this key."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the software is given, this once."""

    access: str
    refresh: str
    seconds: int
    assurance: int


@dataclass(frozen=True, slots=True)
class Allowed:
    """A grant as the holder's page shows it."""

    id: int
    software: str
    vendor: str
    device_label: str
    assurance: int
    created_at: datetime
    expires_at: datetime
    last_used_at: datetime | None


def allow(request: HttpRequest, account: Account, asked: Asked, label: str) -> str:
    """The holder said yes: write it down, tell them, return the code that the software exchanges."""
    session: Any = request.session
    now = timezone.now()
    code = secrets.token_urlsafe(32)
    here = Session.objects.filter(session_key=session_digest(session.session_key or "")).first()
    with transaction.atomic():
        grant = Grant.objects.create(
            account=account,
            software=asked.software,
            device=asked.key,
            device_label=label,
            assurance=min(session.assurance, int(Assurance.CARD)),
            code=_digest(code),
            code_challenge=asked.challenge,
            redirect_uri=asked.redirect_uri,
            code_expires_at=now + _CODE,
            card_until=here.card_until if here else None,
            confirmed_at=here.proved_at if here else None,
            created_at=now,
            expires_at=now + WORKING_DAY,
        )
        details = {"software": asked.software.pk, "grant": grant.pk, "assurance": grant.assurance}
        events.record(events.Tag.SOFTWARE_ALLOWED, request, account, verdict="granted", details=details)
        _tell(events.Tag.SOFTWARE_ALLOWED, grant)
    return code


def exchange(
    request: HttpRequest, software: Software, code: str, verifier: str, redirect_uri: str, key: str
) -> Tokens:
    """The code for the first tokens. Raises RefusedError; a code that is tried wrongly is spent."""
    with transaction.atomic():
        grant = _locked(software, code=_digest(code))
        now = timezone.now()
        if grant and grant.refresh:
            wrong = "code_reused"
        elif grant and _fits(grant, verifier, redirect_uri, key) and (grant.code_expires_at or now) > now:
            wrong = _unfit(grant, now)
        else:
            wrong = "code"
        if grant and wrong:
            _end(request, grant, wrong)
        tokens = _issue(grant, now) if grant and not wrong else None
        if grant and tokens:
            _replace_earlier(grant, now)
    if tokens is None:
        raise RefusedError("the code is not good: unknown, expired, used, or for another request")
    return tokens


def renew(request: HttpRequest, software: Software, refresh: str, key: str) -> Tokens:
    """New tokens for the refresh token of the moment. An earlier one, with the right key, ends the grant."""
    with transaction.atomic():
        grant = _locked(software, pk=_grant_of(refresh))
        now = timezone.now()
        if grant is None or grant.device != key:
            # Without the device's key it is a stranger, who must not be able to end anything.
            _refused(request, software, "key" if grant else "refresh")
            tokens = None
        elif bytes(grant.refresh or b"") != _digest(refresh):
            _end(request, grant, "refresh_reused")
            tokens = None
        else:
            tokens = None if _unfit(grant, now) else _issue(grant, now)
    if tokens is None:
        raise RefusedError("the refresh token is not good: unknown, used, ended, or for another key")
    return tokens


def note_refused(request: HttpRequest, software: Software | None) -> None:
    """Somebody signs in as this software and cannot: in the journal, once a minute however often."""
    minute = int(timezone.now().timestamp()) // 60
    if software and use_once(f"refused {software.pk} {minute}", 60 * (minute + 2)):
        _refused(request, software, "assertion")


def of_account(account: Account) -> list[Allowed]:
    """The account's grants in force, the latest first."""
    rows = Grant.objects.filter(
        account=account, revoked_at=None, expires_at__gt=timezone.now(), software__revoked_at=None
    )
    rows = rows.exclude(refresh=None).select_related("software").order_by("-created_at")
    return [
        Allowed(
            row.pk,
            row.software.name,
            row.software.vendor,
            row.device_label,
            row.assurance,
            row.created_at,
            row.expires_at,
            row.used_at or row.last_used_at,
        )
        for row in rows.annotate(used_at=Max("token__last_used_at"))
    ]


def revoke(request: HttpRequest | None, account: Account, grant: int) -> bool:
    """End one of the account's grants at once. False when it has no such grant, or it ended before."""
    with transaction.atomic():
        row = Grant.objects.filter(account=account, pk=grant, revoked_at=None).first()
        if row is None:
            return False
        _end(request, row, "holder")
    return True


def end_all(request: HttpRequest | None, account: Account) -> int:
    """End every grant of the account: somebody else may have given them. Returns how many."""
    rows = Grant.objects.filter(account=account, revoked_at=None, expires_at__gt=timezone.now())
    ended = rows.update(revoked_at=timezone.now())
    if ended:
        details = {"ended": ended, "why": "all"}
        events.record(events.Tag.SOFTWARE_REVOKED, request, account, details=details)
    return int(ended)


def _locked(software: Software, **which: Any) -> Grant | None:
    rows = Grant.objects.select_for_update(of=("self",)).filter(software=software, **which)
    return rows.select_related("account", "account__holder").first()


def _fits(grant: Grant, verifier: str, redirect_uri: str, key: str) -> bool:
    return (grant.code_challenge, grant.redirect_uri, grant.device) == (s256(verifier), redirect_uri, key)


def _unfit(grant: Grant, now: datetime) -> str:
    """Why nothing may be issued any more; empty: it may. After a leak the gate asks the patient's card."""
    account = grant.account
    if grant.revoked_at or grant.expires_at <= now:
        return "ended"
    if not account.is_active or (account.holder and not account.holder.is_active):
        return "account"
    return ""


def _issue(grant: Grant, now: datetime) -> Tokens:
    access = MARK + secrets.token_urlsafe(32)
    refresh = _signer.sign(f"rmr_{grant.pk}.{secrets.token_urlsafe(32)}")
    until = min(now + TOKEN, grant.expires_at)
    Token.objects.create(
        account_id=grant.account_id,
        grant=grant,
        label=grant.software.name,
        hash=_digest(access),
        prefix=access[:_SHOWN],
        expires_at=until,
        assurance=grant.assurance,
    )
    Grant.objects.filter(pk=grant.pk).update(refresh=_digest(refresh), last_used_at=now)
    return Tokens(access, refresh, int((until - now).total_seconds()), grant.assurance)


def _replace_earlier(grant: Grant, now: datetime) -> None:
    """The same software on the same device was allowed anew: the earlier grant has done its part."""
    rows = Grant.objects.filter(
        account_id=grant.account_id, software_id=grant.software_id, device=grant.device, revoked_at=None
    )
    rows.exclude(pk=grant.pk).exclude(created_at__gt=grant.created_at).update(revoked_at=now)


def _end(request: HttpRequest | None, grant: Grant, why: str) -> None:
    if Grant.objects.filter(pk=grant.pk, revoked_at=None).update(revoked_at=timezone.now()):
        details = {"software": grant.software_id, "grant": grant.pk, "why": why}
        events.record(events.Tag.SOFTWARE_REVOKED, request, grant.account, details=details)
        if why != "holder":
            _tell(events.Tag.SOFTWARE_REVOKED, grant)


def _tell(tag: events.Tag, grant: Grant) -> None:
    software = grant.software
    notices.tell(
        grant.account, tag, software=software.name, vendor=software.vendor, device=grant.device_label
    )


def _refused(request: HttpRequest, software: Software, why: str) -> None:
    details = {"software": software.pk}
    events.record(events.Tag.SOFTWARE_REFUSED, request, verdict="refused", reason=why, details=details)


def _grant_of(refresh: str) -> int:
    """Whose it is, if it was ever one of ours: nobody ends a grant with a number that they made up."""
    try:
        return int(_signer.unsign(refresh).partition(".")[0].removeprefix("rmr_"))
    except (BadSignature, ValueError):
        return 0


def _digest(secret: str) -> bytes:
    return sha256(secret.encode()).digest()
