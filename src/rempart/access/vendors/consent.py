"""Before a holder may say yes to a software: how fresh their last strong proof must be."""

import time

from allauth.account.internal.flows.login import get_authentication_records
from django.http import HttpRequest

from rempart.access.models import Account
from rempart.access.vendors.asked import Asked

FRESH = 300
"""Seconds. Who leaves a counter unlocked allows no software on somebody else's device."""
_LEAST = 60
"""A software that asks for no age at all still leaves its holder the time to read."""
_STRONG = frozenset({"mfa", "card", "psc"})


def is_fresh(request: HttpRequest, account: Account, asked: Asked) -> bool:
    """Whether a strong proof was given in this session of late enough."""
    wanted = FRESH if asked.max_age is None else max(_LEAST, min(FRESH, asked.max_age))
    records = get_authentication_records(request, account)
    latest = max((record["at"] for record in records if record["method"] in _STRONG), default=0.0)
    return time.time() - float(latest) <= wanted


def workstation(request: HttpRequest, asked: Asked) -> str:
    """The workstation in words: as the software calls it, and the browser that the holder uses on it."""
    agent = getattr(getattr(request.session, "facts", None), "agent", "")
    return " · ".join(word for word in (asked.device_label, agent) if word)
