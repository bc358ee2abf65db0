"""The page where a one-use word is exchanged for a password."""

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from rempart.access import events, set_up, throttle
from rempart.access.models import Account
from rempart.access.password_form import NewPasswordForm


class SetUpForm(NewPasswordForm):
    """The word, and the password twice."""

    word = forms.CharField(
        label=_("Mot d’installation"),
        max_length=100,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )

    def whose(self) -> Account | None:
        return set_up.holder(self.cleaned_data.get("word", ""))


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
