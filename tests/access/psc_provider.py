"""A provider of OpenID Connect on loopback, as its own process: honest by default, hostile on request.

`python psc_provider.py [HOST]` prints its port. `POST /control` with JSON sets whom it vouches for
(`person`), and how it lies (`twist`): `claims` replaces claims of the ID token (null removes one), `key`
"other" signs with a key that it does not publish, `alg` "none" or "HS256", `userinfo_sub`, `metadata`.
"""

import base64
import hashlib
import hmac
import json
import secrets
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import RSAKey

HOST = sys.argv[1] if __name__ == "__main__" and sys.argv[1:] else "127.0.0.1"
CLIENT, SECRET = "rempart-test", "a secret of this client"
PUBLISHED = RSAKey.generate_key(2048, {"use": "sig", "kid": "one"})
OTHER = RSAKey.generate_key(2048, {"use": "sig", "kid": "one"})
STATE = {"person": {}, "twist": {}, "codes": {}, "tokens": {}, "log": []}


def b64(raw):
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def sign(claims, twist):
    if twist.get("alg"):  # what the library would not make: no signature, or the public key as a secret
        head = b64(json.dumps({"alg": twist["alg"], "kid": "one"}).encode())
        text = f"{head}.{b64(json.dumps(claims).encode())}"
        mac = hmac.digest(PUBLISHED.as_pem(private=False), text.encode(), "sha256")
        return f"{text}.{b64(mac) if twist['alg'] == 'HS256' else ''}"
    key = OTHER if twist.get("key") == "other" else PUBLISHED
    return jwt.encode({"alg": "RS256", "kid": twist.get("kid", "one")}, claims, key)


class Provider(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def issuer(self):
        return f"http://{HOST}:{self.server.server_port}/realm"

    def log_message(self, *_):
        pass

    def answer(self, value, status=200, **headers):
        body = json.dumps(value).encode()
        self.send_response(status)
        for name, text in (
            {"Content-Type": "application/json", "Content-Length": str(len(body))} | headers
        ).items():
            self.send_header(name, text)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        parts = urlsplit(self.path)
        given = {name: values[0] for name, values in parse_qs(parts.query).items()}
        name = parts.path.rsplit("/", 1)[-1]
        STATE["log"].append([name, given])
        getattr(self, f"get_{name.replace('-', '_')}", self.unknown)(given)

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/control":
            STATE.update({"person": {}, "twist": {}} | json.loads(body))
            return self.answer({})
        given = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        return self.token(given) if self.path.endswith("/token") else self.unknown(given)

    def unknown(self, _given):
        self.answer({"error": "unknown"}, 404)

    def get_log(self, _given):
        self.answer(STATE["log"])

    def get_openid_configuration(self, _given):
        ends = {
            "authorization_endpoint": "auth",
            "token_endpoint": "token",
            "userinfo_endpoint": "userinfo",
            "jwks_uri": "certs",
            "end_session_endpoint": "logout",
        }
        found = {name: f"{self.issuer}/{path}" for name, path in ends.items()}
        found |= {
            "issuer": self.issuer,
            "code_challenge_methods_supported": ["S256"],
            "id_token_signing_alg_values_supported": ["RS256", "HS256", "none"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        }
        self.answer(found | STATE["twist"].get("metadata", {}))

    def get_certs(self, _given):
        self.answer({"keys": [PUBLISHED.as_dict(private=False)]})

    def get_auth(self, given):
        code = secrets.token_urlsafe(16)
        STATE["codes"][code] = given
        back = {"state": given.get("state", ""), "code": code}
        if STATE["twist"].get("error"):
            back = {"state": given.get("state", ""), "error": STATE["twist"]["error"]}
        self.answer({}, 302, Location=f"{given['redirect_uri']}?{urlencode(back)}")

    def get_userinfo(self, _given):
        person = STATE["tokens"].get(self.headers.get("Authorization", "").removeprefix("Bearer "))
        if person is None:
            return self.answer({"error": "invalid_token"}, 401)
        return self.answer(person | ({"sub": s} if (s := STATE["twist"].get("userinfo_sub")) else {}))

    def get_logout(self, given):
        self.answer({}, 302, Location=given["post_logout_redirect_uri"])

    def get_logout_token(self, given):
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 120,
            "jti": secrets.token_hex(8),
            "sub": given["sub"],
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
        }
        changes = STATE["twist"].get("claims", {})
        self.answer({"logout_token": sign(changed(claims, changes), STATE["twist"])})

    def token(self, given):
        expected = "Basic " + base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        asked = STATE["codes"].pop(given.get("code"), None)
        verifier = hashlib.sha256(given.get("code_verifier", "").encode()).digest()
        right = (
            asked is not None
            and self.headers.get("Authorization") in {expected, expected_quoted()}
            and asked["redirect_uri"] == given.get("redirect_uri")
            and asked["code_challenge"] == b64(verifier)
        )
        if not right:
            return self.answer({"error": "invalid_grant"}, 400)
        access, now = secrets.token_urlsafe(16), int(time.time())
        STATE["tokens"][access] = STATE["person"]
        claims = {
            "iss": self.issuer,
            "sub": STATE["person"]["sub"],
            "aud": CLIENT,
            "azp": CLIENT,
            "nonce": asked["nonce"],
            "iat": now,
            "exp": now + 60,
            "auth_time": now,
            "acr": "eidas1",
            "at_hash": b64(hashlib.sha256(access.encode()).digest()[:16]),
        }
        id_token = sign(changed(claims, STATE["twist"].get("claims", {})), STATE["twist"])
        return self.answer(
            {
                "access_token": access,
                "token_type": "Bearer",
                "expires_in": 60,
                "id_token": id_token,
            }
        )


def expected_quoted():
    pair = f"{CLIENT}:{SECRET.replace(' ', '%20')}"
    return "Basic " + base64.b64encode(pair.encode()).decode()


def changed(claims, changes):
    return {name: value for name, value in (claims | changes).items() if value is not None}


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()
