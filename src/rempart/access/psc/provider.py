"""The provider: what it announces of itself, its keys, and the three calls that are made to it.

Only addresses that the announcement gives are called, over https (plain http on this machine only), with a
time-out, without following redirects, and answers are read up to a size. Announcement and keys are kept an
hour; an unknown key asks for them again, at most once a minute.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlencode

import orjson
import requests
from authlib.common.errors import AuthlibBaseError
from authlib.common.security import is_secure_transport
from authlib.integrations.requests_client import OAuth2Session
from django.conf import settings
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

_WELL_KNOWN = "/.well-known/"
_DOCUMENT = f"{_WELL_KNOWN}openid-configuration"
_NEEDED = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
_HOUR, _MINUTE = 3600.0, 60.0
_TIMEOUT = (3.05, 5.0)
_LARGEST = 256 * 1024
SCOPE = "openid scope_all"
"""`scope_all` is Pro Santé Connect's own: all claims about the professional."""


class ProviderFaultError(Exception):
    """The provider does not answer, or not as the protocol says: try again later, or look at the settings."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a code was exchanged for."""

    id_token: str
    access_token: str


class Provider:
    """One issuer. Made once a process: `provider()`."""

    def __init__(self, url: str, client_id: str, secret: str) -> None:
        self.issuer, _, _document = url.partition(_WELL_KNOWN)
        self._document = url if _WELL_KNOWN in url else url.rstrip("/") + _DOCUMENT
        self.client_id = client_id
        self._secret = secret
        self._metadata: tuple[float, dict[str, Any]] = (0.0, {})
        self._keys: tuple[float, KeySet | None] = (0.0, None)

    # What it announces --------------------------------------------------------------------------

    def metadata(self) -> dict[str, Any]:
        """Its announcement. Raises ProviderFaultError when it is another issuer's, or unsafe."""
        at, known = self._metadata
        if not known or time.monotonic() - at > _HOUR:
            known = self._fetch(self._document)
            if known.get("issuer") != self.issuer:
                raise ProviderFaultError("issuer")
            for name in _NEEDED:
                self._safe(known, name)
            self._metadata = (time.monotonic(), known)
        return known

    def keys(self, *, again: bool = False) -> KeySet:
        """Its public keys; `again` when a token names one that is not there."""
        at, known = self._keys
        age = time.monotonic() - at
        if known is None or age > _HOUR or (again and age > _MINUTE):
            found = self._fetch(self._safe(self.metadata(), "jwks_uri"))
            signing = [key for key in found.get("keys", ()) if key.get("use", "sig") == "sig"]
            try:
                known = KeySet.import_key_set({"keys": signing})
            except (JoseError, ValueError, TypeError) as fault:
                raise ProviderFaultError("keys") from fault
            self._keys = (time.monotonic(), known)
        return known

    # What is asked of it ------------------------------------------------------------------------

    def authorization_url(self, *, state: str, nonce: str, verifier: str, fresh: bool) -> str:
        """Where the browser goes. `fresh`: the card is asked for again, whatever session it has there."""
        more = {"prompt": "login", "max_age": "0"} if fresh else {}
        with self._client() as client:
            url, _state = client.create_authorization_url(
                self.metadata()["authorization_endpoint"],
                state=state,
                nonce=nonce,
                acr_values="eidas1",
                code_verifier=verifier if self._takes_pkce() else None,
                **more,
            )
        return str(url)

    def exchange(self, code: str, verifier: str) -> Answer:
        """A code for its tokens. Raises ProviderFaultError; a code that was used is such a fault."""
        more = {"code_verifier": verifier} if self._takes_pkce() else {}
        try:
            with self._client() as client:
                token = client.fetch_token(
                    self.metadata()["token_endpoint"],
                    grant_type="authorization_code",
                    code=code,
                    redirect_uri=callback_url(),
                    allow_redirects=False,
                    timeout=_TIMEOUT,
                    **more,
                )
        except (requests.RequestException, AuthlibBaseError, ValueError) as fault:
            raise ProviderFaultError("code") from fault
        found = (token.get("id_token"), token.get("access_token"))
        if not all(isinstance(part, str) and part for part in found):
            raise ProviderFaultError("tokens")
        return Answer(*found)

    def userinfo(self, access_token: str) -> dict[str, Any]:
        """What it says of whoever signed in; `tokens.py` compares the subject."""
        headers = {"Authorization": f"Bearer {access_token}"}
        return self._fetch(self.metadata()["userinfo_endpoint"], headers)

    def logout_url(self, id_token: str, back: str) -> str | None:
        """Where the browser goes to end the session there too (RP-initiated logout); None: it offers none."""
        try:
            end = self._safe(self.metadata(), "end_session_endpoint")
        except ProviderFaultError:
            return None
        query = urlencode(
            {
                "id_token_hint": id_token,
                "post_logout_redirect_uri": back,
                "client_id": self.client_id,
            }
        )
        return f"{end}{'&' if '?' in end else '?'}{query}"

    # --------------------------------------------------------------------------------------------

    def _takes_pkce(self) -> bool:
        return "S256" in self.metadata().get("code_challenge_methods_supported", ())

    def _client(self) -> Any:
        ways = self.metadata().get("token_endpoint_auth_methods_supported", ("client_secret_basic",))
        return OAuth2Session(
            self.client_id,
            self._secret,
            scope=SCOPE,
            redirect_uri=callback_url(),
            code_challenge_method="S256",
            token_endpoint_auth_method="client_secret_basic"  # the name of a way
            if "client_secret_basic" in ways
            else "client_secret_post",
        )

    def _safe(self, metadata: Mapping[str, Any], name: str) -> str:
        address = metadata.get(name)
        if not isinstance(address, str) or not is_secure_transport(address):
            raise ProviderFaultError(name)
        return address

    def _fetch(self, url: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        if not is_secure_transport(url):
            raise ProviderFaultError("address")
        try:
            with requests.get(
                url, headers=headers, timeout=_TIMEOUT, allow_redirects=False, stream=True
            ) as answer:
                if answer.status_code != requests.codes.ok:
                    raise ProviderFaultError("status")
                body = answer.raw.read(_LARGEST + 1, decode_content=True)
            found = orjson.loads(body) if len(body) <= _LARGEST else None
        except (requests.RequestException, OSError, ValueError) as fault:
            raise ProviderFaultError("no answer") from fault
        if not isinstance(found, dict):
            raise ProviderFaultError("shape")
        return found


def is_on() -> bool:
    """Whether this installation uses Pro Santé Connect."""
    return bool(settings.REMPART_PSC_URL)


def provider() -> Provider:
    """The provider of the settings."""
    return _provider(settings.REMPART_PSC_URL, settings.REMPART_PSC_CLIENT_ID, settings.REMPART_PSC_SECRET)


def callback_url() -> str:
    """Where the provider sends the browser back: from the settings, never from the request's Host."""
    return f"{settings.REMPART_URL}/psc/back/"


@cache
def _provider(url: str, client_id: str, secret: str) -> Provider:
    return Provider(url, client_id, secret)
