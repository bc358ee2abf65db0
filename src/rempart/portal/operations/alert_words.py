"""Alerts in words: states, coded reasons, and what a detector saw as its own sentence says it."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext_lazy as _

Words = dict[str, Promise | str]

LIVE = ("open", "taken", "restricted")
"""States in which an alert still asks for somebody."""
STATES: Words = {
    "open": pgettext_lazy("alerte", "À prendre"),
    "taken": pgettext_lazy("alerte", "Prise"),
    "restricted": pgettext_lazy("alerte", "Restreinte"),
    "dismissed": pgettext_lazy("alerte", "Écartée"),
    "closed": pgettext_lazy("alerte", "Close"),
}
STATE_LOOKS = {"open": "no", "taken": "unknown", "restricted": "hold", "dismissed": "plain", "closed": "yes"}
WHATS: Words = {
    "silence": _("Les détecteurs se taisent"),
    "breaker": _("Le plafond de la plateforme est atteint"),
    "appeal": _("Un professionnel conteste sa restriction"),
}
"""Alerts of Rempart's own, behind which no signal stands."""
DISMISSED: Words = {
    "known_work": _("Travail connu : vaccination, tournée, renfort…"),
    "holder_confirms": _("Titulaire rappelé : c’était bien lui"),
    "planned": _("Prévu : exercice, essai, reprise de données"),
    "threshold": _("Seuil à revoir"),
    "elsewhere": _("Déjà traitée dans une autre alerte"),
    "other": _("Autre raison"),
}
CLOSED: Words = {
    "stopped": _("Attaque arrêtée"),
    "given_back": _("Compte rendu à son titulaire"),
    "insider": _("Usage abusif, transmis à l’employeur"),
    "over": _("La cause a disparu"),
    "other": _("Autre raison"),
}
DONE: Words = {
    "opened": _("Alerte ouverte"),
    "signal": _("Nouveau signal"),
    "taken": _("Prise"),
    "handed_back": _("Rendue"),
    "restricted": _("Restriction posée"),
    "eased": _("Restriction levée"),
    "dismissed": pgettext_lazy("alerte", "Écartée"),
    "closed": pgettext_lazy("alerte", "Close"),
    "reopened": _("Rouverte"),
    "remark": _("Remarque"),
    "unmuted": _("Silence levé"),
    "paged": _("Quelqu’un a été prévenu"),
    "appeal": _("Contestation"),
    "incident": _("Devenue un incident"),
}
MEASURES: Words = {
    "step_up": _("Confirmation exigée"),
    "card_required": _("Carte exigée"),
    "new_credentials": _("Nouvel identifiant exigé"),
    "frozen": _("Compte suspendu"),
    "network": _("Réseau banni"),
}


def event_text(what: str, text: str | None) -> str:
    """An event's own words: a code, or a code and a sentence, or a detector's name."""
    code, _colon, rest = (text or "").partition(": ")
    if what in {"opened", "signal", "unmuted"}:
        return str(WHATS.get(code) or title(code))
    tables = {"dismissed": DISMISSED, "closed": CLOSED, "restricted": MEASURES, "eased": MEASURES}
    if what not in tables:
        return text or ""
    return " · ".join(str(part) for part in (tables[what].get(code, code), rest) if part)


def detectors() -> Mapping[str, Any]:
    """The detectors there are. Loaded when first asked for: compiled loops are heavy."""
    from rempart.detection.known import known  # noqa: PLC0415

    return known()


def language() -> str:
    """The language of the page, as detectors have words in it."""
    return "en" if (get_language() or "fr").startswith("en") else "fr"


def title(name: str) -> str:
    """A detector's title; its name when it is no longer there."""
    if name == "*":
        return str(_("Tous les détecteurs"))
    found = detectors().get(name)
    return str(found.title[language()]) if found else name


def sentence(name: str, facts: Mapping[str, float], limits: Mapping[str, float]) -> str:
    """What was seen, figures included."""
    from rempart.detection.engine import Signal  # noqa: PLC0415  # as above

    found = detectors().get(name)
    if found is None:
        return name
    try:
        return Signal(found, 0, 0, 0, 0, 0, dict(facts), dict(limits)).say(language())
    except (KeyError, ValueError):  # an older version of the detector had other figures
        return title(name)


def told(signal: Mapping[str, Any]) -> dict[str, Any]:
    """A signal with what a page says of it."""
    found = detectors().get(signal["detector"])
    return dict(signal) | {
        "title": title(signal["detector"]),
        "sentence": sentence(signal["detector"], signal["facts"], signal["limits"]),
        "benign": found.benign[language()] if found else "",
        "thresholds": " · ".join(f"{name} {value:g}" for name, value in signal["limits"].items()),
    }
