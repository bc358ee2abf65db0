"""What an authorisation request asks for, read strictly (RFC 6749, 4.1.1; RFC 7636; RFC 9449, 10; RFC 9470).

Whoever wrote the address may be anybody. Until the software and its redirect address are known to be a
registered pair, what is wrong is said on our own page; only then is it told to the software.
"""

import re
from dataclasses import dataclass
from urllib.parse import urlencode

from django.http import QueryDict

from rempart.access.vendors import redirects
from rempart.access.vendors.assertions import issuer
from rempart.access.vendors.models import Software
from rempart.vocabulary.dpop import is_thumbprint
from rempart.vocabulary.words import Assurance

LEVELS = {"level2": Assurance.SECOND_FACTOR, "level3": Assurance.CARD}
"""`acr_values` that are understood."""
SCOPE = "lookup"
_ONCE = (
    "response_type",
    "client_id",
    "redirect_uri",
    "state",
    "scope",
    "code_challenge",
    "code_challenge_method",
    "dpop_jkt",
    "acr_values",
    "max_age",
    "device_label",
)
_LONGEST_STATE = 512
_LABEL = re.compile(r"[\w .,'’°/()-]{0,40}")
_AGE = re.compile(r"[0-9]{1,6}")


class NowhereError(ValueError):
    """The request does not say, or not truly, whom to answer: told on a page, never by redirection."""


class AnsweredError(ValueError):
    """The software is told, at its registered address: `where` holds the error."""

    def __init__(self, where: str) -> None:
        super().__init__()
        self.where = where


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that can be put to the holder."""

    software: Software
    redirect_uri: str
    state: str
    challenge: str
    key: str
    """Thumbprint of the device's key."""
    device_label: str
    level: Assurance
    max_age: int | None
    """Seconds since the holder's last factor at the most, if it asks for less than we do."""

    def answer(self, **words: str) -> str:
        """The software's address with what we say; `iss` tells it who spoke (RFC 9207)."""
        return _with(self.redirect_uri, words | {"state": self.state, "iss": issuer()})


def read(query: QueryDict) -> Asked:
    """Read a request. Raises NowhereError and AnsweredError."""
    software, uri = _whom(query)
    state = query.get("state", "")
    wrong = _wrong(query)
    if wrong:
        error, why = wrong
        words = {"error": error, "error_description": why, "state": state[:_LONGEST_STATE], "iss": issuer()}
        raise AnsweredError(_with(uri, words))
    age = query.get("max_age")
    return Asked(
        software=software,
        redirect_uri=uri,
        state=state,
        challenge=query.get("code_challenge", ""),
        key=query.get("dpop_jkt", ""),
        device_label=query.get("device_label", "").strip(),
        level=max(LEVELS[word] for word in query.get("acr_values", "level2").split()),
        max_age=int(age) if age else None,
    )


def _whom(query: QueryDict) -> tuple[Software, str]:
    if any(len(query.getlist(name)) != 1 for name in ("client_id", "redirect_uri")):
        raise NowhereError("client_id and redirect_uri stand once each")
    uri = query.get("redirect_uri", "")
    software = Software.objects.filter(client_id=query["client_id"], revoked_at=None).first()
    if software is None:
        raise NowhereError("no such software, or it was revoked")
    if not redirects.is_registered(uri, software.redirect_uris):
        raise NowhereError("redirect_uri is not one of this software's")
    return software, uri


def _wrong(query: QueryDict) -> tuple[str, str] | None:
    """The first thing that is wrong: the error's word and why."""
    found = {name: query.get(name, "") for name in _ONCE}
    checks = (
        (all(len(query.getlist(name)) <= 1 for name in _ONCE), "invalid_request", "a parameter stands twice"),
        (found["response_type"] == "code", "unsupported_response_type", "response_type is code"),
        (found["scope"] in {"", SCOPE}, "invalid_scope", f"scope is {SCOPE}, or none"),
        (1 <= len(found["state"]) <= _LONGEST_STATE, "invalid_request", "state is required"),
        (found["code_challenge_method"] == "S256", "invalid_request", "code_challenge_method is S256"),
        (is_thumbprint(found["code_challenge"]), "invalid_request", "code_challenge is a SHA-256, base64url"),
        (is_thumbprint(found["dpop_jkt"]), "invalid_request", "dpop_jkt is a key's SHA-256 thumbprint"),
        (set(found["acr_values"].split()) <= LEVELS.keys(), "invalid_request", "acr_values: level2, level3"),
        (not query.get("max_age") or _AGE.fullmatch(found["max_age"]), "invalid_request", "max_age: seconds"),
        (_LABEL.fullmatch(found["device_label"]), "invalid_request", "device_label: 40 plain characters"),
    )
    return next(((error, why) for fine, error, why in checks if not fine), None)


def _with(uri: str, words: dict[str, str]) -> str:
    return f"{uri}{'&' if '?' in uri else '?'}{urlencode(words)}"
