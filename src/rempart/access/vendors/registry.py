"""Which software there is: the installation's owner registers and withdraws it, from the command line."""

import secrets
from typing import Any

from django.db import transaction
from django.utils import timezone

from rempart.access import events
from rempart.access.vendors import keys, redirects
from rempart.access.vendors.models import Grant, Software
from rempart.vocabulary.faults import Fault

_LONGEST = 80


class SoftwareFault(Fault):
    """The software cannot be registered or found as asked."""


def register(name: str, vendor: str, jwks: Any, redirect_uris: list[str]) -> Software:
    """Register a software under a client_id of ours. Raises SoftwareFault and KeysFault."""
    name, vendor = _said(name, "name"), _said(vendor, "vendor")
    wrong = [uri for uri in redirect_uris if not redirects.may_register(uri)]
    if wrong or not redirect_uris:
        raise SoftwareFault(
            "Each --redirect is an https:// address, or http://127.0.0.1/PATH for installed software.",
            "no fragment, no user, no wildcard; the loopback's port is chosen by the software",
        )
    taken = keys.read(jwks)
    with transaction.atomic():
        software = Software.objects.create(
            client_id="sw_" + secrets.token_hex(12),
            name=name,
            vendor=vendor,
            keys=taken,
            redirect_uris=redirect_uris,
        )
        details = {"software": software.pk, "keys": len(taken)}
        events.record(events.Tag.SOFTWARE_REGISTERED, None, details=details)
    return software


def every() -> list[dict[str, Any]]:
    """Each software as a line: who made it, and how many workstations it serves now."""
    return [
        {
            "client_id": software.client_id,
            "name": software.name,
            "vendor": software.vendor,
            "keys": [jwk["kid"] for jwk in software.keys],
            "redirect_uris": software.redirect_uris,
            "created_at": software.created_at.isoformat(timespec="seconds"),
            "revoked_at": software.revoked_at.isoformat(timespec="seconds") if software.revoked_at else None,
            "workstations": in_force(software),
        }
        for software in Software.objects.order_by("created_at")
    ]


def find(client_id: str) -> Software:
    """The software of this client_id. Raises SoftwareFault."""
    found = Software.objects.filter(client_id=client_id).first()
    if found is None:
        raise SoftwareFault("No software has this client_id.", "rempart software list")
    return found


def in_force(software: Software) -> int:
    """How many grants look up through it now."""
    rows = Grant.objects.filter(software=software, revoked_at=None, expires_at__gt=timezone.now())
    return rows.exclude(refresh=None).count()


def revoke(software: Software) -> int:
    """Withdraw it: its tokens, and no other's, end with their next use. Returns how many grants ended."""
    with transaction.atomic():
        ended = in_force(software)
        now = timezone.now()
        if Software.objects.filter(pk=software.pk, revoked_at=None).update(revoked_at=now):
            details = {"software": software.pk, "ended": ended}
            events.record(events.Tag.SOFTWARE_WITHDRAWN, None, details=details)
    return ended


def _said(text: str, what: str) -> str:
    plain = " ".join(text.split())
    if not 1 <= len(plain) <= _LONGEST or not plain.isprintable():
        raise SoftwareFault(f"--{what} has 1 to {_LONGEST} printable characters.")
    return plain
