"""Slows guessing down without handing strangers a way to lock an owner out.

Wrong passwords are counted by network, never by account: whoever fails a thousand times elsewhere
costs the owner nothing. A browser that has signed in to the account before is counted for itself, so
that the stranger on the same Wi-Fi costs the owner nothing either. (OWASP, "Slow down online guessing
attacks with device cookies".)

Codes of the second factor are counted by account for all unknown devices together: six digits must not
be guessed from a thousand addresses. Only somebody who has the right password gets that far, and the
owner's known devices are counted apart.

An attempt is counted before it is tried, in one atomic statement, and given back when it succeeds:
sixty-four parallel guesses are sixty-four.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.db import connection
from django.http import HttpRequest
from django.utils import timezone
from django.utils.crypto import salted_hmac

from rempart.access import devices
from rempart.access.models import Account
from rempart.access.network import client_network, neighbourhood


@dataclass(frozen=True, slots=True)
class Limit:
    """So many failures in so long."""

    failures: int
    within: timedelta


PASSWORDS_OF_NETWORK = Limit(20, timedelta(minutes=10))
PASSWORDS_OF_DEVICE = Limit(10, timedelta(minutes=10))
CODES_OF_STRANGERS = Limit(10, timedelta(hours=1))
CODES_OF_DEVICE = Limit(10, timedelta(minutes=10))


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try, already counted."""

    bucket: str
    allowed: bool
    first_over: bool
    """True once a window: the moment from which more tries are not worth an entry each."""

    def succeeded(self) -> None:
        """It was right: it is given back."""
        with connection.cursor() as cursor:
            cursor.execute(
                "update access.access_attempts set n = greatest(n - 1, 0) where bucket = %s", [self.bucket]
            )


def password(request: HttpRequest, account: Account | None) -> Attempt:
    """Count one password for `account` (None: nobody has that login) before it is compared."""
    if account and devices.is_known(request, account):
        attempt = _count(f"password device {account.pk} {devices.reference(request)}", PASSWORDS_OF_DEVICE)
        if attempt.allowed:
            return attempt
    return _count(f"password network {neighbourhood(client_network(request))}", PASSWORDS_OF_NETWORK)


def code(request: HttpRequest, account: Account) -> Attempt:
    """Count one code of the second factor before it is compared."""
    if devices.is_known(request, account):
        return _count(f"code device {account.pk} {devices.reference(request)}", CODES_OF_DEVICE)
    return _count(f"code strangers {account.pk}", CODES_OF_STRANGERS)


_COUNT = """
    insert into access.access_attempts as a (bucket, n, since) values (%(bucket)s, 1, %(now)s)
    on conflict (bucket) do update set
        n = case when a.since <= %(start)s then 1 else a.n + 1 end,
        since = case when a.since <= %(start)s then %(now)s else a.since end
    returning n
"""


def _count(what: str, limit: Limit) -> Attempt:
    bucket = salted_hmac("rempart.attempts", what, algorithm="sha256").hexdigest()
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"bucket": bucket, "now": now, "start": now - limit.within})
        n = int(cursor.fetchone()[0])
    return Attempt(bucket, n <= limit.failures, n == limit.failures + 1)
