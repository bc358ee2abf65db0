"""Browsers that an account has signed in from: a long-lived random cookie, of which we keep a digest.

A known device is what keeps strangers from locking an owner out: its wrong passwords are counted
apart from everybody else's (`throttle.py`).
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from rempart.access.models import Account, Device
from rempart.access.rules.browsers import label

_YEAR = 400 * 86400
"""Browsers keep no cookie longer than 400 days."""
_SHORT = 16


@dataclass(frozen=True, slots=True)
class KnownDevice:
    """A device as its account's page shows it."""

    id: int
    label: str
    first_seen: datetime
    last_seen: datetime
    this_one: bool


def of_account(request: HttpRequest, account: Account) -> list[KnownDevice]:
    """The devices that signed in to the account, the latest first."""
    mine = _digest(_cookie(request))
    return [
        KnownDevice(row.pk, row.label, row.first_seen, row.last_seen, row.digest == mine)
        for row in Device.objects.filter(account=account).order_by("-last_seen")
    ]


def reference(request: HttpRequest) -> str:
    """What session and journal name the request's device by; empty when it never signed in here."""
    return _digest(_cookie(request))[:_SHORT]


def digest_of(request: HttpRequest) -> str:
    """The whole digest by which devices are told apart; empty when the browser has no cookie."""
    return _digest(_cookie(request))


def is_known(request: HttpRequest, account: Account) -> bool:
    """Whether this browser has signed in to this account before."""
    mine = _digest(_cookie(request))
    return bool(mine) and Device.objects.filter(account=account, digest=mine).exists()


def has_several(account: Account) -> bool:
    """Whether the account has signed in from more than one device."""
    return Device.objects.filter(account=account).count() > 1


def remember(request: HttpRequest, account: Account) -> bool:
    """Write down that the account signed in from here; True when it never had before.

    A browser without the cookie gets one with the response (`keep_cookie`).
    """
    secret = _cookie(request)
    if not secret:
        secret = secrets.token_urlsafe(32)
        request.rempart_new_device = secret  # type: ignore[attr-defined]
    with transaction.atomic():
        device, first = Device.objects.get_or_create(
            account=account,
            digest=_digest(secret),
            defaults={"label": label(request.headers.get("User-Agent", ""))},
        )
        if not first:
            Device.objects.filter(pk=device.pk).update(last_seen=timezone.now())
    return first


def keep_cookie(request: HttpRequest, response: HttpResponseBase) -> None:
    """Give the browser its device cookie, when `remember` made one."""
    secret = getattr(request, "rempart_new_device", None)
    if secret:
        response.set_cookie(
            settings.REMPART_DEVICE_COOKIE,
            secret,
            max_age=_YEAR,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",  # Strict is missing on a request that another site begins: that would look stolen
        )


def _cookie(request: HttpRequest) -> str:
    fresh: str | None = getattr(request, "rempart_new_device", None)
    return fresh or request.COOKIES.get(settings.REMPART_DEVICE_COOKIE, "")


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest() if secret else ""
