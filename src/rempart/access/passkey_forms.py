"""The forms that take a passkey's answer: at sign-in, before a sensitive change, and at enrolment."""

from typing import Any

from allauth.core import context
from allauth.mfa.base.internal.flows import post_authentication
from allauth.mfa.models import Authenticator
from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from rempart.access import events, passkeys, throttle
from rempart.access.models import Account

NOT_TAKEN = _(
    "Cette clé d’accès n’a pas été acceptée. Recommencez, en la déverrouillant par son code, votre "
    "empreinte ou votre visage."
)


class _Answer(forms.Form):
    """What the browser's script put into the form."""

    credential = forms.JSONField(widget=forms.HiddenInput)

    def clean_credential(self) -> Any:
        if len(self.data.get("credential", "")) > passkeys.LONGEST:
            raise ValidationError(NOT_TAKEN)
        return self._checked(self.cleaned_data["credential"])

    def _checked(self, answer: Any) -> Any:
        raise NotImplementedError


class ProveForm(_Answer):
    """A proof by a passkey. After `is_valid()`, `cleaned_data["credential"]` is the passkey."""

    purpose: passkeys.Purpose = "sign_in"
    reauthenticated = False

    def __init__(self, *args: Any, user: Account | None = None, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)

    def _checked(self, answer: Any) -> Authenticator:
        request: HttpRequest = context.request
        factor = passkeys.prove(request, self.purpose, self.user, answer)
        if factor is None:
            _refused(request, self.user or passkeys.named_in(answer))
            raise ValidationError(NOT_TAKEN)
        return factor

    def save(self) -> None:
        post_authentication(
            context.request, self.cleaned_data["credential"], reauthenticated=self.reauthenticated
        )


class ConfirmForm(ProveForm):
    """A fresh proof by whoever is signed in."""

    purpose: passkeys.Purpose = "confirm"
    reauthenticated = True


class ResetForm(ProveForm):
    """A proof by whoever opened the mail of a forgotten password: by that account's own passkeys only."""

    purpose: passkeys.Purpose = "reset"


class NameForm(forms.Form):
    """What a passkey is called on its holder's pages."""

    name = forms.CharField(
        label=_("Nom de la clé"),
        max_length=60,
        error_messages={"required": _("Donnez un nom à la clé : celui de l’appareil où elle est.")},
    )


class EnrolForm(_Answer):
    """A new passkey and its name."""

    name = forms.CharField(
        label=_("Nom de la clé"), max_length=60, required=False, initial=_("Poste du comptoir")
    )

    def __init__(self, *args: Any, user: Account, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)

    def clean_name(self) -> str:
        # The passkey exists already when the form is sent: a missing name must not lose it.
        return str(self.cleaned_data["name"] or _("Clé d’accès"))

    def _checked(self, answer: Any) -> Any:
        if not passkeys.is_new(context.request, self.user, answer):
            raise ValidationError(NOT_TAKEN)
        return answer


def _refused(request: HttpRequest, account: Account | None) -> None:
    if throttle.passkey(request).allowed:
        events.record(events.Tag.SESSION_REFUSED, request, account, verdict="refused", reason="passkey")
