"""Software's signed requests on the real gate: a stolen token without its device's key is worth nothing."""

import hashlib
import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey

from rempart.gate import dpop as gate_dpop
from rempart.gate.client import Client
from rempart.gate.dpop import Proofs
from rempart.vocabulary import dpop
from rempart.vocabulary.dpop import ProofError

PATH = "/api/v1/lookups"


@pytest.fixture(scope="module", autouse=True)
def _older_than_its_first_second(house):
    time.sleep(1.1)  # a proof of the very second in which the gate started is refused


@pytest.fixture
def granted(house, pharmacist):
    """A grant to a software on a device: its token, its key, and how to ask with them."""
    return Granted(house, pharmacist)


class Granted:
    def __init__(self, house, account, *, kind="P-256", assurance=2, software=None):
        self.house, self.account = house, account
        self.key = OKPKey.generate_key("Ed25519") if kind == "Ed25519" else ECKey.generate_key("P-256")
        self.token = "rmp_" + secrets.token_urlsafe(32)
        self.software = software or house._one(
            "insert into access.access_software (client_id, name, vendor, keys, redirect_uris)"
            " values (%s, 'Officine 12', 'Éditeur', '[]', '{}') returning id",
            (secrets.token_hex(8),),
        )
        self.grant = house._one(
            """insert into access.access_grant (account_id, software_id, device, assurance, expires_at,
                    code_challenge, redirect_uri)
                values (%s, %s, %s, %s, now() + interval '1 hour', '', '') returning id""",
            (account.id, self.software, self.key.thumbprint(), assurance),
        )
        house.owner.execute(
            "insert into access.access_token (account_id, label, hash, prefix, expires_at,"
            " grant_id, assurance)"
            " values (%s, 'Officine 12', %s, 'rmp_', now() + interval '10 minutes', %s, %s)",
            (account.id, hashlib.sha256(self.token.encode()).digest(), self.grant, assurance),
        )

    def proof(self, *, key=None, header=None, **changed):
        key = key or self.key
        said = {
            "jti": secrets.token_urlsafe(16),
            "htm": "POST",
            "htu": self.house.url + PATH,
            "iat": int(time.time()),
            "ath": dpop.digest(self.token),
        }
        said = {name: value for name, value in (said | changed).items() if value is not None}
        alg = "ES256" if isinstance(key, ECKey) else "Ed25519"
        head = {"typ": "dpop+jwt", "alg": alg, "jwk": key.as_dict(private=False)} | (header or {})
        return jwt.encode(head, said, key, algorithms=[head["alg"]])

    def ask(self, person, proof=None, scheme="DPoP", **headers):
        sent = {"Authorization": f"{scheme} {self.token}"} | headers
        if proof is not None:
            sent["DPoP"] = proof
        return httpx.post(self.house.url + PATH, json=person.ask(), headers=sent, timeout=20)


def refused(answer, error="invalid_dpop_proof"):
    assert answer.status_code == 401
    assert f'error="{error}"' in answer.headers["www-authenticate"]
    assert answer.headers["www-authenticate"].startswith('DPoP algs="ES256 Ed25519"')
    assert "answer" not in answer.json()
    return True


@pytest.mark.parametrize("kind", ["P-256", "Ed25519"])
def test_a_signed_request_is_answered_and_journaled_with_software_and_device(house, pharmacist, person, kind):
    granted = Granted(house, pharmacist, kind=kind)
    answer = granted.ask(person, granted.proof())
    assert answer.status_code == 200
    assert answer.json()["verdict"] == "granted"
    entry = house.entries(pharmacist)[-1]
    assert (entry["software"], entry["device"]) == ("Officine 12", granted.key.thumbprint())
    assert (entry["assurance"], entry["channel"]) == (2, "api")
    limits = httpx.get(
        house.url + "/api/v1/limits",
        headers={
            "Authorization": f"DPoP {granted.token}",
            "DPoP": granted.proof(htm="GET", htu=house.url + "/api/v1/limits"),
        },
    )
    assert limits.status_code == 200


# ------------------------------------------------------------------------------------------- a stolen token


def test_a_stolen_token_without_the_device_s_key_is_nobody_s(granted, person, house):
    answer = granted.ask(person, scheme="Bearer")
    assert (answer.status_code, answer.json()["reason"]) == (401, "credential")
    assert refused(granted.ask(person)), "no proof at all"
    stranger = granted.ask(person, granted.proof(key=ECKey.generate_key("P-256")))
    assert refused(stranger, "invalid_token")
    assert stranger.json()["reason"] == "credential"
    assert granted.ask(person, granted.proof(), scheme="Bearer").status_code == 401, "bearer with a proof"
    assert house.entries(granted.account) == []


def test_a_proof_is_taken_once(granted, person):
    proof = granted.proof()
    assert granted.ask(person, proof).status_code == 200
    assert refused(granted.ask(person, proof))
    jti = secrets.token_urlsafe(16)
    assert granted.ask(person, granted.proof(jti=jti)).status_code == 200
    assert refused(granted.ask(person, granted.proof(jti=jti))), "the same jti, signed again"


def test_the_same_proof_from_many_at_once_is_taken_once(granted, person):
    proof = granted.proof()
    with ThreadPoolExecutor(8) as pool:
        statuses = [found.status_code for found in pool.map(lambda _: granted.ask(person, proof), range(8))]
    assert sorted(statuses) == [200] + [401] * 7


@pytest.mark.parametrize(
    "changed",
    [
        {"htm": "GET"},
        {"htm": None},
        {"htu": "https://elsewhere.example/api/v1/lookups"},
        {"htu": "/api/v1/lookups"},
        {"htu": None},
        {"ath": None},
        {"ath": dpop.digest("rmp_another")},
        {"iat": lambda: int(time.time()) - 62},
        {"iat": lambda: int(time.time()) + 65},
        {"iat": None},
        {"iat": "now"},
        {"iat": True},
        {"iat": lambda: float("nan")},
        {"jti": None},
        {"jti": "short"},
        {"jti": "é" * 20},
    ],
)
def test_a_proof_of_something_else_is_worth_nothing(granted, person, changed):
    changed = {name: value() if callable(value) else value for name, value in changed.items()}
    assert refused(granted.ask(person, granted.proof(**changed)))
    assert granted.ask(person, granted.proof()).status_code == 200


def test_a_proof_that_is_none_is_told_so(granted, person):
    whole = granted.proof()
    head, claims, signature = whole.split(".")
    private = granted.key.as_dict(private=True)
    rsa = RSAKey.generate_key(2048)
    for proof in (
        "",
        "x",
        "a.b.c",
        f"{head}.{claims}.",
        f"{head}.{claims}.{signature[:-8]}AAAAAAAA",
        f"eyJhbGciOiJub25lIiwidHlwIjoiZHBvcCtqd3QifQ.{claims}.",
        whole + "." + whole,
        "x" * 5000,
        granted.proof(header={"typ": "JWT"}),
        granted.proof(header={"jwk": private}),
        granted.proof(header={"jwk": rsa.as_dict(private=False)}),
        granted.proof(header={"jwk": {"kty": "EC"}}),
        granted.proof(header={"jwk": ECKey.generate_key("P-256").as_dict(private=False)}),
    ):
        assert refused(granted.ask(person, proof)), proof[:40]


def test_htu_is_compared_without_query_and_fragment(granted, person, house):
    assert granted.ask(person, granted.proof(htu=house.url + PATH + "?x=1#y")).status_code == 200


def test_a_holder_s_own_token_is_carried_not_proved(house, pharmacist, person):
    granted = Granted(house, pharmacist)
    granted.token = pharmacist.token
    assert refused(granted.ask(person, granted.proof()), "invalid_token")
    assert granted.ask(person, scheme="Bearer").status_code == 200


# ------------------------------------------------------------------------------------------------- the end


def test_revoking_ends_it_with_the_next_look_up_and_no_other(house, pharmacist, person):
    one, two = Granted(house, pharmacist), Granted(house, pharmacist)
    assert one.ask(person, one.proof()).status_code == 200
    house.owner.execute("update access.access_grant set revoked_at = now() where id = %s", (one.grant,))
    assert refused(one.ask(person, one.proof()), "invalid_token")
    three = Granted(house, pharmacist, software=two.software)
    other = Granted(house, pharmacist)
    house.owner.execute("update access.access_software set revoked_at = now() where id = %s", (two.software,))
    for ended in (two, three):
        assert refused(ended.ask(person, ended.proof()), "invalid_token")
    assert other.ask(person, other.proof()).status_code == 200


def test_an_expired_token_and_an_ended_holder_are_nobody(house, pharmacist, person):
    granted = Granted(house, pharmacist)
    late = "rmp_" + secrets.token_urlsafe(32)
    house.owner.execute(
        "insert into access.access_token (account_id, label, hash, prefix, expires_at, grant_id)"
        " values (%s, 'x', %s, 'rmp_', now() - interval '1 second', %s)",
        (pharmacist.id, hashlib.sha256(late.encode()).digest(), granted.grant),
    )
    fresh, granted.token = granted.token, late
    assert refused(granted.ask(person, granted.proof()), "invalid_token")
    granted.token = fresh
    responsible = house.account("pharmacist")
    house.owner.execute(
        "update access.access_account set holder_id = %s where id = %s", (responsible.id, pharmacist.id)
    )
    assert granted.ask(person, granted.proof()).status_code == 200
    house.owner.execute("update access.access_account set is_active = false where id = %s", (responsible.id,))
    assert refused(granted.ask(person, granted.proof()), "invalid_token")


# ---------------------------------------------------------------------- levels, and what is new on a device


def test_a_grant_of_a_device_never_seen_asks_the_card_until_level_three(house, pharmacist, person):
    low, high = Granted(house, pharmacist), Granted(house, pharmacist, assurance=3)
    house.owner.execute("alter table access.access_grant disable trigger grant_guard")
    try:
        house.owner.execute(
            "update access.access_grant set card_until = now() + interval '40 hours' where account_id = %s",
            (pharmacist.id,),
        )
    finally:
        house.owner.execute("alter table access.access_grant enable trigger grant_guard")
    assert low.ask(person, low.proof()).json()["reason"] == "card_required"
    assert high.ask(person, high.proof()).status_code == 200


def test_a_look_up_that_needs_the_card_goes_on_after_step_up_with_the_same_key(house, person):
    account, row = house.account("podiatrist"), "purpose = 'rights' and profession = 'podiatrist'"
    low, repeat_key = Granted(house, account), secrets.token_urlsafe(12)
    house.owner.execute(f"update gate.matrix_row set assurance = 3 where {row}")
    try:
        asked = low.ask(person, low.proof(), **{"Idempotency-Key": repeat_key})
        assert refused(asked, "insufficient_user_authentication")
        assert 'acr_values="level3"' in asked.headers["www-authenticate"]
        assert (asked.json()["reason"], asked.json()["how"][0]) == ("assurance", "professional_card")
        high = Granted(house, account, software=low.software, assurance=3)
        answer = high.ask(person, high.proof(), **{"Idempotency-Key": repeat_key})
        assert answer.status_code == 200
        again = high.ask(person, high.proof(), **{"Idempotency-Key": repeat_key})
        assert again.json()["reference"] == answer.json()["reference"]
    finally:
        house.owner.execute(f"update gate.matrix_row set assurance = 2 where {row}")


# ---------------------------------------------------------------------------------- as the pages forward it


def test_the_pages_pass_the_proof_on_and_no_device_of_their_own(granted, person, house):
    import json  # noqa: PLC0415

    body = json.dumps(person.ask()).encode()
    headers = {"authorization": f"DPoP {granted.token}", "content-type": "application/json"}
    client = Client(house.socket)
    proved = headers | {"dpop": granted.proof()}
    assert client.forward("POST", PATH, proved, body, "192.0.2.1")[0] == 200
    forged = headers | {"x-rempart-device": granted.key.thumbprint()}
    assert client.forward("POST", PATH, forged, body, "192.0.2.1")[0] == 401
    bearer = forged | {"authorization": f"Bearer {granted.token}"}
    assert client.forward("POST", PATH, bearer, body, "192.0.2.1")[0] == 401


def test_a_device_that_the_socket_names_is_no_proof(granted, person, house):
    transport = httpx.HTTPTransport(uds=str(house.socket))
    with httpx.Client(transport=transport) as client:
        answer = client.post(
            "http://gate" + PATH,
            json=person.ask(),
            headers={
                "Authorization": f"Bearer {granted.token}",
                "X-Rempart-Device": granted.key.thumbprint(),
                "X-Rempart-Network": "192.0.2.1",
            },
        )
    assert answer.status_code == 401


# --------------------------------------------------------------------------------------- what is remembered


def key_of(proofs, granted, text):
    return proofs.key_of(text, method="POST", path=PATH, token=granted.token)


@pytest.fixture
def signer():
    key = ECKey.generate_key("P-256")
    made = SimpleNamespace(house=SimpleNamespace(url="https://rempart.example"), key=key, token="rmp_x")
    made.proof = lambda **changed: Granted.proof(made, **changed)
    return made


def test_every_configured_address_may_be_named_and_no_empty_one(signer, monkeypatch):
    proofs = Proofs(["https://rempart.example/", "", "http://127.0.0.1:9"])
    monkeypatch.setattr(proofs, "_began", 0)
    assert key_of(proofs, signer, signer.proof()) == signer.key.thumbprint()
    assert key_of(proofs, signer, signer.proof(htu="http://127.0.0.1:9" + PATH))
    with pytest.raises(ProofError, match="htu"):
        key_of(proofs, signer, signer.proof(htu=PATH))
    with pytest.raises(ProofError, match="htu"):
        key_of(Proofs(), signer, signer.proof())


def test_a_restart_forgets_no_proof_because_older_ones_are_refused(signer):
    proof = signer.proof()
    with pytest.raises(ProofError, match="older than this service"):
        key_of(Proofs(["https://rempart.example"]), signer, proof)


def test_a_proof_is_remembered_as_long_as_it_is_fresh(signer, monkeypatch):
    clock = SimpleNamespace(now=1000.0)
    monkeypatch.setattr(gate_dpop.time, "monotonic", lambda: clock.now)
    proofs = Proofs(["https://rempart.example"])
    proofs._began = 0
    proof = signer.proof()
    key_of(proofs, signer, proof)
    for clock.now in (1119.0, 1121.0, 1240.0):
        with pytest.raises(ProofError, match="used already"):
            key_of(proofs, signer, proof)
    for clock.now in (1400.0, 1600.0):  # by then it is stale: two turns later it is forgotten
        key_of(proofs, signer, signer.proof())
    assert len(proofs._new) + len(proofs._old) == 2


def test_memory_is_bounded_and_then_nothing_is_taken(signer, monkeypatch):
    monkeypatch.setattr(gate_dpop, "_MOST", 2)
    proofs = Proofs(["https://rempart.example"])
    proofs._began = 0
    for _ in range(2):
        key_of(proofs, signer, signer.proof())
    with pytest.raises(ProofError, match="too many"):
        key_of(proofs, signer, signer.proof())
