"""A vendor's software for tests: its own key, a workstation's key, and the way from one to a token."""

import secrets
import time
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey

from rempart.access.vendors import registry
from rempart.vocabulary import dpop
from tests.access.house import as_owner, browser

BACK = "http://127.0.0.1/rempart"
ISSUER = "http://localhost:8000"
TOKEN_URL = ISSUER + "/oauth/token"
BY_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def proof(key, url, *, method="POST", token=None, header=None, **claims):
    """A DPoP proof; `claims` and `header` change what stands in it, None takes a claim away."""
    said = {"jti": secrets.token_urlsafe(16), "htm": method, "htu": url, "iat": int(time.time())}
    if token:
        said["ath"] = dpop.digest(token)
    said = {name: value for name, value in (said | claims).items() if value is not None}
    head = {"typ": "dpop+jwt", "alg": "ES256", "jwk": key.as_dict(private=False)} | (header or {})
    return jwt.encode(head, said, key, algorithms=[head["alg"]])


class Software:
    """Registered with a key of its own; `device` is the key of the workstation it runs on."""

    def __init__(self, data, name="Officine 12", redirects=(BACK,)):
        self.key = ECKey.generate_key("P-256")
        self.device = ECKey.generate_key("P-256")
        with as_owner(data):
            jwks = {"keys": [self.key.as_dict(private=False)]}
            self.row = registry.register(name, "Éditions du Comptoir", jwks, list(redirects))
        self.client_id = self.row.client_id
        self.verifier = secrets.token_urlsafe(48)

    def assertion(self, key=None, header=None, **changed):
        said = {
            "iss": self.client_id,
            "sub": self.client_id,
            "aud": ISSUER,
            "exp": int(time.time()) + 120,
            "jti": secrets.token_urlsafe(16),
        }
        said = {name: value for name, value in (said | changed).items() if value is not None}
        head = {"alg": "ES256"} | (header or {})
        return jwt.encode(head, said, key or self.key, algorithms=[head["alg"]])

    def address(self, **changed):
        said = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": "http://127.0.0.1:51234/rempart",
            "state": "s-1",
            "code_challenge": dpop.digest(self.verifier),
            "code_challenge_method": "S256",
            "dpop_jkt": self.device.thumbprint(),
            "device_label": "Comptoir 2",
        }
        said = {name: value for name, value in (said | changed).items() if value is not None}
        return "/oauth/authorize?" + urlencode(said)

    def allowed(self, client, **changed):
        """The holder presses the button; returns the code."""
        page = client.post(self.address(**changed), {"decision": "allow"})
        assert page.status_code == 302, page.content.decode()
        return answer(page)["code"]

    def ask(self, fields, *, device=None, headers=None, signed=None):
        """POST to the token endpoint; returns (status, body)."""
        form = {"client_assertion_type": BY_ASSERTION, "client_assertion": signed or self.assertion()}
        if headers is None:
            headers = {"DPoP": proof(device or self.device, TOKEN_URL)}
        page = browser().post("/oauth/token", form | fields, headers=headers)
        return page.status_code, page.json()

    def exchange(self, code, **how):
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "code_verifier": self.verifier,
            "redirect_uri": "http://127.0.0.1:51234/rempart",
        }
        return self.ask(fields | how.pop("fields", {}), **how)

    def renew(self, refresh, **how):
        return self.ask({"grant_type": "refresh_token", "refresh_token": refresh}, **how)

    def tokens(self, client, **changed):
        status, body = self.exchange(self.allowed(client, **changed))
        assert status == 200, body
        return body


def answer(page):
    """What the redirection tells the software."""
    return {name: values[0] for name, values in parse_qs(urlsplit(page["Location"]).query).items()}


def identified(connect, access, device):
    """Whom the gate takes the token for."""
    row = connect("owner").execute(
        "select (gate.identify(null, sha256(%s::bytea), %s, '192.0.2.1', now())).login",
        [access.encode(), device],
    )
    return row.fetchone()[0]
