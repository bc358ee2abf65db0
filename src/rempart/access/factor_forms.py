"""The forms that take a code: at sign-in, before a sensitive change, and at enrolment."""

from datetime import timedelta
from typing import Any

from allauth.account.adapter import get_adapter as account_adapter
from allauth.core import context
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base import forms as base
from allauth.mfa.totp import forms as totp
from django.http import HttpRequest

from rempart.access import devices, events, factors, notices, throttle
from rempart.access.models import Account

_HOUR = timedelta(hours=1)


def _counted(request: HttpRequest, account: Account) -> throttle.Attempt:
    attempt = throttle.code(request, account)
    if not attempt.allowed:
        if attempt.first_over:
            _refused(request, account, "too_many_codes")
            # Only somebody with the right password gets here: the owner must know.
            notices.tell(account, events.Tag.SESSION_REFUSED, reason="too_many_codes")
        raise account_adapter().validation_error("too_many_login_attempts")
    return attempt


def _refused(request: HttpRequest, account: Account, reason: str) -> None:
    events.record(events.Tag.SESSION_REFUSED, request, account, verdict="refused", reason=reason)


def _warn(request: HttpRequest, account: Account) -> None:
    """A stranger got as far as the code: the owner hears of the first wrong one, once an hour."""
    if not devices.is_known(request, account) and throttle.once(f"password known {account.pk}", _HOUR):
        notices.tell(account, events.Tag.SESSION_REFUSED, reason="wrong_code")


class _OnceOnly:
    """Takes a code at most once, and counts it before it is compared."""

    user: Account
    cleaned_data: dict[str, Any]

    def clean_code(self) -> str:
        request: HttpRequest = context.request
        attempt = _counted(request, self.user)
        code: str = self.cleaned_data["code"]
        factor = factors.take_code(self.user, code)
        if factor is None:
            _refused(request, self.user, "second_factor")
            _warn(request, self.user)
            raise get_adapter().validation_error("incorrect_code")
        attempt.succeeded()
        self.authenticator = factor
        return code


class AuthenticateForm(_OnceOnly, base.AuthenticateForm):  # type: ignore[misc]
    """The code asked at sign-in."""


class ReauthenticateForm(_OnceOnly, base.ReauthenticateForm):  # type: ignore[misc]
    """The code asked again before a sensitive change."""


class ActivateForm(totp.ActivateTOTPForm):  # type: ignore[misc]
    """The first code of a new factor. It is spent, too: it opens no session afterwards."""

    def clean_code(self) -> str:
        request: HttpRequest = context.request
        attempt = _counted(request, self.user)
        code: str = self.cleaned_data["code"]
        steps = factors.matching_steps(self.secret, "".join(code.split()))
        if not steps:
            raise get_adapter().validation_error("incorrect_code")
        attempt.succeeded()
        request.rempart_first_step = steps[0]  # type: ignore[attr-defined]  # spent by signals.py
        return code
