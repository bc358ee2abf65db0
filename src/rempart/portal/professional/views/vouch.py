"""Answering for a colleague, who reads a short reference from the page in front of them."""

from typing import Any

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from rempart.access import throttle, vouching
from rempart.access.doors import professional
from rempart.access.models import Account


@professional
@reauthentication_required  # type: ignore[untyped-decorator]  # the library has no types
@require_http_methods(["GET", "HEAD", "POST"])
def vouch(request: HttpRequest) -> HttpResponse:
    """Ask for the reference; show for whom and for what it is; then take the word given."""
    if request.method != "POST":
        return _page(request)
    holder: Any = request.user
    typed = request.POST.get("reference", "")[:40]
    asked, wrong = _find(holder, typed)
    if asked is None:
        return _page(request, wrong=wrong, typed=typed)
    if not request.POST.get("confirm"):
        return _page(request, asked=asked, typed=typed)
    if not vouching.vouch(request, holder, asked):
        return _page(request, wrong=_not_you(), typed=typed)
    messages.success(
        request,
        _("C’est fait : vous vous êtes porté garant de %(who)s, qui en est averti.")
        % {"who": asked.account.display_name or asked.account.login},
    )
    return redirect("professional:account")


def _find(holder: Account, typed: str) -> tuple[vouching.Asked | None, str]:
    attempt = throttle.vouching(holder)
    if not attempt.allowed:
        return None, _("Trop d’essais. Attendez une heure.")
    asked = vouching.find(holder, typed)
    if asked is None:
        return None, _("Aucune demande de votre structure ne porte cette référence. Faites-la relire.")
    attempt.succeeded()
    if not vouching.may(holder, asked.account):
        return None, _not_you()
    return asked, ""


def _not_you() -> str:
    return _(
        "Vous ne pouvez pas vous porter garant ici : ni de vous-même, ni avec un compte de moins de 48 "
        "heures ou dont la carte est exigée, ni pour plus de trois confrères par jour, ni après une fuite."
    )


def _page(
    request: HttpRequest, *, asked: vouching.Asked | None = None, wrong: str = "", typed: str = ""
) -> HttpResponse:
    return render(request, "professional/vouch.html", {"asked": asked, "wrong": wrong, "typed": typed})
