"""A password or a mailbox was found in a leak: the password must be renewed, and by the owner.

Whoever has the leaked password signs in and sees one page, the one that says so. Only a proof that was not
leaked with it opens the form on that page: a second factor, the card or Pro Santé Connect, minutes ago.
The password alone never ends what was asked (`renew_password` in sql/trust.sql); a word handed out by an
operator or by the holder of a delegate does, since a person answers for it.
"""

import time
from typing import Literal

from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.db import connection, transaction
from django.http import HttpRequest

from rempart.access import events, factors, notices
from rempart.access.models import Account

Why = Literal["leaked_password", "leaked_mailbox", "containment"]
_CARDS = frozenset({"card", "psc"})


def ask(account: Account, why: Why, request: HttpRequest | None = None) -> bool:
    """Ask for a renewal, once: journaled and told. False when it was asked already."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("select access.ask_renewal(%s, %s)", [account.pk, why])
            asked = bool(cursor.fetchone()[0])
        account.refresh_from_db(fields=["renew_since", "renew_reason"])
        if asked:
            events.record(events.Tag.RENEWAL_ASKED, request, account, reason=why)
            if why != "containment":  # whoever contains an account tells its holder all of it
                notices.tell(account, events.Tag.RENEWAL_ASKED, reason=why)
    return asked


def save_password(account: Account) -> None:
    """Save the account's new password, which ends what was asked in the same statement."""
    with connection.cursor() as cursor:
        cursor.execute("select access.renew_password(%s, %s)", [account.pk, account.password])
    account.refresh_from_db(fields=["renew_since", "renew_reason"])


def is_proved(request: HttpRequest, account: Account) -> bool:
    """Whether a strong factor was given in this session within the last minutes. A password never is one."""
    strong = _CARDS | {"mfa"} if factors.has_factor(account) else _CARDS
    latest = max(
        (
            record["at"]
            for record in get_authentication_records(request, account)
            if record["method"] in strong
        ),
        default=0.0,
    )
    return bool(time.time() - latest <= settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)
