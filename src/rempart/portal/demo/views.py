"""The demonstration's page. Everywhere else it does not exist: 404, as for any unknown address."""

import json
import time
from collections.abc import Callable
from functools import wraps
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import get_language
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from rempart.access import passkeys
from rempart.access.doors import public
from rempart.access.network import client_network
from rempart.portal.demo import codes as codes_
from rempart.portal.demo import terminal
from rempart.portal.shared import words

View = Callable[..., HttpResponse]
_PLAYED = ("professional", "operations", "dpo")
"""Roles that people play; the other accounts belong to the attack replays."""


def demo_only(view: View) -> View:
    """Only in the demonstration, and only for this very machine."""

    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        here = _is_loopback(client_network(request)) and _is_loopback(request.META.get("REMOTE_ADDR"))
        if not (settings.REMPART_DEMO and here):
            raise Http404
        return view(request, *args, **kwargs)

    return shown


def _is_loopback(address: str | None) -> bool:
    try:
        return ip_address(address or "").is_loopback
    except ValueError:
        return False


@public
@demo_only
@require_safe
def demo(request: HttpRequest) -> HttpResponse:
    """Roles, persons, what to try."""
    by_name = passkeys.address_by_name(request)  # passkeys know no address in numbers
    return render(request, "demo/demo.html", _context() | {"by_name": by_name})


@public
@demo_only
@require_safe
def codes(request: HttpRequest) -> HttpResponse:
    """The roles with the codes of this minute: the same markup as in the page."""
    response = render(request, "demo/codes.html", _context())
    response["X-Fragment"] = "codes"
    return response


@public
@demo_only
@require_POST
@sensitive_post_parameters()
def card(request: HttpRequest) -> HttpResponse:
    """Have the reader beside an account read a sample person's card."""
    known = _known()
    person = _chosen(known["persons"], request.POST.get("person", ""))
    login = request.POST.get("login", "")
    if person is None or login not in {account["login"] for account in known["accounts"]}:
        raise Http404
    try:
        text = terminal.present(login, person)
    except terminal.TerminalError:
        text = ""
    context = {"text": text, "login": login, "person": person}
    fragment = bool(request.headers.get("HX-Request"))
    response = render(request, "demo/card.html" if fragment else "demo/card_page.html", context)
    response["X-Fragment"] = "card"
    return response


def _chosen(persons: list[dict[str, Any]], place: str) -> dict[str, Any] | None:
    return persons[int(place)] if place.isdecimal() and int(place) < len(persons) else None


def _known() -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(Path(settings.REMPART_DEMO_FILE).read_text("utf-8"))
    except (OSError, ValueError):
        return {"accounts": [], "persons": []}
    return found


def _context() -> dict[str, Any]:
    known, now = _known(), time.time()
    accounts = [
        account | {"code": codes_.code(account["totp_secret"], now)}
        for account in known["accounts"]
        if account["role"] in _PLAYED and account["totp_secret"]
    ]
    return {
        "accounts": accounts,
        "readers": [account for account in accounts if account["role"] == "professional"],
        "persons": [person | {"said": in_words(person)} for person in known["persons"]],
        "seconds": codes_.seconds_left(now),
    }


def in_words(person: dict[str, Any]) -> dict[str, str]:
    """What the answer should say about a sample person: who it is, look of the rights, and the rest."""
    expected = person.get("expected") or {}
    rights = str(expected.get("rights", "unknown"))
    paid = str((expected.get("third_party") or {}).get("accepted", "unknown"))
    standing = [str(name) for key, name in words.STANDINGS.items() if expected.get(key)]
    french = (get_language() or "fr").startswith("fr")
    return {
        "label": str(person.get("label_fr" if french else "label", "")),
        "look": rights if rights in {"yes", "no"} else "unknown",
        "rights": words.word(words.RIGHTS, rights),
        "more": ", ".join([words.word(words.THIRD_PARTY, paid), *standing]),
    }
