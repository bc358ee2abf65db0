"""Tags of the page's frame: header links and what is left. They need the request, and bear its absence."""

from typing import Any

from django import template
from django.conf import settings

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


@register.simple_tag(takes_context=True)
def inside(context: dict[str, Any]) -> bool:
    """Whether whoever looks is signed in, second factor included."""
    return navigation.fully_signed_in(context["request"])


@register.simple_tag
def demonstration() -> bool:
    """Whether this installation is a demonstration."""
    return bool(settings.REMPART_DEMO)
