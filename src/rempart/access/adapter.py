"""Where the sign-in library meets our rules: counting, journal, assurance, fresh proofs."""

import time
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rempart.access import campaigns, devices, events, factors, new_device, notices, renewal, throttle
from rempart.access.assurance import proved
from rempart.access.at_rest import open_sealed, seal
from rempart.access.leaks import passwords
from rempart.access.models import Account
from rempart.access.network import client_network
from rempart.vocabulary.words import Assurance

_PURPOSE = "second factor"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Sign-in with login and password, then the second factor."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": _("Cet identifiant et ce mot de passe ne vont pas ensemble."),
        "too_many_login_attempts": _(
            "Trop d’essais infructueux d’ici. Attendez quelques minutes ou prenez votre poste habituel."
        ),
        "too_many_strangers": _(
            "Trop de mots de passe ont été essayés sur cet identifiant depuis des postes inconnus. D’ici, un "
            "mot de passe ne suffit plus pour l’instant : prenez un poste habituel, votre clé d’accès, votre "
            "carte ou Pro Santé Connect."
        ),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:  # noqa: ARG002  # the library's signature
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_network(request)

    def set_password(self, user: Account, password: str) -> None:
        user.set_password(password)
        renewal.save_password(user)

    # Passwords ---------------------------------------------------------------------------------

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        login = str(credentials.get("username", "")).strip().lower()
        self._tried = Account.objects.filter(login=login).first()
        self._attempt = throttle.password(request, self._tried, login)
        if not self._attempt.allowed:
            self._say_over(request)
            spent = "too_many_strangers" if self._attempt.by_strangers else "too_many_login_attempts"
            raise self.validation_error(spent)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> Account | None:
        account: Account | None = super().authenticate(request, **credentials)
        if account and passwords.is_leaked(str(credentials.get("password", ""))):
            renewal.ask(account, "leaked_password", request)
        return account

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        self._refused(request, "password")
        login = str(credentials.get("username", "")).strip().lower()
        campaigns.tried_in_vain(request, login, str(credentials.get("password", "")))

    def _say_over(self, request: HttpRequest) -> None:
        if not self._attempt.first_over:
            return
        self._refused(request, "too_many_strangers" if self._attempt.by_strangers else "too_many_passwords")
        if self._attempt.by_strangers and self._tried:
            notices.tell(self._tried, events.Tag.SESSION_REFUSED)

    def _rollback_login_failed_rl_usage(self) -> None:
        # The library's word for "it was right: give the attempt back".
        self._attempt.succeeded()

    def _refused(self, request: HttpRequest, reason: str) -> None:
        events.record(events.Tag.SESSION_REFUSED, request, self._tried, verdict="refused", reason=reason)

    # Sessions ----------------------------------------------------------------------------------

    def login(self, request: HttpRequest, user: Account) -> None:
        super().login(request, user)
        session: Any = request.session
        session.assurance = int(proved(request, user))
        session.proved_at = timezone.now() if session.assurance >= Assurance.SECOND_FACTOR else None
        first = devices.remember(request, user)
        session.facts = session.facts.__class__(
            session.facts.network, devices.reference(request), session.facts.agent
        )
        session.card_until = new_device.card_until(request, user)
        session.cycle_key()  # the row that names the holder begins now, under a key of its own
        events.record(
            events.Tag.SESSION_OPENED,
            request,
            user,
            verdict="granted",
            details={"assurance": session.assurance},
        )
        if first:
            events.record(events.Tag.DEVICE_FIRST_SEEN, request, user)
            if devices.has_several(user):
                notices.tell(user, events.Tag.DEVICE_FIRST_SEEN)

    def logout(self, request: HttpRequest) -> None:
        if isinstance(request.user, Account):
            events.record(events.Tag.SESSION_CLOSED, request, request.user)
        super().logout(request)

    # Before a sensitive change -----------------------------------------------------------------

    def is_reauthentication_required(self, *, app: str, **_kwargs: Any) -> bool:  # noqa: ARG002
        """False when the strongest proof that the account has was given in the last five minutes."""
        account = self.request.user
        if not isinstance(account, Account):
            return True
        strong = {"mfa", "card", "psc"}
        wanted = strong if factors.has_factor(account) else strong | {"password"}
        latest = max(
            (
                record["at"]
                for record in get_authentication_records(self.request, account)
                if record["method"] in wanted
            ),
            default=0.0,
        )
        return bool(time.time() - latest > settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)

    def get_reauthentication_methods(self, user: Account | AnonymousUser) -> list[dict[str, Any]]:
        """An account with a second factor proves itself with that: a stolen password changes nothing."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        if isinstance(user, Account) and factors.has_factor(user):
            strong = [method for method in methods if method["id"].startswith("mfa_reauthenticate")]
            # The quickest first: a passkey.
            return sorted(strong, key=lambda method: method["id"] == "mfa_reauthenticate")
        return methods


class FactorAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second-factor secrets are sealed in the database."""

    def encrypt(self, text: str) -> str:
        return seal(_PURPOSE, text.encode())

    def decrypt(self, encrypted_text: str) -> str:
        return open_sealed(_PURPOSE, encrypted_text).decode()

    def get_totp_label(self, user: Account) -> str:
        return user.login
