"""DPoP proofs (RFC 9449): a request is signed with the key that its token is bound to.

Read alike by the gate, at each look-up, and by the pages, where tokens are issued. Nothing is remembered
here: whoever calls sees to it that a proof is taken once.
"""

import json
import re
from base64 import urlsafe_b64encode
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey

ALGORITHMS = ("ES256", "Ed25519")
"""A device's key is on P-256 or Ed25519; algorithms are named in full (RFC 9864)."""
FRESH = 60
"""Seconds that a proof's moment may lie before or after ours."""
_LONGEST = 4096
_THUMBPRINT = re.compile(r"[A-Za-z0-9_-]{43}")
_JTI = re.compile(r"[\x21-\x7e]{8,256}")
_PUBLIC = {"EC": frozenset({"kty", "crv", "x", "y"}), "OKP": frozenset({"kty", "crv", "x"})}
_CURVES = frozenset({"P-256", "Ed25519"})
_BROKEN = (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError)
"""All that reading what a stranger wrote may raise."""


class ProofError(ValueError):
    """The proof is worth nothing. The message says why and never repeats what was sent."""


@dataclass(frozen=True, slots=True)
class Proof:
    """A genuine proof: `key` is the thumbprint of the key that signed it (RFC 7638)."""

    key: str
    at: int
    """When it was made, by its maker's clock."""
    once: bytes
    """What must be seen once only: a digest of key and `jti`."""


def is_thumbprint(text: str) -> bool:
    """Whether it has the shape of a key's SHA-256 thumbprint."""
    return _THUMBPRINT.fullmatch(text) is not None


def digest(text: str) -> str:
    """SHA-256 in base64url without padding: `ath`, and PKCE's S256."""
    return urlsafe_b64encode(sha256(text.encode()).digest()).rstrip(b"=").decode()


def read(text: str, *, method: str, urls: Collection[str], now: float, token: str | None = None) -> Proof:
    """Check one proof for this request; `token` is what it must be bound to, where there is one.

    Raises ProofError. RFC 9449, section 4.3, but for the nonce, which we do not ask for.
    """
    if len(text) > _LONGEST:
        raise ProofError("the proof is too long")
    key, thumbprint = _key(text.partition(".")[0])
    claims = _claims(text, key)
    if claims.get("htm") != method:
        raise ProofError("htm is not this request's method")
    if _address(claims.get("htu")) not in urls:
        raise ProofError("htu is not the address that was asked")
    if token is not None and claims.get("ath") != digest(token):
        raise ProofError("ath is not the digest of this token")
    at, jti = claims.get("iat"), claims.get("jti")
    if isinstance(at, bool) or not isinstance(at, int) or abs(now - at) > FRESH:
        raise ProofError(f"iat is more than {FRESH} seconds from now")
    if not isinstance(jti, str) or not _JTI.fullmatch(jti):
        raise ProofError("jti: 8 to 256 visible ASCII characters")
    return Proof(thumbprint, at, sha256(f"{thumbprint} {jti}".encode()).digest())


def _claims(text: str, key: ECKey | OKPKey) -> dict[str, Any]:
    try:
        payload = jws.deserialize_compact(text, key, algorithms=ALGORITHMS).payload
        claims = json.loads(payload or b"")
    except _BROKEN:
        raise ProofError("the signature does not hold") from None
    if not isinstance(claims, dict):
        raise ProofError("the claims are no JSON object")
    return claims


@lru_cache(4096)
def _key(header: str) -> tuple[ECKey | OKPKey, str]:
    """The key that a header shows and its thumbprint: a device's header is the same each time."""
    try:
        shown = jws.extract_compact(f"{header}.e30.".encode()).headers()
        key = _public(shown) if shown["typ"] == "dpop+jwt" and shown["alg"] in ALGORITHMS else None
        thumbprint = key.thumbprint() if key else ""
    except _BROKEN:
        key, thumbprint = None, ""
    if key is None:
        raise ProofError(_HEADER)
    return key, thumbprint


_HEADER = "a JWT: typ dpop+jwt, alg ES256 or Ed25519, jwk the public key"


def _public(header: dict[str, Any]) -> ECKey | OKPKey | None:
    jwk = header["jwk"]
    if "d" in jwk or jwk["crv"] not in _CURVES:
        return None
    public = {name: jwk[name] for name in _PUBLIC[jwk["kty"]]}
    return ECKey.import_key(public) if jwk["kty"] == "EC" else OKPKey.import_key(public)


def _address(htu: object) -> str | None:
    """Without query and fragment, as RFC 9449 compares it."""
    return htu.partition("#")[0].partition("?")[0] if isinstance(htu, str) else None
