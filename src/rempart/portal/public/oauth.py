"""Where vendors' software gets its tokens (OAuth 2.0, RFC 6749): JSON, no page, no session.

A vendor's credential alone discloses nothing: there is no token without a professional who allowed it.
"""

import time
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from rempart.access.doors import public
from rempart.access.vendors import assertions, grants
from rempart.access.vendors.asked import LEVELS, SCOPE
from rempart.access.vendors.keys import ALGORITHMS
from rempart.access.vendors.models import Software
from rempart.vocabulary import dpop

_BY_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_ONCE = (
    "grant_type",
    "client_id",
    "client_assertion",
    "client_assertion_type",
    "code",
    "code_verifier",
    "redirect_uri",
    "refresh_token",
    "scope",
)
_ACR = {int(level): word for word, level in LEVELS.items()}


class _Error(Exception):
    def __init__(self, error: str, why: str, status: int = 400) -> None:
        super().__init__(error)
        self.response = JsonResponse({"error": error, "error_description": why}, status=status)


@csrf_exempt
@sensitive_post_parameters()
@public
@require_POST
def token(request: HttpRequest) -> HttpResponse:
    """A code, or a refresh token, for an access token that is bound to the device's key."""
    try:
        software = _software(request)
        return _given(_tokens(request, software))
    except _Error as refused:
        return refused.response
    except grants.RefusedError as refused:
        return _Error("invalid_grant", str(refused)).response


@public
@require_safe
def metadata(_request: HttpRequest) -> HttpResponse:
    """What a software needs to know of us (RFC 8414)."""
    return JsonResponse(
        {
            "issuer": assertions.issuer(),
            "authorization_endpoint": assertions.issuer() + "/oauth/authorize",
            "token_endpoint": assertions.token_endpoint(),
            "response_types_supported": ["code"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "code_challenge_methods_supported": ["S256"],
            "token_endpoint_auth_methods_supported": ["private_key_jwt"],
            "token_endpoint_auth_signing_alg_values_supported": [
                algorithm for kind in ALGORITHMS.values() for algorithm in kind
            ],
            "dpop_signing_alg_values_supported": list(dpop.ALGORITHMS),
            "authorization_response_iss_parameter_supported": True,
            "acr_values_supported": list(LEVELS),
            "scopes_supported": [SCOPE],
            "service_documentation": f"{settings.REMPART_URL}/api/docs",
        }
    )


def _software(request: HttpRequest) -> Software:
    form = request.POST
    if any(len(form.getlist(name)) > 1 for name in _ONCE):
        raise _Error("invalid_request", "a parameter stands twice")
    if form.get("client_assertion_type") != _BY_ASSERTION or "client_secret" in form:
        raise _Error("invalid_client", "sign in with private_key_jwt (RFC 7523), and nothing else", 401)
    try:
        software = assertions.signed_in(form.get("client_assertion", ""))
    except assertions.NotProvedError as fault:
        grants.note_refused(request, fault.software)
        raise _Error("invalid_client", str(fault), 401) from None
    if form.get("client_id", software.client_id) != software.client_id:
        raise _Error("invalid_client", "client_id is not the one of the assertion", 401)
    return software


def _tokens(request: HttpRequest, software: Software) -> grants.Tokens:
    form = request.POST
    match form.get("grant_type"):
        case "authorization_code":
            code, verifier, uri = (form.get(name, "") for name in ("code", "code_verifier", "redirect_uri"))
            if not (code and verifier and uri):
                raise _Error("invalid_request", "code, code_verifier and redirect_uri are required")
            return grants.exchange(request, software, code, verifier, uri, _key(request))
        case "refresh_token":
            return grants.renew(request, software, form.get("refresh_token", ""), _key(request))
        case "client_credentials":
            raise _Error(
                "unauthorized_client",
                "a vendor's credential alone discloses nothing: a professional must allow the software",
            )
        case _:
            raise _Error("unsupported_grant_type", "authorization_code or refresh_token")


def _key(request: HttpRequest) -> str:
    """The thumbprint of the key that signed this request."""
    text, now = request.headers.get("DPoP", ""), time.time()
    try:
        proof = dpop.read(text, method="POST", urls=[assertions.token_endpoint()], now=now)
    except dpop.ProofError as fault:
        raise _Error("invalid_dpop_proof", str(fault)) from None
    if not assertions.use_once(f"proof {proof.once.hex()}", now + 2 * dpop.FRESH):
        raise _Error("invalid_dpop_proof", "the proof was used already")
    return proof.key


def _given(tokens: grants.Tokens) -> HttpResponse:
    body: dict[str, Any] = {
        "access_token": tokens.access,
        "token_type": "DPoP",
        "expires_in": tokens.seconds,
        "refresh_token": tokens.refresh,
        "scope": SCOPE,
        "acr": _ACR[tokens.assurance],
    }
    return JsonResponse(body)
