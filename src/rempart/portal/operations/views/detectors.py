"""Detectors: what each says, by which thresholds, how often; and what thresholds on trial would have done."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from rempart.access.doors import role
from rempart.portal.operations import alert_words, desk_store, place_store
from rempart.vocabulary.words import Profession

_SHOWN = 20
_MODES = {0.0: "off", 1.0: "observe", 2.0: "enforce"}
_NONE = {"day": 0, "week": 0, "accounts": 0}
_Counts = dict[tuple[str, bool], dict[str, Any]]


@role(Profession.OPERATOR)
@require_safe
def detectors(request: HttpRequest) -> HttpResponse:
    """All of them, in the order of their weight."""
    settings = place_store.settings()
    counts = {(row["detector"], row["observed"]): row for row in place_store.signal_counts()}
    found = [_row(detector, settings, counts) for detector in alert_words.detectors().values()]
    found.sort(key=lambda row: -row["weight"])
    return render(request, "operations/detectors.html", {"detectors": found, "watch": desk_store.watch()})


def _row(detector: Any, settings: list[dict[str, Any]], counts: _Counts) -> dict[str, Any]:
    own = [one for one in settings if one["detector"] == detector.name]
    chosen = {one["name"]: one["value"] for one in own if not one["trial"]}
    tried = {one["name"]: one["value"] for one in own if one["trial"]}
    language = alert_words.language()
    mode = _MODES.get(chosen.get("mode", 2.0), "enforce")
    observed = bool(tried) or mode == "observe"
    return {
        "name": detector.name,
        "weight": detector.weight,
        "title": detector.title[language],
        "benign": detector.benign[language],
        "sentence": _pattern(detector, chosen, language),
        "leads_to": detector.leads_to,
        "mode": "waits" if detector.needs and not chosen.get("connected") else mode,
        "limits": [
            {
                "name": name,
                "shipped": f"{limit.value:g}",
                "own": f"{chosen[name]:g}" if name in chosen else "",
                "tried": f"{tried[name]:g}" if name in tried else "",
                "unit": limit.unit,
                "why": limit.why,
            }
            for name, limit in detector.limits.items()
        ],
        "changed": [one for one in own if not one["trial"]],
        "said": counts.get((detector.name, False), _NONE),
        "trial": _trial(detector.name, counts) if observed else None,
    }


def _trial(name: str, counts: _Counts) -> dict[str, Any]:
    only = place_store.only_tried(name, _SHOWN)
    return {
        "would": counts.get((name, True), _NONE),
        "was": counts.get((name, False), _NONE),
        "only": only,
        "more": only[0]["n"] if only else 0,
    }


def _pattern(detector: Any, chosen: dict[str, float], language: str) -> str:
    """The sentence with its thresholds, figures left open."""
    values = {name: f"{chosen.get(name, limit.value):g}" for name, limit in detector.limits.items()}
    sentence: str = detector.sentence[language].format(**(values | dict.fromkeys(detector.facts, "…")))
    return sentence
