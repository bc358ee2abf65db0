"""A vendor's credential alone: how software signs in, and that nothing comes of it by itself."""

import time

import pytest
from joserfc.jwk import ECKey, OctKey

from rempart.access.models import Token
from tests.access.house import browser
from tests.access.software import TOKEN_URL, proof

# --------------------------------------------------------------------------- a vendor's credential alone


def test_a_vendor_s_key_alone_gets_nothing(software):
    status, body = software.ask({"grant_type": "client_credentials"})
    assert (status, body["error"]) == (400, "unauthorized_client")
    assert "discloses nothing" in body["error_description"]
    assert software.ask({"grant_type": "password", "username": "x", "password": "y"})[0] == 400
    assert software.ask({})[1]["error"] == "unsupported_grant_type"
    assert not Token.objects.filter(grant__software=software.row).exists()


def now():
    return int(time.time())


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "sw_other"},
        {"sub": "sw_other"},
        {"aud": "https://elsewhere.example"},
        {"aud": None},
        {"aud": [{"a": 1}]},
        {"exp": None},
        {"exp": 10**10},
        {"exp": True},
        {"exp": 1},
        {"jti": None},
        {"jti": 7},
        {"nbf": 10**10},
        {"iat": "now"},
    ],
    ids=str,
)
def test_an_assertion_that_says_something_else_is_refused(software, changed):
    signed = software.assertion(**changed)
    status, body = software.ask({"grant_type": "client_credentials"}, signed=signed)
    assert (status, body["error"]) == (401, "invalid_client")


def test_an_assertion_is_taken_once(software):
    signed = software.assertion()
    assert software.ask({"grant_type": "client_credentials"}, signed=signed)[0] == 400
    status, body = software.ask({"grant_type": "client_credentials"}, signed=signed)
    assert (status, body["error"]) == (401, "invalid_client")


def test_an_assertion_is_signed_with_the_registered_key(software):
    stranger = ECKey.generate_key("P-256")
    shared = OctKey.import_key({"kty": "oct", "k": software.key.as_dict(private=False)["x"]})
    forged = [
        software.assertion(key=stranger),
        software.assertion(key=shared, header={"alg": "HS256"}),
        software.assertion(header={"kid": "unknown"}),
        software.assertion().rpartition(".")[0] + ".",
        "eyJhbGciOiJub25lIn0." + software.assertion().split(".")[1] + ".",
        "a.b.c",
        "",
        "é" * 10,
        "x" * 9000,
    ]
    for signed in forged:
        status, body = software.ask({"grant_type": "client_credentials"}, signed=signed or " ")
        assert (status, body["error"]) == (401, "invalid_client"), signed[:60]


def test_who_signs_in_as_a_software_and_cannot_is_journaled_without_a_flood(software, connect):
    for _ in range(5):
        software.ask({}, signed=software.assertion(key=ECKey.generate_key("P-256")))
    found = connect("owner").execute(
        "select reason from journal.entry"
        " where tag = 'access:software:refused' and details->>'software' = %s",
        [str(software.row.pk)],
    )
    assert 1 <= len(found.fetchall()) <= 2, "one a minute"


def test_a_shared_secret_or_no_assertion_is_refused(software):
    for form in (
        {"grant_type": "client_credentials", "client_id": software.client_id, "client_secret": "x"},
        {"grant_type": "client_credentials"},
        {},
    ):
        page = browser().post("/oauth/token", form)
        assert (page.status_code, page.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize(
    ("what", "header"),
    [
        ({"htu": "http://localhost:8000/oauth/other"}, None),
        ({"htm": "GET"}, None),
        ({"iat": 1}, None),
        ({"iat": None}, None),
        ({"jti": "short"}, None),
        ({}, {"typ": "JWT"}),
    ],
    ids=str,
)
def test_a_token_is_given_only_with_a_good_proof(software, holder, what, header):
    code = software.allowed(holder.client)
    bad = proof(software.device, TOKEN_URL, header=header, **what)
    status, body = software.exchange(code, headers={"DPoP": bad})
    assert (status, body["error"]) == (400, "invalid_dpop_proof")
    assert software.exchange(code, headers={})[1]["error"] == "invalid_dpop_proof"
    good = {"DPoP": proof(software.device, TOKEN_URL)}
    assert software.exchange(code, headers=good)[0] == 200
    assert software.renew("x", headers=good)[1]["error"] == "invalid_dpop_proof", "used already"
