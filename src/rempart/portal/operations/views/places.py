"""A network, and one search for all that has a name, a number or an address."""

import re
from ipaddress import ip_address
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from rempart.access.doors import role
from rempart.containment import restrict as containing
from rempart.containment.restrict import RestrictFault
from rempart.portal.operations import alert_store, desk, place_store
from rempart.vocabulary.words import Profession, RestrictionKind

_PAGE = 50
_ALERT = re.compile(r"(?:A-?|#|nº ?)?(\d{1,12})", re.IGNORECASE)
_BANNED_HOURS = 24.0


@role(Profession.OPERATOR)
@require_safe
def network(request: HttpRequest, network: str) -> HttpResponse:
    """Who looks persons up from there, and what came of it."""
    address = _address(network)
    if address is None:
        raise Http404
    context = {
        "network": address,
        "accounts": place_store.on_network(address, _PAGE),
        "alerts": [desk.with_words(one) for one in alert_store.alerts_of(None, address, _PAGE)],
        "restrictions": place_store.restrictions_of_network(address),
        "declared": place_store.declared_by(address),
    }
    return render(request, "operations/network.html", context)


@role(Profession.OPERATOR)
@require_POST
def ban(request: HttpRequest, network: str) -> HttpResponse:
    """Nobody looks anybody up from there for a day; refused for what an organisation declared."""
    address = _address(network)
    if address is None:
        raise Http404
    try:
        containing.restrict(
            containing.network(address),
            RestrictionKind.FROZEN,
            why="campaign",
            text=_("banni depuis la page du réseau"),
            author=request.user.get_username(),
            hours=_BANNED_HOURS,
        )
    except RestrictFault:
        messages.error(request, _("Une structure a déclaré ce réseau : restreignez plutôt le compte."))
    else:
        messages.success(request, _("Réseau banni pour 24 heures, dès la prochaine consultation."))
    return redirect("operations:network", network=address)


@role(Profession.OPERATOR)
@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """A reference, an alert's number and a network lead straight there; anything else is looked for."""
    text = request.GET.get("q", "").strip()[:100]
    if found := _straight(text):
        return found
    accounts = place_store.accounts_like(text, _PAGE) if text else []
    return render(
        request, "operations/search.html", {"search": text, "accounts": accounts, "page_size": _PAGE}
    )


def _straight(text: str) -> HttpResponse | None:
    if text.upper().startswith("R-") and (seq := place_store.entry_of_reference(text.upper())):
        return redirect("operations:entry", seq=seq)
    if address := _address(text):
        return redirect("operations:network", network=address)
    matched = _ALERT.fullmatch(text)
    if matched and alert_store.alert(int(matched[1])):
        return redirect("operations:alert", alert=int(matched[1]))
    return None


def _address(text: Any) -> str | None:
    try:
        return str(ip_address(text))
    except ValueError:
        return None
