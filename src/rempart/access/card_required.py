"""Why this account, or this session, needs a card for 48 hours, and the ways out."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from rempart.access import step_up, vouching
from rempart.access.models import Account
from rempart.access.sessions import digest
from rempart.vocabulary.words import Assurance

NEW_DEVICE = "new_device"
LEAK = "leak"


@dataclass(frozen=True, slots=True)
class CardRequired:
    """What the holder is shown."""

    reasons: tuple[str, ...]
    """`new_account`, `new_factor`, `reset`, `leak`, `new_device`: account first."""
    until: datetime
    reference: str
    """What a colleague types who answers for the holder; empty when nobody's word ends it."""
    own_card: bool
    """Whether a professional's card, or Pro Santé Connect, is a way in here."""


def of_request(request: HttpRequest) -> CardRequired | None:
    """None when no card is required, or the session is at level 3: it is the card."""
    session: Any = request.session
    account = request.user
    if not isinstance(account, Account) or account.is_staff_member:
        return None
    if session.assurance >= Assurance.CARD:
        return None
    now = timezone.now()
    ends = {
        account.card_reason or "new_account": account.card_until,
        NEW_DEVICE: session.card_until,
    }
    running = {why: end for why, end in ends.items() if end and end > now}
    if not running:
        return None
    spoken = LEAK not in running and account.organisation_id and session.session_key
    reference = vouching.of_session(digest(session.session_key)) if spoken else ""
    own_card = bool(step_up.ways(account, Assurance.CARD))
    return CardRequired(tuple(running), max(running.values()), reference, own_card)
