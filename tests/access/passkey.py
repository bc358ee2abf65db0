"""An authenticator in software (WebAuthn Level 3, section 6): as browsers answer, and as they never would."""

import json
import secrets
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from django.test import Client
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import AttestationObject, AttestedCredentialData, AuthenticatorData

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class Passkey:
    """A key of one account on one device."""

    origin: str = "http://localhost"
    rp: str = "localhost"
    verifies: bool = True
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    handle: str = ""

    def create(self, options: dict) -> dict:
        """The answer to a question for a new key."""
        asked = options["publicKey"]
        self.handle = asked["user"]["id"]
        credential = AttestedCredentialData.create(
            b"\0" * 16, self.id, ES256.from_cryptography_key(self.key.public_key())
        )
        data = AuthenticatorData.create(self._rp_hash(), self._flags() | ATTESTED, 0, credential)
        made = AttestationObject.create("none", data, {})
        return self._answer(
            {"clientDataJSON": self._client("webauthn.create", asked), "attestationObject": bytes(made)}
        ) | {"clientExtensionResults": {"credProps": {"rk": True}}}

    def get(self, options: dict) -> dict:
        """The answer to a question for a proof."""
        client = self._client("webauthn.get", options["publicKey"])
        data = bytes(AuthenticatorData.create(self._rp_hash(), self._flags(), 0))
        signature = self.key.sign(data + sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        answer = self._answer({"clientDataJSON": client, "authenticatorData": data, "signature": signature})
        answer["response"]["userHandle"] = self.handle
        return answer

    def _flags(self) -> int:
        return PRESENT | (VERIFIED if self.verifies else 0)

    def _rp_hash(self) -> bytes:
        return sha256(self.rp.encode()).digest()

    def _client(self, kind: str, asked: dict) -> bytes:
        return json.dumps(
            {"type": kind, "challenge": asked["challenge"], "origin": self.origin, "crossOrigin": False}
        ).encode()

    def _answer(self, response: dict[str, bytes]) -> dict:
        return {
            "id": websafe_encode(self.id),
            "rawId": websafe_encode(self.id),
            "type": "public-key",
            "clientExtensionResults": {},
            "response": {name: websafe_encode(part) for name, part in response.items()},
        }


def client(**headers) -> Client:
    """A browser that opened the page by its name."""
    from tests.access.house import address  # noqa: PLC0415  # needs Django, which is set up later

    agent = "Mozilla/5.0 (Windows) Firefox/140.0"
    return Client(
        **({"REMOTE_ADDR": address(), "HTTP_USER_AGENT": agent, "HTTP_HOST": "localhost"} | headers)
    )


def enrol(person, browser, passkey: Passkey | None = None, name: str = "Comptoir"):
    """Enrol a passkey in a browser where its holder is signed in and has just proved the strongest factor."""
    passkey = passkey or Passkey()
    options = browser.post("/account/passkeys/new/options/")
    assert options.status_code == 200, options.headers
    answer = passkey.create(options.json())
    page = browser.post("/account/passkeys/new/", {"name": name, "credential": json.dumps(answer)})
    return passkey, page


def sign_in(browser, passkey: Passkey, **more):
    """The page that follows a password-less sign-in."""
    options = browser.post("/sign-in/passkey/options/", more).json()
    return browser.post("/sign-in/passkey/", {"credential": json.dumps(passkey.get(options))} | more)


def confirm(browser, passkey: Passkey, next_page: str = ""):
    options = browser.post("/account/confirm/passkey/options/").json()
    answer = {"credential": json.dumps(passkey.get(options)), "next": next_page}
    return browser.post("/account/confirm/passkey/", answer)
