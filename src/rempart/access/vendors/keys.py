"""A vendor's public keys: what is taken at registration, and the key that an assertion is checked with."""

from typing import Any

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from rempart.vocabulary.faults import Fault

Key = ECKey | OKPKey | RSAKey

ALGORITHMS = {"EC": ("ES256",), "OKP": ("Ed25519",), "RSA": ("PS256", "RS256")}
"""Kind of key → how it may sign. Named in full (RFC 9864): `EdDSA` alone says no curve."""
_PUBLIC = {"EC": ("kty", "crv", "x", "y"), "OKP": ("kty", "crv", "x"), "RSA": ("kty", "n", "e")}
_CURVES = {"EC": "P-256", "OKP": "Ed25519"}
_KINDS: dict[str, Any] = {"EC": ECKey, "OKP": OKPKey, "RSA": RSAKey}
_PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_LEAST_BITS, _MOST_BITS = 2048, 8192
_MOST = 10
_LONGEST_NAME = 100


class KeysFault(Fault):
    """The keys cannot be taken: the message says which and why."""


def read(document: Any) -> list[dict[str, str]]:
    """The public keys of a JWKS (RFC 7517), only what we need of each. Raises KeysFault."""
    found = document.get("keys") if isinstance(document, dict) else None
    if not isinstance(found, list) or not 1 <= len(found) <= _MOST:
        raise KeysFault(f"A JWKS holds its keys, 1 to {_MOST}, in a list named keys.", "see RFC 7517")
    taken = [_read_one(jwk, number) for number, jwk in enumerate(found, 1)]
    if len({jwk["kid"] for jwk in taken}) != len(taken):
        raise KeysFault("Two keys have the same kid.", "give each its own")
    return taken


def key_for(jwks: list[dict[str, str]], header: dict[str, Any]) -> Key | None:
    """The key that an assertion's header means, if it may sign as the header says."""
    algorithm, kid = header.get("alg"), header.get("kid")
    fitting = [
        jwk for jwk in jwks if algorithm in ALGORITHMS[jwk["kty"]] and (kid is None or kid == jwk["kid"])
    ]
    return _import(fitting[0]) if len(fitting) == 1 else None


def _read_one(jwk: Any, number: int) -> dict[str, str]:
    if not isinstance(jwk, dict):
        raise KeysFault(f"Key {number} is no JSON object.")
    if _PRIVATE & jwk.keys():
        raise KeysFault(
            f"Key {number} is a private key. Nothing was stored.",
            "treat it as lost: make another, and give its public half only",
        )
    kind = jwk.get("kty")
    if kind not in _PUBLIC or jwk.get("use", "sig") != "sig" or jwk.get("crv") != _CURVES.get(kind):
        raise KeysFault(f"Key {number} is none of: EC P-256, OKP Ed25519, RSA; for signing.")
    return _checked(jwk, kind, number)


def _checked(jwk: dict[str, Any], kind: str, number: int) -> dict[str, str]:
    try:
        public = {name: str(jwk[name]) for name in _PUBLIC[kind]}
        key = _import(public)
        named = jwk.get("kid", key.thumbprint())
    except (JoseError, ValueError, TypeError, KeyError):
        raise KeysFault(f"Key {number} cannot be read.", "see RFC 7518, section 6") from None
    if isinstance(key, RSAKey) and not _LEAST_BITS <= key.raw_value.key_size <= _MOST_BITS:
        raise KeysFault(f"Key {number}: an RSA key has {_LEAST_BITS} to {_MOST_BITS} bits.")
    if not isinstance(named, str) or not 1 <= len(named) <= _LONGEST_NAME:
        raise KeysFault(f"Key {number}: kid has 1 to {_LONGEST_NAME} characters.")
    return public | {"kid": named}


def _import(public: dict[str, str]) -> Key:
    key: Key = _KINDS[public["kty"]].import_key({name: public[name] for name in _PUBLIC[public["kty"]]})
    return key
