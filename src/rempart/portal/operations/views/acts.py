"""What an operator does about an alert. What loosens, or takes it off the list, asks for a fresh factor."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from rempart.access.doors import fresh, resumes, role
from rempart.access.models import Account
from rempart.containment import restrict as containing
from rempart.containment.new_credentials import new_credentials
from rempart.containment.restrict import RestrictFault, Target
from rempart.containment.rules.decide import LASTS
from rempart.portal.operations import alert_store, alert_words, desk
from rempart.portal.operations.alert_forms import CloseForm, DismissForm, RemarkForm
from rempart.vocabulary.words import Profession, RestrictionKind

_BANNED_HOURS = 24.0
_WHY = {"rhythm": "unusual_pace", "numbers": "order_walk", "context": "unknown_device", "crowd": "campaign"}
"""Family of the heaviest detector → the coded reason that the holder is told."""
_SIMPLE: dict[str, Callable[[int, str], bool]] = {
    "prendre": alert_store.take,
    "rendre": alert_store.hand_back,
    "rouvrir": alert_store.reopen,
}


@role(Profession.OPERATOR)
@require_POST
def act(request: HttpRequest, alert: int, what: str) -> HttpResponse:
    """Take, hand back, reopen."""
    if what not in _SIMPLE:
        raise Http404
    return _told(request, alert, done=_SIMPLE[what](alert, _author(request)))


@role(Profession.OPERATOR)
@require_POST
def remark(request: HttpRequest, alert: int) -> HttpResponse:
    """A sentence for colleagues."""
    form = RemarkForm(request.POST)
    done = form.is_valid() and alert_store.remark(alert, _author(request), form.cleaned_data["text"])
    return _told(request, alert, done=bool(done))


@role(Profession.OPERATOR)
@require_POST
def restrict(request: HttpRequest, alert: int) -> HttpResponse:
    """One click: the measure holds from the next look-up, ends by itself, and can be undone."""
    found = _alert(alert)
    kind = request.POST.get("mesure", "")
    try:
        target, as_kind, hours = _measure(found, kind, request.POST.get("reseau", ""))
        with transaction.atomic():
            number = containing.restrict(
                target, as_kind, why=_why(found), text=_text(found), author=_author(request), hours=hours
            )
            alert_store.restricted(alert, _author(request), kind)
    except RestrictFault as fault:
        messages.error(request, _refusal(fault))
        return redirect("operations:alert", alert=alert)
    messages.success(
        request,
        _("%(measure)s : en place dès la prochaine consultation (restriction nº %(n)s). « Lever » l’annule.")
        % {"measure": alert_words.MEASURES[kind], "n": number},
    )
    return redirect("operations:alert", alert=alert)


@role(Profession.OPERATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def credentials(request: HttpRequest, alert: int) -> HttpResponse:
    """End all that opens the account. What is ended does not come back, so it is asked twice."""
    found = _alert(alert)
    if not found["account"]:
        raise Http404
    if request.method != "POST":
        return render(request, "operations/credentials.html", {"alert": found})
    ended = new_credentials(Account.objects.get(pk=found["account"]), request)
    alert_store.restricted(alert, _author(request), "new_credentials")
    messages.success(
        request,
        _(
            "Sessions fermées : %(sessions)s ; jetons et logiciels : %(tokens)s."
            " Un nouveau mot de passe est exigé."
        )
        % {"sessions": ended.sessions, "tokens": ended.tokens + ended.software},
    )
    return redirect("operations:alert", alert=alert)


@resumes
@fresh
@role(Profession.OPERATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def dismiss(request: HttpRequest, alert: int) -> HttpResponse:
    """A false alarm, with a coded reason, a reach and an end."""
    found = _alert(alert)
    networks = sorted({one["network"] for one in alert_store.signals(alert, 100) if one["network"]})
    form = DismissForm(found, networks, request.POST or None)
    if form.is_valid():
        given = form.cleaned_data
        done = alert_store.dismiss(alert, _author(request), given["code"], given["text"], **form.reach())
        return _told(request, alert, done=done)
    context = {"alert": desk.with_words(found), "form": form}
    return render(request, "operations/dismiss.html", context, status=422 if form.errors else 200)


@resumes
@fresh
@role(Profession.OPERATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def close(request: HttpRequest, alert: int) -> HttpResponse:
    """It has been dealt with."""
    found = _alert(alert)
    form = CloseForm(request.POST or None)
    if form.is_valid():
        given = form.cleaned_data
        return _told(
            request, alert, done=alert_store.close(alert, _author(request), given["code"], given["text"])
        )
    context = {"alert": desk.with_words(found), "form": form}
    return render(request, "operations/close.html", context, status=422 if form.errors else 200)


@role(Profession.OPERATOR)
@require_POST
def unmute(request: HttpRequest, mute: int) -> HttpResponse:
    """End a silence early: it tightens, so nothing more is asked."""
    if alert_store.unmute(mute, _author(request)):
        messages.success(request, _("Silence levé : le prochain signal ouvrira une alerte."))
    return redirect("operations:alerts")


def _alert(number: int) -> dict[str, Any]:
    found = alert_store.alert(number)
    if found is None:
        raise Http404
    return found


def _author(request: HttpRequest) -> str:
    return request.user.get_username()


def _told(request: HttpRequest, alert: int, *, done: bool) -> HttpResponse:
    if not done:
        _alert(alert)
        messages.info(request, _("Rien n’a changé : l’alerte n’était plus dans l’état affiché."))
    return redirect("operations:alert", alert=alert)


def _measure(found: dict[str, Any], kind: str, network: str) -> tuple[Target, RestrictionKind, float]:
    if kind == "network":
        return containing.network(network or found["network"] or ""), RestrictionKind.FROZEN, _BANNED_HOURS
    if not found["account"] or kind not in {one.value for one in LASTS}:
        raise Http404
    as_kind = RestrictionKind(kind)
    return containing.account(found["account"]), as_kind, LASTS[as_kind].total_seconds() / 3600


def _why(found: dict[str, Any]) -> str:
    heaviest = found["seen"][0]["detector"] if found["seen"] else ""
    detector = alert_words.detectors().get(heaviest)
    return _WHY.get(detector.family.value, "other") if detector else "other"


def _text(found: dict[str, Any]) -> str:
    names = ", ".join(found["detectors"]) or found["what"] or ""
    return f"A-{found['id']} {names}".strip()[:300]


def _refusal(fault: RestrictFault) -> str:
    if "declared" in str(fault):
        return _(
            "Une structure a déclaré ce réseau : ses patients ne seraient plus servis. Restreignez le compte."
        )
    return _("Cette mesure n’est pas possible ici : vérifiez le réseau ou le compte.")
