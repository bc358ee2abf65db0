"""The page where a one-use word is exchanged for a password."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.password_validation import validate_password
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from rempart.access import events, set_up, throttle


class SetUpForm(forms.Form):
    """The word, and the password twice."""

    word = forms.CharField(
        label=_("Mot d’installation"),
        max_length=100,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )
    password1 = forms.CharField(
        label=_("Nouveau mot de passe"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("12 caractères au moins."),
    )
    password2 = forms.CharField(
        label=_("Le même, une seconde fois"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or self.cleaned_data
        if given.get("password1") != given.get("password2"):
            self.add_error("password2", _("Les deux mots de passe diffèrent."))
        elif given.get("password1") and given.get("word"):
            validate_password(given["password1"], set_up.holder(given["word"]))
        return given


@sensitive_post_parameters()
def set_up_view(request: HttpRequest) -> HttpResponse:
    """Show the form; take the word once."""
    form = SetUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _take(request, form):
        messages.success(
            request, _("Votre mot de passe est choisi. Connectez-vous, puis ajoutez votre second facteur.")
        )
        return HttpResponseRedirect(reverse("account_login"))
    return render(request, "account/set_up.html", {"form": form})


def _take(request: HttpRequest, form: SetUpForm) -> bool:
    attempt = throttle.password(request, None)
    account = None
    if attempt.allowed:
        account = set_up.use(form.cleaned_data["word"], form.cleaned_data["password1"])
    if account is None:
        form.add_error("word", _("Ce mot est inconnu, déjà utilisé ou trop ancien. Demandez-en un autre."))
        return False
    attempt.succeeded()
    events.record(events.Tag.PASSWORD_CHANGED, request, account, reason="set_up")
    return True
