"""“My look-ups”: the holder's own part of the journal, and what is left of each limit."""

from datetime import date
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_safe

from rempart.access.doors import professional
from rempart.portal.professional import answers, store
from rempart.portal.shared.navigation import meters
from rempart.portal.shared.words import VERDICTS
from rempart.vocabulary.words import Verdict

_PAGE = 25
_WINDOWS = ("minute", "hour", "day", "thirty_days")


@professional
@require_safe
def own(request: HttpRequest) -> HttpResponse:
    """Filters are the address: `?verdict=refused&jour=2026-11-23&page=2`."""
    account: Any = request.user
    verdict = request.GET.get("verdict", "")
    verdict = verdict if verdict in set(Verdict) else ""
    day = _day(request.GET.get("jour", ""))
    page = Paginator(store.OwnLookUps(account.pk, verdict, day), _PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "verdict": verdict,
        "verdicts": [(word.value, VERDICTS[word]) for word in Verdict],
        "day": day.isoformat() if day else "",
        "meters": _by_meter(meters(request)),
    }
    return render(request, "professional/own.html", context)


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _by_meter(found: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Meters in the order of the gate, each with its four windows and when a full one frees."""
    grouped: dict[str, list[dict[str, Any]]] = {}
    for meter in found:
        if meter["scope"] == "account":
            grouped.setdefault(meter["meter"], []).append(meter | {"frees": answers.moment_of(meter)})
    for windows in grouped.values():
        windows.sort(key=lambda meter: _WINDOWS.index(meter["window"]))
    return list(grouped.items())
