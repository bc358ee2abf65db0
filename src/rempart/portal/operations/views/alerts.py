"""Alerts: a list whose address is its filter, and one alert with all that stands behind it."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from rempart.access.doors import role
from rempart.portal.operations import alert_store, alert_words, desk, place_store, store
from rempart.portal.operations.alert_forms import RemarkForm
from rempart.portal.operations.alert_store import Filters
from rempart.portal.operations.timeline import REACHES, Reach, Timeline, first_of, timeline
from rempart.portal.operations.views.journal import with_words
from rempart.portal.shared import words
from rempart.vocabulary.words import Profession

_PAGE = 100
_LINES = 30
_SIGNALS = 100
_NETWORKS = 20
_AGES = (1, 24, 168)


@role(Profession.OPERATOR)
@require_safe
def alerts(request: HttpRequest) -> HttpResponse:
    """Those that still ask for somebody; the address filters."""
    filters = filters_of(request)
    found = alert_store.alerts(filters, _PAGE)
    context = {
        "alerts": [desk.with_words(one) for one in found],
        "filters": filters,
        "page_size": _PAGE,
        "views": _views(),
        "detectors": [(name, alert_words.title(name)) for name in alert_words.detectors()],
        "ages": _AGES,
        "mutes": [_muted(one) for one in alert_store.mutes()],
    }
    return render(request, "operations/alerts.html", context)


@role(Profession.OPERATOR)
@require_safe
def alert(request: HttpRequest, alert: int) -> HttpResponse:
    """One alert: what was seen, by which look-ups, on which days, from where, and what was done about it."""
    found = alert_store.alert(alert)
    if found is None:
        raise Http404
    signals = [alert_words.told(one) for one in alert_store.signals(alert, _SIGNALS)]
    context = {
        "alert": desk.with_words(found),
        "signals": signals,
        "events": [_event(one) for one in alert_store.events(alert)],
        "mutes": [_muted(one) for one in alert_store.mutes(alert)],
        "remark": RemarkForm(),
        **_evidence(request, signals),
        **(_of_account(request, found["account"]) if found["account"] else {}),
    }
    return render(request, "operations/alert.html", context)


def drawn(request: HttpRequest, account: int) -> Timeline:
    """An account's days, as far back as the address asks."""
    reach, now = _reach(request), timezone.localtime()
    first = first_of(reach, now)
    return timeline(
        reach,
        now,
        place_store.days_of(account, first, reach.minutes),
        [_flag(one) for one in alert_store.signals_of(account, first)],
        [
            one | {"words": words.word(words.RESTRICTIONS, one["kind"])}
            for one in store.restrictions_of(account)
        ],
    )


def filters_of(request: HttpRequest) -> Filters:
    """The filters of an address; a word that is none of ours filters nothing."""
    given = request.GET
    state, age = given.get("etat", ""), given.get("heures", "")
    return Filters(
        state=state if state in {*alert_words.STATES, "done", "all"} else "",
        detector=given.get("detecteur", "").strip()[:50],
        account=given.get("compte", "").strip()[:100],
        network=given.get("reseau", "").strip()[:50],
        hours=int(age) if age.isdecimal() and int(age) in _AGES else 0,
    )


def _views() -> list[tuple[str, Any]]:
    return [
        ("", ""),
        *((state, alert_words.STATES[state]) for state in alert_words.LIVE),
        ("done", ""),
        ("all", ""),
    ]


def _evidence(request: HttpRequest, signals: list[dict[str, Any]]) -> dict[str, Any]:
    """The look-ups up to the signal that the address names, or up to the latest."""
    asked = request.GET.get("signal", "")
    shown = next((one for one in signals if str(one["id"]) == asked), signals[0] if signals else None)
    if shown is None:
        return {"lines": [], "shown": None}
    by_entry = {one["seq"]: one["title"] for one in signals}
    if shown["account"]:
        lines = store.of_account(shown["account"], _LINES, shown["seq"] + 1)
    else:
        lines = [line for line in [store.entry(shown["seq"])] if line]
    told = [with_words(line) | {"completed": by_entry.get(line["seq"], "")} for line in lines]
    return {"lines": told, "shown": shown}


def _of_account(request: HttpRequest, account: int) -> dict[str, Any]:
    return {
        "timeline": drawn(request, account),
        "reaches": list(REACHES),
        "networks": place_store.networks_of(account, _NETWORKS),
        "restrictions": store.restrictions_of(account),
    }


def _reach(request: HttpRequest) -> Reach:
    return REACHES.get(request.GET.get("etendue", ""), REACHES["24h"])


def _flag(signal: dict[str, Any]) -> dict[str, Any]:
    title = alert_words.title(signal["detector"])
    at = timezone.localtime(signal["at"])
    return {"at": at, "title": f"{title}, {at:%d/%m %H:%M:%S}"}


def _event(event: dict[str, Any]) -> dict[str, Any]:
    what = event["what"]
    return event | {
        "what_words": alert_words.DONE.get(what, what),
        "words": alert_words.event_text(what, event["text"]),
    }


def _muted(mute: dict[str, Any]) -> dict[str, Any]:
    return mute | {
        "title": alert_words.title(mute["detector"]),
        "why": alert_words.DISMISSED.get(mute["code"], mute["code"]),
    }
