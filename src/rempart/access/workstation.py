"""Who uses this workstation: accounts that have signed in from this very browser, and no others.

Four people at a counter change places all day. What is slower than three seconds they would replace by one
shared account; so the workstation remembers names, never a proof.
"""

from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef
from django.http import HttpRequest

from rempart.access import devices
from rempart.access.models import Account, Device

MOST = 8
_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Known:
    """A person of this workstation, as its page names them."""

    id: int
    login: str
    name: str
    has_passkey: bool


def people(request: HttpRequest) -> list[Known]:
    """The accounts that signed in from this browser, the latest first; nobody on any other."""
    mine = devices.digest_of(request)
    if not mine:
        return []
    keys = Authenticator.objects.filter(user=OuterRef("account"), type=Authenticator.Type.WEBAUTHN)
    rows = (
        Device.objects.filter(digest=mine, account__is_active=True)
        .select_related("account")
        .annotate(has_passkey=Exists(keys))
        .order_by("-last_seen", "-pk")
    )
    return [_known(row.account, has_passkey=row.has_passkey) for row in rows[:MOST]]


def forget(request: HttpRequest, account: int) -> bool:
    """Make this browser no device of the account any more; True when it was one."""
    mine = devices.digest_of(request)
    return bool(mine and Device.objects.filter(digest=mine, account_id=account).delete()[0])


def chosen(request: HttpRequest) -> int | None:
    """The number of the account that a form names; None when it is none."""
    text = request.POST.get("account", "")
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _DIGITS else None


def _known(account: Account, *, has_passkey: bool) -> Known:
    return Known(account.pk, account.login, account.display_name or account.login, has_passkey)
