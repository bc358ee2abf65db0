"""Linking an establishment's employee card (CPE) to the account of a preparer or an assistant.

The directory does not know these cards. Who works under a holder's responsibility shows the card once,
signed in with a fresh second factor; from then on the card alone signs in. The holder is told.
"""

from typing import Any

from allauth.account.adapter import get_adapter
from django.http import HttpRequest

from rempart.access import events, identities, notices
from rempart.access.card.subject import Holder
from rempart.access.identities import Unlinked
from rempart.access.models import Account, Identity
from rempart.vocabulary.words import Assurance


def may_link(request: HttpRequest, card: Holder) -> Account | None:
    """The account signed in here that this card may be linked to, a fresh factor provided."""
    account = request.user
    session: Any = request.session
    if card.kind != "cpe" or not isinstance(account, Account) or account.holder_id is None:
        return None
    return account if session.assurance >= Assurance.SECOND_FACTOR else None


def needs_fresh_factor(request: HttpRequest) -> bool:
    """Whether the second factor must be proved again first: a session left open links nothing."""
    adapter: Any = get_adapter(request)
    return bool(adapter.is_reauthentication_required(app="card"))


def link_cpe(request: HttpRequest, delegate: Account, card: Holder) -> Unlinked | None:
    """Link the card that was checked; None when it is done. The holder of the team is told."""
    if delegate != may_link(request, card) or needs_fresh_factor(request):
        return Unlinked.OTHER_PERSON
    same_card = Identity.objects.filter(issuer=card.issuer, subject=card.national_id, ended_at=None)
    if same_card.exclude(account=delegate).exists():
        return Unlinked.OTHER_PERSON  # one employee, one card, one account
    refused = identities.recognise(request, delegate, card.proof)
    if refused:
        return refused
    if delegate.holder is not None:
        notices.tell(delegate.holder, events.Tag.IDENTITY_LINKED, kind=card.kind, delegate=delegate.login)
    return None
