"""Whom alerts call, the shift's log, and the card for the night: printed, it works when nothing else does."""

from datetime import datetime, timedelta

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rempart.access.doors import role
from rempart.containment.oncall import store
from rempart.vocabulary.words import Profession

_PAGE = 50
_SHIFT = timedelta(hours=12)


class HandOverForm(forms.Form):
    """What the next shift must know."""

    text = forms.CharField(
        label=gettext_lazy("Ce que l’équipe suivante doit savoir"),
        max_length=4000,
        strip=True,
        widget=forms.Textarea(attrs={"rows": 6}),
        help_text=gettext_lazy("Aucun nom d’assuré ni numéro : ce texte reste au journal du poste."),
    )


@role(Profession.OPERATOR)
@require_safe
def oncall(request: HttpRequest) -> HttpResponse:
    """Who is called, in what order, and whether they were reached."""
    listed = store.contacts()
    called = [one for one in listed if one["role"] == "operations" and one["kind"] != "telephone"]
    others = [one for one in listed if one not in called]
    return render(
        request, "operations/oncall.html", {"called": called, "others": others, "calls": store.calls(_PAGE)}
    )


@role(Profession.OPERATOR)
@require_POST
def test_call(request: HttpRequest, contact: int) -> HttpResponse:
    """Send a test; the worker does it within ten seconds."""
    if store.test_call(contact, request.user.get_username()):
        messages.success(request, _("Essai demandé : le résultat s’affiche ici dans quelques secondes."))
    else:
        messages.info(request, _("Un essai vient d’être demandé : son résultat arrive."))
    return redirect("operations:oncall")


@role(Profession.OPERATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def handover(request: HttpRequest) -> HttpResponse:
    """The shift's log, and what this shift was in figures."""
    earlier = store.handovers(_PAGE)
    since = _since(earlier[0]["at"] if earlier else None)
    facts = store.shift(since)
    form = HandOverForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        store.hand_over(request.user.get_username(), form.cleaned_data["text"], facts)
        messages.success(request, _("Relève écrite. Bonne fin de poste."))
        return redirect("operations:handover")
    context = {"form": form, "facts": facts, "since": since, "earlier": earlier}
    return render(request, "operations/handover.html", context, status=422 if form.errors else 200)


@role(Profession.OPERATOR)
@require_safe
def night_card(request: HttpRequest) -> HttpResponse:
    """One sheet from the installation as it is now: whom to call, how to close, undo, tell the insurers."""
    listed = store.contacts()
    groups = {role: [one for one in listed if one["role"] == role] for role in dict.fromkeys(_ROLES)}
    context = {
        "groups": [(_ROLES[role], people) for role, people in groups.items() if people],
        "insurers": groups["insurer"],
        "made_at": timezone.now(),
        "url": settings.REMPART_URL,
    }
    return render(request, "operations/night_card.html", context)


_ROLES = {
    "operations": gettext_lazy("Exploitation"),
    "dpo": gettext_lazy("Protection des données"),
    "insurer": gettext_lazy("Organismes complémentaires"),
    "authority": gettext_lazy("Autorités"),
    "provider": gettext_lazy("Prestataires"),
}


def _since(last: datetime | None) -> datetime:
    """Since the last hand-over; the first shift looks back half a day."""
    return last or timezone.now() - _SHIFT
