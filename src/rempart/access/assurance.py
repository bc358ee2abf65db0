"""How surely a session's holder is known: what was proved in it, and signing in with a card.

Level 1 is a password, 2 a second factor or a passkey, 3 the professional's card (by certificate or
through Pro Santé Connect). A session rises only under a new key (`sessions.py`, sql/guards.sql).
"""

from typing import Any, Literal

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records, record_authentication
from django.http import HttpRequest

from rempart.access import events, factors, new_device, resume
from rempart.access.models import Account
from rempart.vocabulary.words import Assurance

Card = Literal["card", "psc"]
"""A certificate of the card at the reverse proxy; Pro Santé Connect."""
_CARDS = frozenset({"card", "psc"})


def proved(request: HttpRequest, account: Account) -> Assurance:
    """The level that the proofs given in this session are worth.

    A password or mailbox found in a leak holds the account at level 1 until the password is renewed.
    """
    methods = {record["method"] for record in get_authentication_records(request, account)}
    if account.renew_since:
        return Assurance.PASSWORD
    if methods & _CARDS:
        return Assurance.CARD
    if "mfa" in methods and factors.has_factor(account):
        return Assurance.SECOND_FACTOR
    return Assurance.PASSWORD


def sign_in_by_card(request: HttpRequest, account: Account, method: Card, **details: Any) -> None:
    """Sign the account in at level 3; whoever was signed in on this session before is signed out.

    The caller has checked the card. Nothing else is asked: it is the strongest proof there is.
    """
    adapter: Any = get_adapter(request)
    if request.user.is_authenticated:
        adapter.logout(request)
    record_authentication(request, account, method, **details)
    account.backend = "rempart.access.backend.AccountBackend"
    adapter.login(request, account)


def step_up(request: HttpRequest, account: Account, method: str, **details: Any) -> None:
    """A fresh proof by whoever is signed in already: the session rises, or comes back, under a new key."""
    record_authentication(request, account, method, **details)
    rise(request, account, method)
    resume.proved(request)


def rise(request: HttpRequest, account: Account, method: str) -> None:
    """What a fresh proof, already recorded, does to the session: its level, its place, a new key."""
    session: Any = request.session
    session.card_until = new_device.card_until(request, account)
    session.rise_to(proved(request, account))
    events.record(events.Tag.STEPPED_UP, request, account, details={"method": method})
