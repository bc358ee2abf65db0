"""A forgotten password. The mailbox alone opens nothing: it takes a second factor, the card or a colleague.

Whoever asks learns nothing: the request does the same work for every login, and all that differs happens
in the worker. The word in the mail is known to nobody else; the database holds its SHA-256.
"""

import secrets
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any

import orjson
from django.db import connection, transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from procrastinate.contrib.django import app

from rempart.access import end_sessions, events, notices, renewal, throttle
from rempart.access.at_rest import open_sealed, seal
from rempart.access.models import Account, Notice, Reset, Token
from rempart.access.network import client_network
from rempart.access.rules.browsers import label
from rempart.access.vendors.models import Grant

VALID = timedelta(minutes=30)
AN_HOUR = 3
"""Requests of one account in any hour; the others are answered alike and forgotten."""
ASK = "access.ask_reset"
_PURPOSE = "reset"


class Proof(StrEnum):
    """What shows, besides the mailbox, that it is the owner."""

    CODE = "code"
    PASSKEY = "passkey"
    CARD = "card"
    COLLEAGUE = "colleague"


# Asking: in the request ------------------------------------------------------------------------


def ask(request: HttpRequest, login: str) -> None:
    """Leave the worker a sealed note. The same work whether anybody has this login or not."""
    if throttle.reset(request).allowed:
        note = {
            "login": login.strip().lower(),
            "network": client_network(request),
            "agent": label(request.headers.get("User-Agent", "")),
        }
        app.configure_task(ASK).defer(note=seal(_PURPOSE, orjson.dumps(note)))


# Opening: in the worker ------------------------------------------------------------------------


def open_asked(note: str) -> tuple[Account, str, dict[str, str]] | None:
    """Open a reset for whom the note names: the account, the word to mail and from where it was asked.

    None: nobody has that login, or it was asked for three times within the hour.
    """
    asked = orjson.loads(open_sealed(_PURPOSE, note))
    where = {"network": str(asked["network"]), "agent": str(asked["agent"])}
    account = (
        Account.objects.filter(login=asked["login"], is_active=True)
        .only("id", "login", "email", "language", "organisation_id")
        .first()
    )
    word = secrets.token_urlsafe(24)
    if account is None or not _open(account, word, where):
        return None
    return account, word, where


def forget(word: str) -> None:
    """The mail did not leave: as if it had not been asked."""
    Reset.objects.filter(digest=digest(word)).delete()


def _open(account: Account, word: str, where: dict[str, str]) -> bool:
    now = timezone.now()
    with transaction.atomic():
        if (
            Reset.objects.filter(account=account, requested_at__gt=now - timedelta(hours=1)).count()
            >= AN_HOUR
        ):
            return False
        Reset.objects.create(digest=digest(word), account=account, requested_at=now, expires_at=now + VALID)
        Notice.objects.create(account=account, kind=events.Tag.RESET_ASKED.value, details=where, at=now)
        events.record(events.Tag.RESET_ASKED, None, account, asked_from=where["network"])
    return True


# Using: in the request -------------------------------------------------------------------------


def of_word(word: str) -> Reset | None:
    """The open reset that a mailed word belongs to."""
    return _open_ones().filter(digest=digest(word)).first()


def of_digest(found: bytes) -> Reset | None:
    """The open reset with this digest."""
    return _open_ones().filter(digest=found).first()


def of_account(account: Account) -> list[Reset]:
    """The account's open resets, the latest first."""
    return list(_open_ones().filter(account_id=account.pk).order_by("-requested_at"))


def vouched(reset: Reset, now: datetime) -> bool:
    """Whether a colleague answered for it, and the day for saying no is over."""
    return reset.usable_at is not None and reset.usable_at <= now


def finish(request: HttpRequest, reset: Reset, password: str, proof: Proof) -> bool:
    """Give the account this password, on this proof. False: the reset was used or stopped meanwhile.

    Every session ends, every token and every software's permission is revoked: who had the mailbox may
    have had them. No second factor is dropped, whatever the proof. The card is required for 48 hours.
    """
    account = reset.account
    account.set_password(password)
    with transaction.atomic():
        if not _open_ones().filter(pk=reset.pk).update(used_at=timezone.now()):
            return False
        _stop_others(account)
        _save(account, proof)
        with connection.cursor() as cursor:
            cursor.execute("select access.require_card(%s, 'reset')", [account.pk])
        done = {"proof": proof.value, "tokens": _revoke(account)}
        done["sessions"] = end_sessions.every(request, account)
        events.record(events.Tag.RESET_DONE, request, account, details=done)
        notices.tell(account, events.Tag.RESET_DONE, proof=proof.value)
    return True


def stop(request: HttpRequest, account: Account) -> int:
    """The owner asked for nothing: every open reset of the account is void. Returns how many."""
    with transaction.atomic():
        stopped = _stop_others(account)
        if stopped:
            events.record(events.Tag.RESET_STOPPED, request, account, details={"stopped": stopped})
            notices.tell(account, events.Tag.RESET_STOPPED)
    return stopped


def digest(word: str) -> bytes:
    """What the database knows a word by."""
    return sha256(word.strip().encode()).digest()


def _open_ones() -> QuerySet[Reset]:
    return Reset.objects.select_related("account", "account__organisation").filter(
        used_at=None, stopped_at=None, expires_at__gt=timezone.now(), account__is_active=True
    )


def _stop_others(account: Account) -> int:
    return Reset.objects.filter(
        account_id=account.pk, used_at=None, stopped_at=None, expires_at__gt=timezone.now()
    ).update(stopped_at=timezone.now())


def _save(account: Account, proof: Proof) -> None:
    # A mailbox known from a leak, and a colleague's word, are not the strong factor that a renewal takes.
    if account.renew_reason == "leaked_mailbox" and proof is Proof.COLLEAGUE:
        account.save(update_fields=["password"])
    else:
        renewal.save_password(account)


def _revoke(account: Account) -> int:
    now = timezone.now()
    Grant.objects.filter(account_id=account.pk, revoked_at=None).update(revoked_at=now)
    return Token.objects.filter(account_id=account.pk, revoked_at=None).update(revoked_at=now)


def as_hex(reset: Reset) -> str:
    """How a session remembers which reset its browser opened."""
    held: Any = reset.digest
    return bytes(held).hex()
