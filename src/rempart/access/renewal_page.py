"""The one page that an account opens while its password must be renewed: why, and how."""

from typing import Any

from allauth.account.internal.flows.password_change import finalize_password_change
from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters

from rempart.access import renewal, step_up
from rempart.access.assurance import proved
from rempart.access.models import Account
from rempart.access.password_form import NewPasswordForm
from rempart.vocabulary.words import Assurance


class RenewForm(NewPasswordForm):
    """The new password twice. The old one is not asked: others know it."""

    def __init__(self, account: Account, *args: Any) -> None:
        super().__init__(*args)
        self.account = account

    def whose(self) -> Account:
        return self.account

    def check_strength(self, password: str) -> None:
        if self.account.check_password(password):
            self.add_error("password1", _("C’est le mot de passe actuel : choisissez-en un autre."))
        else:
            super().check_strength(password)


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
        "contained": account.renew_reason == "containment",
        "ways": step_up.ways(account, Assurance.SECOND_FACTOR),
    }
    return render(request, "account/renew.html", context)


def _renew(request: HttpRequest, account: Account, password: str) -> None:
    account.set_password(password)
    renewal.save_password(account)
    finalize_password_change(request, account)
    session: Any = request.session
    session.rise_to(proved(request, account))
