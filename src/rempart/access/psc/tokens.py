"""What of the provider's tokens is believed (OpenID Connect Core 1.0, 3.1.3.7; Back-Channel Logout 1.0, 2.6).

The signature, by one of the provider's own keys and an algorithm of ours; issuer, audience, authorised
party, times with a minute's leeway, this session's nonce, the access token's digest, and the level (`acr`).
"""

import time
from typing import Any

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import InvalidKeyIdError, JoseError
from joserfc.jws import JWSRegistry

from rempart.access.psc.provider import Answer, Provider

ALGORITHMS = ("RS256", "PS256", "ES256", "RS512", "PS512", "ES512")
"""With a public key, all: `none` and shared secrets are no signature here, whatever is announced."""
LEVELS = frozenset({"eidas1", "eidas2", "eidas3"})
LEEWAY = 60
_OLDEST = 600
"""Seconds: an ID token is made in the exchange, so an older one was kept by somebody."""
_FRESH = 300
_LOGOUT = "http://schemas.openid.net/event/backchannel-logout"


class RefusedTokenError(Exception):
    """A token that is not worth what it says; the first argument is a word for the journal."""

    @property
    def reason(self) -> str:
        """What was wrong, in one word."""
        return str(self.args[0])


def read_id_token(provider: Provider, answer: Answer, *, nonce: str, fresh: bool) -> dict[str, Any]:
    """The claims of an ID token that passes every check. Raises RefusedTokenError, ProviderFaultError.

    `fresh`: whoever it is must have shown the card there within five minutes.
    """
    decoded = _decode(provider, answer.id_token)
    claims = CodeIDToken(
        decoded.claims,
        decoded.header,
        {
            "iss": {"essential": True, "value": provider.issuer},
            "aud": {"essential": True, "value": provider.client_id},
            "sub": {"essential": True},
            "acr": {"essential": True, "values": sorted(LEVELS)},
        },
        {"nonce": nonce, "client_id": provider.client_id, "access_token": answer.access_token},
    )
    now = int(time.time())
    try:
        claims.validate(now, LEEWAY)
    except (JoseError, ValueError, TypeError) as fault:
        raise RefusedTokenError(_word(fault)) from fault
    if now - claims["iat"] > _OLDEST:
        raise RefusedTokenError("iat")
    if fresh and now - _number(claims.get("auth_time")) > _FRESH:
        raise RefusedTokenError("auth_time")
    return dict(claims)


def read_userinfo(provider: Provider, answer: Answer, subject: str) -> dict[str, Any]:
    """What the provider says of this very subject. Raises RefusedTokenError, ProviderFaultError."""
    found = provider.userinfo(answer.access_token)
    if found.get("sub") != subject:
        raise RefusedTokenError("userinfo_sub")
    return found


def read_logout_token(provider: Provider, token: str) -> tuple[str, str]:
    """Subject and number of a logout token. Raises RefusedTokenError, ProviderFaultError."""
    decoded = _decode(provider, token)
    registry = jwt.JWTClaimsRegistry(
        int(time.time()),
        LEEWAY,
        iss={"essential": True, "value": provider.issuer},
        aud={"essential": True, "value": provider.client_id},
        iat={"essential": True},
        sub={"essential": True},
        jti={"essential": True},
        events={"essential": True},
    )
    try:
        registry.validate(decoded.claims)
    except (JoseError, ValueError, TypeError) as fault:
        raise RefusedTokenError(_word(fault)) from fault
    claims = decoded.claims
    old = time.time() - claims["iat"] > _OLDEST
    if old or "nonce" in claims or not isinstance(claims["events"], dict) or _LOGOUT not in claims["events"]:
        raise RefusedTokenError("logout_token")
    return str(claims["sub"]), str(claims["jti"])


def _decode(provider: Provider, token: str) -> jwt.Token:
    registry = JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
    try:
        try:
            return jwt.decode(token, provider.keys(), registry=registry)
        except InvalidKeyIdError:
            return jwt.decode(token, provider.keys(again=True), registry=registry)
    except (JoseError, ValueError, TypeError) as fault:
        raise RefusedTokenError("signature") from fault


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0


def _word(fault: Exception) -> str:
    claim = getattr(fault, "claim", None)
    return claim if isinstance(claim, str) else "exp" if "expired" in str(fault).lower() else "claims"
