"""Opens and closes accounts, with the owner's role: from the command line and for the demonstration.

There is no sign-up: an account exists because somebody who runs the installation opened it.
"""

import re
from datetime import datetime, timedelta

from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from rempart.access import end_sessions, events, tokens
from rempart.access.models import LOGIN_SHAPE, Account, Organisation, Professional
from rempart.vocabulary.faults import Fault
from rempart.vocabulary.words import STAFF, Profession

NEW = timedelta(hours=48)
"""A new account is asked for the patient's card at every look-up for so long."""


class AccountError(Fault):
    """The account cannot be opened as asked: the message says what to change."""


def open_account(  # noqa: PLR0913  # an account has that many sides; all but the first are named
    login: str,
    *,
    password: str | None,
    profession: Profession,
    organisation: Organisation | None = None,
    professional: Professional | None = None,
    display_name: str = "",
    email: str = "",
    totp_secret: str | None = None,
    card_until: datetime | None = None,
    language: str = "fr",
) -> Account:
    """Open an account and journal it.

    `password` None: nobody can sign in until a set-up word is used (`set_up.py`). `totp_secret`: base32,
    for accounts whose second factor is handed out (the demonstration). `card_until` defaults to 48 hours
    from now. Raises AccountError when the login is taken or misshapen, the password weak, or a
    professional has no organisation.
    """
    login = login.strip().lower()
    _check(login, profession, organisation)
    account = Account(
        login=login,
        profession=profession.value,
        organisation=organisation,
        professional=professional,
        display_name=display_name or login,
        email=email,
        language=language,
        card_until=timezone.now() + NEW if card_until is None else card_until,
    )
    _give_password(account, password)
    with transaction.atomic():
        account.save(force_insert=True)
        if totp_secret:
            _give_factor(account, totp_secret)
        events.record(events.Tag.ACCOUNT_OPENED, None, account, details={"profession": profession.value})
    return account


def close_account(account: Account) -> int:
    """Close an account for good: nothing of it works any more. Returns how many sessions it ended."""
    with transaction.atomic():
        Account.objects.filter(pk=account.pk).update(is_active=False)
        ended = end_sessions.all_of(account)
        events.record(events.Tag.ACCOUNT_CLOSED, None, account)
    return ended


def issue_token(account: Account, label: str, expires_at: datetime | None = None) -> str:
    """A bearer token for the account; the text is returned this once."""
    text, token = tokens.issue(account, label, expires_at)
    events.record(events.Tag.TOKEN_CREATED, None, account, details={"token": token.pk})
    return text


def _check(login: str, profession: Profession, organisation: Organisation | None) -> None:
    if not re.fullmatch(LOGIN_SHAPE, login):
        raise AccountError(
            "A login has 3 to 64 small letters, digits, dots, hyphens or underscores, and begins with a "
            "letter or digit."
        )
    if profession not in STAFF and organisation is None:
        raise AccountError("A professional works somewhere: name the organisation.")
    if Account.objects.filter(login=login).exists():
        raise AccountError("This login is taken.", "rempart account list")


def _give_password(account: Account, password: str | None) -> None:
    if password is not None:
        try:
            validate_password(password, account)
        except ValidationError as weak:
            raise AccountError(" ".join(weak.messages)) from weak
    account.set_password(password)


def _give_factor(account: Account, secret: str) -> Authenticator:
    RecoveryCodes.activate(account)
    return TOTP.activate(account, secret).instance
