"""“My team”: the holder opens, follows and ends preparers' and assistants' accounts. Never a shared one."""

import re
from typing import Any

from allauth.account.decorators import reauthentication_required
from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from rempart.access import team, throttle
from rempart.access.doors import professional
from rempart.access.models import LOGIN_SHAPE, Account


class DelegateForm(forms.Form):
    """Who the new member is."""

    name = forms.CharField(
        label=gettext_lazy("Prénom et nom"),
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    login = forms.CharField(
        label=gettext_lazy("Identifiant"),
        max_length=64,
        help_text=gettext_lazy("De 3 à 64 lettres minuscules sans accent, chiffres, points ou tirets."),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )
    email = forms.EmailField(
        label=gettext_lazy("Adresse e-mail, pour les avis"),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())

    def clean_login(self) -> str:
        login = str(self.cleaned_data["login"]).strip().lower()
        if not re.fullmatch(LOGIN_SHAPE, login):
            raise forms.ValidationError(self.fields["login"].help_text)
        return login


@professional
@require_safe
def members(request: HttpRequest) -> HttpResponse:
    """The team, and the form for another member."""
    return _page(request, _holder(request), DelegateForm())


@professional
@reauthentication_required  # type: ignore[untyped-decorator]  # the library has no types
@require_http_methods(["GET", "HEAD", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """Open an account, and show its word this once."""
    holder = _holder(request)
    if request.method != "POST":
        return redirect("professional:team")
    form = DelegateForm(request.POST)
    word = _opened(request, holder, form) if form.is_valid() else None
    if word is None:
        return _page(request, holder, form, status=422)
    return _page(request, holder, DelegateForm(), word=word, who=form.cleaned_data["name"])


@professional
@reauthentication_required  # type: ignore[untyped-decorator]
@require_http_methods(["GET", "HEAD", "POST"])
def word(request: HttpRequest, delegate: int) -> HttpResponse:
    """Another word, shown this once."""
    holder = _holder(request)
    if request.method != "POST":
        return redirect("professional:team")
    made = team.new_word(request, holder, delegate)
    if made is None:
        return redirect("professional:team")
    account, text = made
    return _page(request, holder, DelegateForm(), word=text, who=account.display_name or account.login)


@professional
@reauthentication_required  # type: ignore[untyped-decorator]
@require_http_methods(["GET", "HEAD", "POST"])
def end(request: HttpRequest, delegate: int) -> HttpResponse:
    """Say what will happen, then end the account."""
    holder = _holder(request)
    member = next((one for one in team.of_holder(holder) if one.id == delegate and one.is_active), None)
    if member is None:
        return redirect("professional:team")
    if request.method != "POST":
        return render(request, "professional/team_end.html", {"member": member})
    if team.end(request, holder, delegate):
        messages.success(
            request, _("Compte fermé : %(who)s n’entre plus, dès maintenant.") % {"who": member.name}
        )
    return redirect("professional:team")


def _opened(request: HttpRequest, holder: Account, form: DelegateForm) -> str | None:
    """The word of the new account; None, with an error on the form, when there is none."""
    if not throttle.delegate(holder).allowed:
        form.add_error(None, _("Trop de comptes demandés aujourd’hui. Réessayez demain."))
        return None
    try:
        made = team.add(request, holder, **form.cleaned_data)
    except team.TakenError:
        form.add_error("login", _("Cet identifiant est pris. Choisissez-en un autre."))
        return None
    if made is None:
        form.add_error(
            None, _("Vingt comptes au plus par titulaire : fermez d’abord celui de qui est parti.")
        )
    return made


def _holder(request: HttpRequest) -> Account:
    account: Any = request.user
    if not account.may_have_delegates:
        raise PermissionDenied
    return account  # type: ignore[no-any-return]


def _page(
    request: HttpRequest,
    holder: Account,
    form: DelegateForm,
    *,
    word: str = "",
    who: str = "",
    status: int = 200,
) -> HttpResponse:
    every = team.of_holder(holder)
    context = {
        "members": [one for one in every if one.is_active],
        "gone": [one for one in every if not one.is_active],
        "form": form,
        "word": word,
        "who": who,
    }
    return render(request, "professional/team.html", context, status=status)
