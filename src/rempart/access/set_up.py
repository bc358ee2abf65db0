"""A one-use word by which the first operator chooses a password: nobody ever knows somebody else's.

The command line prints the word once; it opens one account, once, within a day. The database holds
its SHA-256 only.
"""

import secrets
from datetime import timedelta
from hashlib import sha256

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from rempart.access import renewal
from rempart.access.models import Account, SetUp

VALID = timedelta(hours=24)


def issue(account: Account) -> str:
    """A fresh word for the account; earlier ones that were not used stop working."""
    word, digest = new_word()
    with transaction.atomic():
        SetUp.objects.filter(account=account, used_at=None).delete()
        SetUp.objects.create(digest=digest, account=account, expires_at=timezone.now() + VALID)
    return word


def new_word() -> tuple[str, bytes]:
    """A word nobody has had, and what the database keeps of it."""
    word = secrets.token_urlsafe(24)
    return word, _digest(word)


def holder(word: str) -> Account | None:
    """The account that a word still opens."""
    row = _usable(word).select_related("account").first()
    return row.account if row else None


def use(word: str, password: str) -> Account | None:
    """Give the word's account this password; None when the word is unknown, used or too old.

    The password is the caller's to validate.
    """
    now = timezone.now()
    with transaction.atomic():
        account = holder(word)
        if account is None or not _usable(word).update(used_at=now):
            return None
        account.set_password(password)
        renewal.save_password(account)
    return account


def _usable(word: str) -> QuerySet[SetUp]:
    return SetUp.objects.filter(digest=_digest(word), used_at=None, expires_at__gt=timezone.now())


def _digest(word: str) -> bytes:
    return sha256(word.strip().encode()).digest()
