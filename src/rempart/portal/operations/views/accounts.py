"""Accounts, and one account: its exact look-ups, what it spent, and why each was decided as it was."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from rempart.access.doors import role
from rempart.portal.operations import alert_store, desk, place_store, store
from rempart.portal.operations.forms import RestrictForm
from rempart.portal.operations.timeline import REACHES
from rempart.portal.operations.views.alerts import drawn
from rempart.portal.operations.views.journal import with_words
from rempart.vocabulary.words import STAFF, Profession, Scope, Window

_PAGE = 50
_NETWORKS = 20
_ALERTS = 10
_PROOFS = ("none", "present", "known", "card")


@role(Profession.OPERATOR)
@require_safe
def accounts(request: HttpRequest) -> HttpResponse:
    """The most spending first; `?q=` searches login, name and organisation."""
    search = request.GET.get("q", "").strip()[:100]
    found = store.accounts(search, _PAGE)
    return render(
        request, "operations/accounts.html", {"accounts": found, "search": search, "page_size": _PAGE}
    )


@role(Profession.OPERATOR)
@require_safe
def account(request: HttpRequest, account: int) -> HttpResponse:
    """Everything about one account that the desk may see."""
    found = store.account(account)
    if found is None:
        raise Http404
    before = request.GET.get("avant", "")
    lines = store.of_account(account, _PAGE, int(before) if before.isdecimal() else None)
    context = {
        "account": found,
        "lines": [with_words(line) for line in lines],
        "older": lines[-1]["seq"] if len(lines) == _PAGE else None,
        "restrictions": store.restrictions_of(account),
        "form": RestrictForm(),
        "meters": [] if found["profession"] in STAFF else _meters(request, found["login"]),
        "would_be": desk.explained(request, found["login"], "none"),
        "timeline": drawn(request, account),
        "reaches": list(REACHES),
        "networks": place_store.networks_of(account, _NETWORKS),
        "alerts": [desk.with_words(one) for one in alert_store.alerts_of(account, None, _ALERTS)],
    }
    return render(request, "operations/account.html", context)


def _meters(request: HttpRequest, login: str) -> list[tuple[str, list[dict[str, Any]]]]:
    """For each kind of look-up, the account's own four windows as the gate counts them."""
    said = [(proof, desk.explained(request, login, proof) or {}) for proof in _PROOFS]
    return [
        (proof, _windows(step))
        for proof, explained in said
        for step in explained.get("steps", [])
        if step["step"] == "limit" and step["scope"] == Scope.ACCOUNT
    ]


def _windows(step: dict[str, Any]) -> list[dict[str, Any]]:
    def spent(place: int) -> int:
        after, limit = step["after"][place], step["limits"][place]
        # A full window was given nobody more; any other holds one more than is spent.
        return int(after) if not step["passes"] and after >= limit else int(after) - 1

    return [
        {"window": window.name.lower(), "spent": spent(window), "limit": step["limits"][window]}
        for window in Window
    ]
