"""What is typed about a forgotten password: a login, then a proof and a new password."""

from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from rempart.access import events, factors, notices, throttle
from rempart.access.models import Account
from rempart.access.password_form import NewPasswordForm


class AskForm(forms.Form):
    """Whose password is forgotten. Nothing about it is said back."""

    login = forms.CharField(
        label=_("Identifiant"),
        max_length=64,
        widget=forms.TextInput(
            attrs={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )


class ForgottenForm(NewPasswordForm):
    """The new password twice; and a code, unless something stronger was proved already."""

    code = forms.CharField(
        label=_("Code de votre application, ou code de secours"),
        max_length=32,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
    )

    def __init__(self, request: HttpRequest, account: Account, *args: Any, proved: bool) -> None:
        super().__init__(*args)
        self.request, self.account, self.proved = request, account, proved
        if proved:
            del self.fields["code"]

    def whose(self) -> Account:
        return self.account

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if not self.proved and not self.errors:
            self._check_code(given.get("code", ""))  # last: a code is spent when it is right
        return given

    def _check_code(self, code: str) -> None:
        attempt = throttle.code(self.request, self.account)
        if not attempt.allowed:
            if attempt.first_over:
                self._refused("too_many_codes")
                notices.tell(self.account, events.Tag.SESSION_REFUSED, reason="too_many_codes")
            self.add_error(
                "code", _("Trop d’essais. Attendez une heure, ou prenez votre carte ou un poste habituel.")
            )
            return
        if not code or factors.take_code(self.account, code) is None:
            self._refused("reset_code")
            self.add_error("code", _("Ce code n’est pas le bon. Un code ne sert qu’une fois."))
            return
        attempt.succeeded()

    def _refused(self, reason: str) -> None:
        events.record(
            events.Tag.SESSION_REFUSED, self.request, self.account, verdict="refused", reason=reason
        )
