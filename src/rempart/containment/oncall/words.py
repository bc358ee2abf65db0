"""What a call says: which alert, how bad, what was seen, where to take it. No person, account or network."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext as _

from rempart.detection.known import known


@dataclass(frozen=True, slots=True)
class Call:
    """A call as the worker claimed it (`containment.claimed`). `alert` is None for a test."""

    number: int
    alert: int | None
    kind: str
    address: str
    room: str | None
    secret: str | None
    is_private: bool
    language: str
    tries: int
    risk: float | None
    detectors: list[str] | None
    what: str | None
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class Told:
    """A call in words, and in figures for software."""

    title: str
    text: str
    facts: dict[str, Any]

    def as_json(self) -> dict[str, Any]:
        return {"title": self.title, "text": self.text} | self.facts


def tell(call: Call, url: str) -> Told:
    """In the contact's language. `url`: the address of the pages."""
    with translation.override(call.language):
        if call.alert is None:
            return Told(
                _("Rempart : essai d’appel"),
                _("Ceci est un essai : aucune alerte n’est en cours. Qui vous lit vous joindra ainsi."),
                {"type": "test"},
            )
        where = f"{url}/exploitation/alertes/{call.alert}"
        lines = [
            *(f"– {title}" for title in _titles(call)),
            _("Ouverte à %(time)s.") % {"time": f"{timezone.localtime(call.opened_at):%H:%M}"},
            _("Prenez-la en charge ici, et les suivants ne seront pas appelés : %(where)s")
            % {"where": where},
        ]
        title = _("Rempart : alerte nº %(number)s, risque %(risk)s") % {
            "number": call.alert,
            "risk": round(call.risk or 0),
        }
        facts = {
            "type": "alert",
            "alert": call.alert,
            "risk": call.risk,
            "detectors": call.detectors or [],
            "what": call.what,
            "opened_at": call.opened_at.isoformat(),
            "url": where,
            "try": call.tries,
        }
        return Told(title, "\n".join(lines), facts)


def _titles(call: Call) -> list[str]:
    if call.what == "silence":
        return [_("Les détecteurs se taisent depuis une minute : les plafonds sans preuve sont resserrés.")]
    if call.what == "breaker":
        return [_("Le plafond de la plateforme est atteint : sans carte, plus rien ne sort.")]
    found = known()
    language: Any = call.language
    return [found[name].title[language] if name in found else name for name in call.detectors or []]
