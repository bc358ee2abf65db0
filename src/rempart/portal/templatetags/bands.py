"""Bands above a page: what the holder must know. Each asks the database once, and bears its absence."""

from typing import Any

from django import template

from rempart.access import card_required, notices, resets
from rempart.access.events import Tag
from rempart.access.models import Account
from rempart.portal.shared import navigation

register = template.Library()


@register.inclusion_tag("shared/bands.html", takes_context=True)
def bands(context: dict[str, Any]) -> dict[str, Any]:
    """Unread notices, a new password that was asked for, and why the card is required."""
    request = context["request"]
    account = request.user
    if not isinstance(account, Account) or not navigation.fully_signed_in(request):
        return {"unread": [], "resets": [], "card": None, "csrf_token": ""}
    asked = resets.of_account(account)
    unread = notices.unread(account)
    return {
        # What is still open has a band of its own, with a button.
        "unread": [one for one in unread if not (asked and one.kind == Tag.RESET_ASKED)],
        "resets": asked,
        "card": card_required.of_request(request),
        "csrf_token": context.get("csrf_token", ""),
    }
