"""Restrict, by a person's hand: an account, an organisation, a session, a network. From the next look-up.

Tightening asks for no fresh factor. The database writes the journal and refuses what would match nothing, a
network that an organisation declared, and a network's restriction without a near end.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any

from django.db import DataError, IntegrityError, connection, transaction
from django.utils import timezone

from rempart.vocabulary.faults import Fault
from rempart.vocabulary.words import RestrictionKind, Scope

_RESTRICT = """
    select gate.restrict(%s::smallint, %s::text, %s::text, %s::text, %s::text, %s::timestamptz,
                         %s::text, %s::timestamptz, %s::bigint[])
"""
_PREFIXES = {4: {32, 24}, 6: {128, 64, 56}}
_BAN_HOURS = 24 * 31


class RestrictFault(Fault):
    """It cannot be restricted so: the message says why."""


@dataclass(frozen=True, slots=True)
class Target:
    """Whom or what a restriction is about, as the gate names it."""

    scope: Scope
    subject: str


def account(number: int) -> Target:
    """An account, by its number."""
    return Target(Scope.ACCOUNT, str(number))


def organisation(number: int) -> Target:
    """An organisation, by its number."""
    return Target(Scope.ORGANISATION, str(number))


def session(reference: str) -> Target:
    """One session, by its reference of sixteen characters."""
    return Target(Scope.SESSION, reference)


def network(text: str) -> Target:
    """An address, an IPv4 /24, an IPv6 /64 or /56. Raises RestrictFault for anything wider or misspelt."""
    try:
        found: IPv4Network | IPv6Network = ip_network(text.strip())
    except ValueError:
        raise RestrictFault("This is no network.", "such as 192.0.2.7, 192.0.2.0/24, 2001:db8::/56") from None
    if found.prefixlen not in _PREFIXES[found.version]:
        raise RestrictFault(
            "A ban holds an address, an IPv4 /24, an IPv6 /64 or /56: anything wider hits strangers.",
            "ban its parts, or close a channel",
        )
    return Target(Scope.NETWORK, str(found))


def restrict(  # what a restriction consists of
    target: Target,
    kind: RestrictionKind,
    *,
    why: str,
    text: str,
    author: str,
    hours: float | None,
    message: str | None = None,
    signals: Sequence[int] = (),
) -> int:
    """Place a restriction; returns its number. Raises RestrictFault.

    `why` is a code that the holder is told in words, `text` a sentence for colleagues, `message` one for the
    holder. `hours` None: until somebody undoes it; a network's ends within 31 days.
    """
    if target.scope == Scope.NETWORK and hours is None:
        hours = _BAN_HOURS
    ends_at = timezone.now() + timedelta(hours=hours) if hours else None
    return place(target, kind, f"{why}: {text}", author, ends_at, message, None, list(signals) or None)


def place(target: Target, kind: RestrictionKind, reason: str, author: str, *more: Any) -> int:
    """What `restrict` and `close` have in common. `more`: end, message, expected reopening, signals."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_RESTRICT, [int(target.scope), target.subject, kind.value, reason, author, *more])
            return int(cursor.fetchone()[0])
    except IntegrityError as fault:
        if target.scope == Scope.NETWORK:
            raise RestrictFault(
                "An organisation declared a network within it: its patients would not be served.",
                "restrict the account, or withdraw the declaration: rempart organisation networks",
            ) from fault
        raise RestrictFault("The reason has 3 to 500 characters, the end lies ahead.") from fault
    except DataError as fault:
        raise RestrictFault("There is nothing of that kind to restrict.") from fault
