"""A software signs in with its private key: a signed assertion, taken once (RFC 7523, private_key_jwt)."""

import json
import time
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import connection
from joserfc import jws
from joserfc.errors import JoseError

from rempart.access.vendors import keys
from rempart.access.vendors.models import Software

LONGEST = 300
"""Seconds to come at the end of which an assertion may still be good."""
_SKEW = 60
_LONGEST_TEXT = 8192
_LONGEST_JTI = 256
_BROKEN = (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError)


class NotProvedError(ValueError):
    """The assertion proves nothing. `software` is whom it names, where there is such a one."""

    def __init__(self, message: str, software: Software | None = None) -> None:
        super().__init__(message)
        self.software = software


def issuer() -> str:
    """What we are called: the address of the pages."""
    return str(settings.REMPART_URL)


def token_endpoint() -> str:
    return issuer() + "/oauth/token"


def signed_in(text: str) -> Software:
    """The software that made this assertion, just now and for us. Raises NotProvedError."""
    header, claims = _unverified(text)
    software = _named(claims)
    key = keys.key_for(software.keys, header)
    if key is None:
        raise NotProvedError("no registered key fits kid and alg", software)
    try:
        jws.deserialize_compact(text, key, algorithms=[header["alg"]])
    except _BROKEN:
        raise NotProvedError("the signature does not hold", software) from None
    until = _check(claims, software)
    if not use_once(f"assertion {software.pk} {claims['jti']}", until + _SKEW):
        raise NotProvedError("the assertion was used already", software)
    return software


def use_once(what: str, until: float) -> bool:
    """False when this was used before; remembered until that moment (seconds since 1970)."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select access.use_once(%s::bytea, %s::timestamptz)",
            [sha256(what.encode()).digest(), datetime.fromtimestamp(until, UTC)],
        )
        return bool(cursor.fetchone()[0])


def _unverified(text: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims as they stand there: to find whose key to check them with."""
    try:
        if len(text) > _LONGEST_TEXT:
            raise ValueError(len(text))  # one way out for all that cannot be read
        found = jws.extract_compact(text.encode())
        header, claims = found.headers(), json.loads(found.payload or b"")
    except _BROKEN:
        claims = None
    if not isinstance(claims, dict):
        raise NotProvedError("client_assertion is no JWT")
    return header, claims


def _named(claims: dict[str, Any]) -> Software:
    name = claims.get("iss")
    if not isinstance(name, str) or claims.get("sub") != name:
        raise NotProvedError("iss and sub are both the client_id")
    software = Software.objects.filter(client_id=name).first()
    if software is None or software.revoked_at:
        raise NotProvedError("no such software, or it was revoked", software)
    return software


def _check(claims: dict[str, Any], software: Software) -> float:
    """The assertion's end."""
    aud, until, jti, now = claims.get("aud"), claims.get("exp"), claims.get("jti"), time.time()
    if not {issuer(), token_endpoint()} & {word for word in _listed(aud) if isinstance(word, str)}:
        raise NotProvedError("aud is neither the issuer nor the token endpoint", software)
    if isinstance(until, bool) or not isinstance(until, int) or not now < until <= now + LONGEST + _SKEW:
        raise NotProvedError(f"exp is a whole number of seconds, at most {LONGEST} from now", software)
    if not isinstance(jti, str) or not 1 <= len(jti) <= _LONGEST_JTI:
        raise NotProvedError(f"jti has 1 to {_LONGEST_JTI} characters", software)
    begins = [claims.get(name) for name in ("nbf", "iat") if name in claims]
    if not all(isinstance(at, int) and at <= now + _SKEW for at in begins):
        raise NotProvedError("nbf or iat is still to come", software)
    return float(until)


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
