"""A colleague answers for a colleague: for a forgotten password (a day later), or for the 48 hours of card.

The owner reads a short reference to them, from the page in front of the owner. It names one reset, or one
session; only those of the same organisation are looked through, and the database decides who may.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db import connection
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from rempart.access import events, notices
from rempart.access.models import Account, Reset, Session
from rempart.vocabulary.words import Assurance

_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: nothing that is misheard or misread."""
_LENGTH = 8
_MISREAD = str.maketrans("OIL", "011")


class Cause(StrEnum):
    """What is vouched for."""

    RESET = "reset"
    CARD = "card"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reference stands for."""

    cause: Cause
    account: Account
    key: bytes | str
    """The reset's digest, or the session's."""


def of_reset(reset: Reset) -> str:
    """The reference of a reset: `7K2M-Q8XD`."""
    held: Any = reset.digest
    return _reference(Cause.RESET, bytes(held).hex())


def of_session(digest: str) -> str:
    """The reference of a session for which the card is required."""
    return _reference(Cause.CARD, digest)


def find(by: Account, typed: str) -> Asked | None:
    """What a colleague's reference stands for, within the organisation of `by`."""
    wanted = "".join(typed.upper().split()).replace("-", "").translate(_MISREAD)
    if by.organisation_id is None:
        return None
    for asked, reference in _waiting(by.organisation_id):
        if constant_time_compare(reference.replace("-", ""), wanted):
            return asked
    return None


def may(by: Account, who: Account) -> bool:
    """Whether `by` may answer for `who` at all."""
    with connection.cursor() as cursor:
        cursor.execute("select access.may_vouch(%s, %s)", [by.pk, who.pk])
        return bool(cursor.fetchone()[0])


def vouch(request: HttpRequest, by: Account, asked: Asked) -> bool:
    """Answer for a colleague; the owner is told on every channel. False: the database says no."""
    function = "vouch_for_reset" if asked.cause is Cause.RESET else "vouch_for_session"
    with connection.cursor() as cursor:
        cursor.execute(f"select access.{function}(%s, %s)", [by.pk, asked.key])  # one of two names
        if not cursor.fetchone()[0]:
            return False
    tag = events.Tag.RESET_VOUCHED if asked.cause is Cause.RESET else events.Tag.CARD_VOUCHED
    events.record(tag, request, by, details={"for": asked.account.pk})
    notices.tell(asked.account, tag, colleague=by.display_name or by.login)
    return True


def _waiting(organisation: int) -> Iterator[tuple[Asked, str]]:
    now = timezone.now()
    resets = Reset.objects.select_related("account").filter(
        account__organisation_id=organisation,
        account__is_active=True,
        used_at=None,
        stopped_at=None,
        usable_at=None,
        expires_at__gt=now,
    )
    for reset in resets:
        held: Any = reset.digest
        yield Asked(Cause.RESET, reset.account, bytes(held)), of_reset(reset)
    sessions = Session.objects.select_related("account").filter(
        Q(card_until__gt=now) | Q(account__card_until__gt=now),
        account__organisation_id=organisation,
        account__is_active=True,
        assurance__gte=Assurance.SECOND_FACTOR,
        ended_at=None,
        expire_date__gt=now,
    )
    for session in sessions:
        if session.account is not None:
            yield Asked(Cause.CARD, session.account, session.session_key), of_session(session.session_key)


def _reference(cause: Cause, what: str) -> str:
    mac = salted_hmac(f"rempart.vouch.{cause}", what, algorithm="sha256").digest()
    number = int.from_bytes(mac[:8], "big")
    letters = "".join(_LETTERS[number >> 5 * place & 31] for place in range(_LENGTH))
    return f"{letters[:4]}-{letters[4:]}"
