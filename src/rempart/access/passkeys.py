"""Passkeys (WebAuthn): what a browser is asked, and what its answer is worth.

The key must have verified its holder (a PIN, a finger, a face) every time, here and not only in the browser:
a key that merely lay near proves nobody. A challenge is good for five minutes, once, for the session, the
account and the purpose it was made for. The answer must come from this very address.
"""

import logging
import struct
import time
from datetime import timedelta
from ipaddress import ip_address
from typing import Any, Literal
from urllib.parse import urlsplit

from allauth.account.utils import url_str_to_user_pk, user_pk_to_url_str
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal.auth import get_authenticator_by_credential_id, get_credentials
from cryptography.exceptions import UnsupportedAlgorithm
from django.http import HttpRequest
from fido2.cose import UnsupportedKey
from fido2.server import Fido2Server
from fido2.webauthn import (
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from rempart.access import throttle
from rempart.access.models import Account

Purpose = Literal["enrol", "sign_in", "confirm", "reset"]
MOST = 12
"""Passkeys of one account: more are forgotten ones."""
LONGEST = 16_384
"""Characters of a browser's answer; attestations are some kilobytes."""
_CHALLENGE = "passkey_challenge"
_LIFE = 300
logging.getLogger("fido2").setLevel(logging.WARNING)
"""Which key was made or used when stands in the journal, not in the log."""
_REQUIRED = UserVerificationRequirement.REQUIRED
_LARGEST = 65_535
"""COSE algorithms have smaller numbers (RFC 9053)."""
_UNREADABLE = (
    ValueError,
    TypeError,
    KeyError,
    IndexError,
    AttributeError,
    NotImplementedError,
    RecursionError,
    AssertionError,
    struct.error,
    UnsupportedAlgorithm,
)
"""What the library raises for an answer that is not one, or not to this question."""


def usable_here(request: HttpRequest) -> bool:
    """Whether browsers know passkeys at this address: a name, over https or on this machine; no number."""
    host = urlsplit(f"//{request.get_host()}").hostname or ""
    return not _is_number(host) and (request.is_secure() or host == "localhost")


def address_by_name(request: HttpRequest) -> str:
    """The same page by the name of this machine, where the number is this machine's; else empty."""
    parts = urlsplit(f"//{request.get_host()}")
    if not _is_number(parts.hostname or "") or not ip_address(str(parts.hostname)).is_loopback:
        return ""
    port = f":{parts.port}" if parts.port else ""
    return f"{request.scheme}://localhost{port}{request.path}"


def of_account(account: Account) -> list[Authenticator]:
    """The account's passkeys, the oldest first."""
    found = Authenticator.objects.filter(user_id=account.pk, type=Authenticator.Type.WEBAUTHN)
    return list(found.order_by("created_at", "pk"))


def to_enrol(request: HttpRequest, account: Account) -> dict[str, Any]:
    """Ask for a new passkey: kept by the device with its account's name, opened by its holder only."""
    options, state = _server(request).register_begin(
        user=PublicKeyCredentialUserEntity(
            id=user_pk_to_url_str(account).encode(),
            name=account.login,
            display_name=account.display_name or account.login,
        ),
        credentials=get_credentials(account),
        resident_key_requirement=ResidentKeyRequirement.REQUIRED,
        user_verification=_REQUIRED,
        extensions={"credProps": True},
    )
    _remember(request, "enrol", account, state)
    return dict(options)


def to_prove(request: HttpRequest, purpose: Purpose, account: Account | None) -> dict[str, Any]:
    """Ask for a proof with one of the account's passkeys; None: with any, which says whose it is.

    The answer is compared with what was asked here: another account's passkey does not do.
    """
    options, state = _server(request).authenticate_begin(
        credentials=get_credentials(account) if account else None, user_verification=_REQUIRED
    )
    _remember(request, purpose, account, state)
    return dict(options)


def is_new(request: HttpRequest, account: Account, answer: Any) -> bool:
    """Whether the answer is a passkey that was just made for this account, and that we can verify."""
    state = _take(request, "enrol", account)
    if state is None:
        return False
    try:
        made = _server(request).register_complete(state, RegistrationResponse.from_dict(_sized(answer)))
        credential = made.credential_data
        if credential is None or isinstance(credential.public_key, UnsupportedKey):
            return False
        known = get_authenticator_by_credential_id(account, credential.credential_id)
    except _UNREADABLE:
        return False
    return known is None and len(of_account(account)) < MOST


def prove(
    request: HttpRequest, purpose: Purpose, account: Account | None, answer: Any
) -> Authenticator | None:
    """The passkey that the answer proves; None: it proves nothing. Whatever it is, the challenge is spent."""
    state = _take(request, purpose, account)
    if state is None:
        return None
    try:
        response = AuthenticationResponse.from_dict(_sized(answer))
        holder = _asked(state) or _named(response)
        if holder is None or not holder.is_active:
            return None
        credential = _server(request).authenticate_complete(state, get_credentials(holder), response)
        factor: Authenticator | None = get_authenticator_by_credential_id(holder, credential.credential_id)
    except _UNREADABLE:
        return None
    if factor is not None:
        factor.user = holder
    return factor


def named_in(answer: Any) -> Account | None:
    """Whose the answer says it is: for the journal of a refusal, never for a sign-in."""
    try:
        return _named(AuthenticationResponse.from_dict(_sized(answer)))
    except _UNREADABLE:
        return None


# ------------------------------------------------------------------------------------------------


def _sized(answer: Any) -> Any:
    """The answer as it came. Raises ValueError for a large number anywhere in it.

    The library makes bytes of whatever stands where bytes belong: of a number, that many of them, so a short
    answer could take all memory. An algorithm's number is the only one that belongs here.
    """
    inner = answer.values() if isinstance(answer, dict) else answer if isinstance(answer, list) else ()
    for one in inner:
        _sized(one)
    if isinstance(answer, int) and not -_LARGEST <= answer <= _LARGEST:
        raise ValueError("a number too large for an answer")
    return answer


def _asked(state: dict[str, Any]) -> Account | None:
    return Account.objects.filter(pk=state["account"]).first() if state["account"] else None


def _named(response: AuthenticationResponse) -> Account | None:
    handle = response.response.user_handle
    if not handle:
        return None
    return Account.objects.filter(pk=url_str_to_user_pk(handle.decode())).first()


def _server(request: HttpRequest) -> Fido2Server:
    host = request.get_host()  # one of ALLOWED_HOSTS
    entity = PublicKeyCredentialRpEntity(id=urlsplit(f"//{host}").hostname or "", name="Rempart")
    origin = f"{request.scheme}://{host}"
    server = Fido2Server(entity, verify_origin=lambda found: usable_here(request) and found == origin)
    server.timeout = _LIFE * 1000  # type: ignore[assignment]  # the library says None, and means a number
    return server


def _remember(request: HttpRequest, purpose: Purpose, account: Account | None, state: Any) -> None:
    request.session[_CHALLENGE] = {
        "challenge": state["challenge"],
        "for": purpose,
        "account": account.pk if account else None,
        "until": time.time() + _LIFE,
    }


def _take(request: HttpRequest, purpose: Purpose, account: Account | None) -> dict[str, Any] | None:
    found: dict[str, Any] | None = request.session.pop(_CHALLENGE, None)
    if not found or found["for"] != purpose or (account and found["account"] != account.pk):
        return None
    if time.time() > found["until"] or not _first(found["challenge"]):
        return None
    return found | {"user_verification": _REQUIRED}


def _first(challenge: str) -> bool:
    # The session is written at the end of a request: of two at once, both would find the challenge in it.
    return throttle.once(f"passkey challenge {challenge}", timedelta(seconds=2 * _LIFE))


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
