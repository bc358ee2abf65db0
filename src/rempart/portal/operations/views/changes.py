"""Changes of limits, matrix and terminals: read here, decided elsewhere by two persons."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from rempart.access.doors import role
from rempart.portal.operations import store
from rempart.portal.shared import words
from rempart.vocabulary.words import Meter, Profession, Scope, Window

_PAGE = 100


@role(Profession.OPERATOR)
@require_safe
def changes(request: HttpRequest) -> HttpResponse:
    """Those that wait, then the latest."""
    found = [change | {"words": in_words(change["kind"], change["value"])} for change in store.changes(_PAGE)]
    return render(request, "operations/changes.html", {"changes": found})


def in_words(kind: str, value: dict[str, Any]) -> str:
    """What a change would change; a kind without words is shown as it is."""
    told = _WORDS.get(kind)
    if told is None or not isinstance(value, dict):
        return kind
    try:
        return told(value)
    except (KeyError, ValueError):  # a proposal that says nothing sensible must not hide the others
        return kind


def _limit(value: dict[str, Any]) -> str:
    amounts = " · ".join(
        f"{amount} {words.word(words.WINDOWS, window.name.lower())}"
        for amount, window in zip(value.get("amounts", []), Window, strict=False)
    )
    return _("Plafond (%(scope)s, %(profession)s, %(meter)s) : %(amounts)s") % {
        "scope": words.word(words.SCOPES, Scope(int(value["scope"])).name.lower()).lower(),
        "profession": words.word(words.PROFESSIONS, value.get("profession")).lower(),
        "meter": words.word(words.METERS, Meter(int(value["meter"])).name.lower()).lower(),
        "amounts": amounts,
    }


def _matrix(value: dict[str, Any]) -> str:
    return _("Motif « %(purpose)s », profession « %(profession)s »") % {
        "purpose": words.word(words.PURPOSES, value.get("purpose")),
        "profession": words.word(words.PROFESSIONS, value.get("profession")),
    }


def _breaker(value: dict[str, Any]) -> str:
    return _("Plafond de la plateforme : plancher %(floor)s, personnes présentes %(present)s par heure") % {
        "floor": value.get("floor"),
        "present": value.get("present"),
    }


def _terminal(value: dict[str, Any]) -> str:
    return _("Lecteur de cartes « %(label)s »") % {"label": value.get("label", "")}


def _revoked(value: dict[str, Any]) -> str:
    return _("Retrait du lecteur nº %(number)s") % {"number": value.get("terminal", value.get("id", ""))}


def _platform(_value: dict[str, Any]) -> str:
    return _("Levée d’une restriction de toute la plateforme")


_WORDS: dict[str, Callable[[dict[str, Any]], str]] = {
    "limit": _limit,
    "matrix": _matrix,
    "breaker": _breaker,
    "terminal": _terminal,
    "revoke_terminal": _revoked,
    "lift_platform": _platform,
}
