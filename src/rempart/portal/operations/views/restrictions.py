"""Restrict, and undo: each with a reason, an author and an end."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rempart.access.doors import fresh, resumes, role
from rempart.containment.undo import UndoFault, undo
from rempart.portal.operations import alert_store, store
from rempart.portal.operations.forms import LiftForm, RestrictForm
from rempart.vocabulary.words import Profession, Scope

_PAGE = 100


@role(Profession.OPERATOR)
@require_safe
def restrictions(request: HttpRequest) -> HttpResponse:
    """Every restriction, those in force first."""
    return render(request, "operations/restrictions.html", {"restrictions": store.restrictions(_PAGE)})


@role(Profession.OPERATOR)
@require_POST
def restrict(request: HttpRequest, account: int) -> HttpResponse:
    """Restrict one account."""
    found = store.account(account)
    if found is None:
        raise Http404
    form = RestrictForm(request.POST)
    if not form.is_valid():
        context = {"account": found, "form": form}
        return render(request, "operations/restrict.html", context, status=422)
    given = form.cleaned_data
    store.restrict(account, given["kind"], form.reason(), request.user.get_username(), form.ends_at())
    messages.success(request, _("Restriction en place : elle vaut dès la prochaine consultation."))
    return redirect("operations:account", account=account)


@resumes
@fresh
@role(Profession.OPERATOR)
@require_http_methods(["GET", "HEAD", "POST"])
def lift(request: HttpRequest, restriction: int) -> HttpResponse:
    """Undo one restriction, with a reason."""
    found = store.restriction(restriction)
    if found is None:
        raise Http404
    form = LiftForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        _lift(request, found, form.cleaned_data["reason"])
        return _back(request, found)
    context = {"restriction": found, "form": form, "of_platform": found["scope"] == Scope.PLATFORM}
    return render(request, "operations/lift.html", context, status=422 if form.errors else 200)


def _lift(request: HttpRequest, found: dict[str, Any], reason: str) -> None:
    try:
        done = undo(found["id"], request, reason)
    except UndoFault:
        messages.error(
            request, _("Cette restriction ne se lève pas depuis une page : il y faut deux gardiens.")
        )
        return
    if done:
        alert_store.ease(found["scope"], found["subject"], found["kind"], request.user.get_username())
        messages.success(request, _("Restriction levée. Le motif est au journal."))
    else:
        messages.info(request, _("Cette restriction était déjà levée."))


def _back(request: HttpRequest, found: dict[str, Any]) -> HttpResponse:
    alert = request.GET.get("alerte", "")
    if alert.isdecimal():
        return redirect("operations:alert", alert=int(alert))
    if found["scope"] == Scope.ACCOUNT:
        return redirect("operations:account", account=int(found["subject"]))
    return redirect("operations:restrictions")
