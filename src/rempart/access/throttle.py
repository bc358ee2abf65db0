"""Slows guessing down without handing strangers a way to lock an owner out.

A browser that has signed in to the account before is counted for itself: whoever fails a thousand times
elsewhere, or on the same Wi-Fi, costs it nothing. (OWASP, "Slow down online guessing attacks with device
cookies".) Wrong passwords from unknown devices are counted three times over: by account and network, by
network, and by account over all networks. When a thousand networks guess at one account slowly, the last of
these is spent, and a password from an unknown device is no longer tried: the owner comes in on a known
device, with a passkey, with the card or through Pro Santé Connect.

Codes of the second factor are counted by account for all unknown devices together: six digits must not
be guessed from a thousand addresses. Only somebody who has the right password gets that far, and the
owner's known devices are counted apart.

An attempt is counted before it is tried, in one atomic statement, and given back when it succeeds:
sixty-four parallel guesses are sixty-four. A login that nobody has is counted as one that somebody has.
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
PASSWORDS_OF_PAIR = Limit(10, timedelta(hours=1))
"""One account from one network: so that it takes ten networks to spend the next."""
PASSWORDS_OF_STRANGERS = Limit(100, timedelta(hours=1))
"""One account from every unknown device together."""
DELEGATES_OF_HOLDER = Limit(40, timedelta(days=1))
"""Accounts asked for by one holder, so that nobody tries out which logins are taken."""
CODES_OF_STRANGERS = Limit(10, timedelta(hours=1))
CODES_OF_DEVICE = Limit(10, timedelta(minutes=10))
RESETS_OF_NETWORK = Limit(20, timedelta(minutes=10))
"""Forgotten passwords asked for: what is over is answered alike, and forgotten."""
VOUCHINGS_OF_ACCOUNT = Limit(10, timedelta(hours=1))
"""References typed by one who answers for a colleague: 40 bits are not guessed."""
LETTERS_OF_NETWORK = Limit(10, timedelta(hours=1))
"""Codes by post asked for: the worker writes one a week for a professional at a place, whoever asks."""
LETTER_CODES_OF_NETWORK = Limit(20, timedelta(hours=1))
FORGERIES_OF_NETWORK = Limit(20, timedelta(minutes=10))
"""Entries of the journal; every forgery is refused."""
PASSKEYS_OF_NETWORK = Limit(20, timedelta(minutes=10))
"""Entries of the journal, too: a key is not guessed, so a proof is never refused for those before it."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try, already counted."""

    buckets: tuple[str, ...]
    allowed: bool
    first_over: bool
    """True once a window: the moment from which more tries are not worth an entry each."""
    by_strangers: bool = False
    """What is spent is all unknown devices' part of the account: waiting is no advice, another way in is."""

    def succeeded(self) -> None:
        """It was right: it is given back."""
        with connection.cursor() as cursor:
            cursor.execute(
                "update access.access_attempts set n = greatest(n - 1, 0) where bucket = any(%s)",
                [list(self.buckets)],
            )


def password(request: HttpRequest, account: Account | None, login: str = "") -> Attempt:
    """Count one password before it is compared. `account` None: nobody has that login."""
    if account and devices.is_known(request, account):
        attempt = _count(f"password device {account.pk} {devices.reference(request)}", PASSWORDS_OF_DEVICE)
        if attempt.allowed:
            return attempt
    network = neighbourhood(client_network(request))
    steps = [(f"password network {network}", PASSWORDS_OF_NETWORK, False)]
    if login:
        steps.insert(0, (f"password pair {login} {network}", PASSWORDS_OF_PAIR, False))
        steps.append((f"password strangers {login}", PASSWORDS_OF_STRANGERS, True))
    counted: tuple[str, ...] = ()
    for what, limit, by_strangers in steps:
        attempt = _count(what, limit)
        counted += attempt.buckets
        if not attempt.allowed:
            return Attempt(counted, allowed=False, first_over=attempt.first_over, by_strangers=by_strangers)
    return Attempt(counted, allowed=True, first_over=False)


def code(request: HttpRequest, account: Account) -> Attempt:
    """Count one code of the second factor before it is compared."""
    if devices.is_known(request, account):
        return _count(f"code device {account.pk} {devices.reference(request)}", CODES_OF_DEVICE)
    return _count(f"code strangers {account.pk}", CODES_OF_STRANGERS)


def delegate(holder: Account) -> Attempt:
    """Count one account that a holder asks for."""
    return _count(f"delegates of {holder.pk}", DELEGATES_OF_HOLDER)


def once(what: str, within: timedelta) -> bool:
    """True the first time in a window: what would otherwise be said once a request is said once."""
    return _count(f"once {what}", Limit(1, within)).allowed


def forgery(request: HttpRequest) -> Attempt:
    """Count one forged header of a card: allowed while it is still worth an entry of its own."""
    return _count(f"forgery network {neighbourhood(client_network(request))}", FORGERIES_OF_NETWORK)


def passkey(request: HttpRequest) -> Attempt:
    """Count one passkey that proved nothing: allowed while it is still worth an entry of its own."""
    return _count(f"passkey network {neighbourhood(client_network(request))}", PASSKEYS_OF_NETWORK)


def reset(request: HttpRequest) -> Attempt:
    """Count one forgotten password asked for, by network: the account is counted by the worker."""
    return _count(f"reset network {neighbourhood(client_network(request))}", RESETS_OF_NETWORK)


def vouching(account: Account) -> Attempt:
    """Count one reference typed by an account that answers for a colleague."""
    return _count(f"vouching {account.pk}", VOUCHINGS_OF_ACCOUNT)


def letter(request: HttpRequest) -> Attempt:
    """Count one code by post asked for, by network."""
    return _count(f"letter network {neighbourhood(client_network(request))}", LETTERS_OF_NETWORK)


def letter_code(request: HttpRequest) -> Attempt:
    """Count one code of a letter before it is compared."""
    return _count(f"letter code network {neighbourhood(client_network(request))}", LETTER_CODES_OF_NETWORK)


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
    return Attempt((bucket,), n <= limit.failures, n == limit.failures + 1)
