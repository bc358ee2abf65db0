"""Signs of a campaign among wrong passwords: one network on many accounts, one password on many accounts.

What was typed is never kept: logins and passwords stand in the table as keyed digests, a password's cut to
forty bits, and for a day at most (`tasks.py`). The journal gets a count, once a window, for the detectors.
"""

from datetime import timedelta

from django.db import connection
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from rempart.access import events, throttle
from rempart.access.network import client_network, neighbourhood

WINDOW = timedelta(hours=1)
ACCOUNTS_OF_NETWORK = 10
"""A hospital's address sees ten people mistype in an hour; it then costs one entry and nothing else."""
ACCOUNTS_OF_PASSWORD = 5
_KEPT = {"login": 16, "password": 10, "network": 32}
"""Hexadecimal digits kept of each digest."""

_TRIED = """
    insert into access.access_tried (bucket, member, at) values (%(bucket)s, %(member)s, %(now)s)
    on conflict (bucket, member) do update set at = excluded.at
"""
_MANY = "select count(*) from access.access_tried where bucket = %s and at > %s"


def tried_in_vain(request: HttpRequest, login: str, password: str) -> None:
    """Count a wrong password; journal a campaign when it is one."""
    network = neighbourhood(client_network(request))
    member = _digest("login", login)
    _seen(request, "network", _digest("network", network), member, ACCOUNTS_OF_NETWORK)
    if password:
        _seen(request, "password", _digest("password", password), member, ACCOUNTS_OF_PASSWORD)


def _seen(request: HttpRequest, kind: str, digest: str, member: str, many: int) -> None:
    bucket, now = f"{kind} {digest}", timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(_TRIED, {"bucket": bucket, "member": member, "now": now})
        cursor.execute(_MANY, [bucket, now - WINDOW])
        accounts = int(cursor.fetchone()[0])
    if accounts >= many and throttle.once(f"campaign {bucket}", WINDOW):
        events.record(events.Tag.CAMPAIGN, request, reason=kind, details={"accounts": accounts})


def _digest(kind: str, text: str) -> str:
    return salted_hmac(f"rempart.tried.{kind}", text, algorithm="sha256").hexdigest()[: _KEPT[kind]]
