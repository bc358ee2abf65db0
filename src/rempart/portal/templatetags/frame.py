"""Tags of the page's frame: header links and what is left. They need the request, and bear its absence."""

from typing import Any

from django import template
from django.conf import settings

from rempart.access import passkeys
from rempart.access.psc import provider as psc
from rempart.containment import closings
from rempart.portal.shared import navigation

register = template.Library()


@register.inclusion_tag("shared/nav.html", takes_context=True)
def nav(context: dict[str, Any]) -> dict[str, Any]:
    """The header's links by role."""
    return {"entries": navigation.entries(context["request"])}


@register.inclusion_tag("shared/left.html", takes_context=True)
def left(context: dict[str, Any]) -> dict[str, Any]:
    """How many persons were looked up without a card today, and how many may be."""
    return {"left": navigation.left_today(context["request"])}


@register.inclusion_tag("shared/closings.html")
def closed() -> dict[str, Any]:
    """What is closed now: on every page, until it reopens."""
    return {"closings": closings.closings(), "status": settings.REMPART_STATUS_URL}


@register.simple_tag
def support() -> str:
    """Whom a professional calls."""
    return str(settings.REMPART_SUPPORT)


@register.simple_tag(takes_context=True)
def inside(context: dict[str, Any]) -> bool:
    """Whether whoever looks is signed in, second factor included."""
    return navigation.fully_signed_in(context["request"])


@register.simple_tag
def demonstration() -> bool:
    """Whether this installation is a demonstration."""
    return bool(settings.REMPART_DEMO)


@register.simple_tag
def psc_is_on() -> bool:
    """Whether Pro Santé Connect is a way in here."""
    return psc.is_on()


@register.simple_tag
def cards_are_on() -> bool:
    """Whether a professional's card is a way in here."""
    return bool(settings.REMPART_CARD_URL)


@register.inclusion_tag("shared/passkey.html", takes_context=True)
def passkey(  # noqa: PLR0913  # each is a part of the form
    context: dict[str, Any],
    action: str,
    options: str,
    label: str,
    *,
    account: int | str = "",
    half_way: bool = False,
    next: str = "",  # noqa: A002  # the form's field
    quiet: bool = False,
    name: str = "",
) -> dict[str, Any]:
    """A button that asks the browser for a passkey, and sends its answer to `action`.

    Where no browser knows passkeys (an address by number) it says so instead, with the address that does.
    """
    request = context["request"]
    return {
        "action": action,
        "options": options,
        "label": label,
        "account": account,
        "half_way": half_way,
        "next": next or request.GET.get("next", ""),
        "quiet": quiet,
        "name": name,
        "usable": passkeys.usable_here(request),
        "by_name": passkeys.address_by_name(request),
    }
