"""The one page that an account opens while its password must be renewed: why, and how."""

from typing import Any

from allauth.account.internal.flows.password_change import finalize_password_change
from django import forms
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from rempart.access import renewal, step_up
from rempart.access.assurance import proved
from rempart.access.models import Account
from rempart.vocabulary.words import Assurance


class RenewForm(forms.Form):
    """The new password twice. The old one is not asked: others know it."""

    password1 = forms.CharField(
        label=_("Nouveau mot de passe"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("12 caractères au moins."),
    )
    password2 = forms.CharField(
        label=_("Le même, une seconde fois"),
        strip=False,
        max_length=200,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, account: Account, *args: Any) -> None:
        super().__init__(*args)
        self.account = account

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        first = given.get("password1")
        if first and first != given.get("password2"):
            self.add_error("password2", _("Les deux mots de passe diffèrent."))
        elif first:
            self._check(first)
        return given

    def _check(self, password: str) -> None:
        if self.account.check_password(password):
            self.add_error("password1", _("C’est le mot de passe actuel : choisissez-en un autre."))
            return
        try:
            validate_password(password, self.account)
        except forms.ValidationError as weak:
            self.add_error("password1", weak)


@sensitive_post_parameters()
def renew_view(request: HttpRequest) -> HttpResponse:
    """Say what happened; take a new password from whoever has just proved a strong factor."""
    account: Any = request.user
    if not account.renew_since:
        return HttpResponseRedirect(settings.LOGIN_REDIRECT_URL)
    proved_now = renewal.is_proved(request, account)
    form = RenewForm(account, request.POST if proved_now and request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        _renew(request, account, form.cleaned_data["password1"])
        return HttpResponseRedirect(settings.LOGIN_REDIRECT_URL)
    context = {
        "form": form if proved_now else None,
        "mailbox": account.renew_reason == "leaked_mailbox",
        "ways": step_up.ways(account, Assurance.SECOND_FACTOR),
    }
    return render(request, "account/renew.html", context)


def _renew(request: HttpRequest, account: Account, password: str) -> None:
    account.set_password(password)
    renewal.save_password(account)
    finalize_password_change(request, account)
    session: Any = request.session
    session.rise_to(proved(request, account))
