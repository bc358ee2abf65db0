"""What the header shows: pages by role, and how much is left without a card today."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from rempart.gate.errors import GateUnavailableError
from rempart.portal.shared.caller import caller_of, gate
from rempart.vocabulary.words import STAFF, Assurance, Profession


@dataclass(frozen=True, slots=True)
class Entry:
    """A link of the header."""

    url: str
    label: Promise | str
    current: bool


_PROFESSIONAL = (
    ("professional:look_up", _("Consulter")),
    ("professional:own", _("Mes consultations")),
    ("professional:account", _("Mon compte")),
)
_OPERATOR = (
    ("operations:desk", _("Exploitation")),
    ("operations:alerts", _("Alertes")),
    ("operations:journal", _("Journal")),
    ("operations:accounts", _("Comptes")),
    ("operations:restrictions", _("Restrictions")),
    ("operations:detectors", _("Détecteurs")),
    ("operations:oncall", _("Astreinte")),
    ("operations:changes", _("Changements")),
)
_OFFICER = (("operations:journal", _("Journal")), ("professional:account", _("Mon compte")))
_VISITOR = (
    ("public:limits", _("Plafonds publiés")),
    ("public:api_docs", _("API")),
)


def entries(request: HttpRequest) -> list[Entry]:
    """The header's links for whoever looks."""
    here = request.path
    return [Entry(reverse(name), label, _is_here(reverse(name), here)) for name, label in _names(request)]


def _names(request: HttpRequest) -> tuple[tuple[str, Any], ...]:
    if not fully_signed_in(request):
        return _VISITOR
    profession = request.user.profession  # type: ignore[union-attr]
    if profession == Profession.OPERATOR:
        return _OPERATOR
    return _OFFICER if profession in STAFF else _PROFESSIONAL


def _is_here(url: str, here: str) -> bool:
    if url in {"/", reverse("operations:desk")}:
        return url == here
    return here == url or here.startswith(url + "/")


def fully_signed_in(request: HttpRequest) -> bool:
    """Signed in, and past the second factor."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return False
    return getattr(request.session, "assurance", 0) >= Assurance.SECOND_FACTOR


def meters(request: HttpRequest) -> list[dict[str, Any]]:
    """What the account has left, as the gate says it, asked once a request; empty when it is silent."""
    known: list[dict[str, Any]] | None = getattr(request, "rempart_meters", None)
    if known is None:
        known = _ask_meters(request)
        request.rempart_meters = known  # type: ignore[attr-defined]
    return known


def _ask_meters(request: HttpRequest) -> list[dict[str, Any]]:
    account: Any = request.user
    if not fully_signed_in(request) or account.profession in STAFF:
        return []
    try:
        reply = gate().left(caller_of(request))
    except GateUnavailableError:
        return []
    found: list[dict[str, Any]] = reply.body.get("meters", [])
    return found


def left_today(request: HttpRequest) -> dict[str, Any] | None:
    """The everyday meter: distinct persons without a card over a day."""
    for meter in meters(request):
        if (meter["meter"], meter["window"], meter["scope"]) == ("unproven", "day", "account"):
            return meter
    return None
