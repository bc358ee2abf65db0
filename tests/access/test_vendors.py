"""Vendors' software: from the holder's yes to a token, and everything that is not a yes."""

import time
from datetime import timedelta

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone
from joserfc.jwk import ECKey, OctKey

from rempart.access.models import Grant, Notice, Token
from rempart.access.vendors import grants, registry
from tests.access.house import as_owner, browser
from tests.access.software import ISSUER, TOKEN_URL, Software, answer, proof


@pytest.fixture
def software(db, cluster):
    return Software(cluster)


@pytest.fixture
def holder(person):
    made = person()
    made.sign_in()
    return made


def identified(connect, access, device):
    """Whom the gate takes the token for."""
    row = connect("owner").execute(
        "select (gate.identify(null, sha256(%s::bytea), %s, '192.0.2.1', now())).login",
        [access.encode(), device],
    )
    return row.fetchone()[0]


def entries(connect, account, tag):
    rows = connect("owner").execute(
        "select details from journal.entry where account = %s and tag = %s order by seq", [account.pk, tag]
    )
    return [row[0] for row in rows]


# ------------------------------------------------------------------------------------------ the way through


def test_a_holder_allows_a_software_on_one_device_and_it_acts_for_them(software, holder, connect):
    page = holder.client.get(software.address())
    text = page.content.decode()
    assert page.status_code == 200
    for said in ("Officine 12", "Éditions du Comptoir", "Comptoir 2 · Firefox, Windows", "12 heures"):
        assert said in text
    assert "form-action 'self' http://127.0.0.1:51234;" in page["Content-Security-Policy"] + ";"

    page = holder.client.post(software.address(), {"decision": "allow"})
    assert page["Location"].startswith("http://127.0.0.1:51234/rempart?")
    told = answer(page)
    assert (told["state"], told["iss"]) == ("s-1", ISSUER)

    status, body = software.exchange(told["code"])
    assert status == 200
    assert (body["token_type"], body["acr"], body["expires_in"]) == ("DPoP", "level2", 600)
    assert body["access_token"].startswith("rmp_")
    device = software.device.thumbprint()
    assert identified(connect, body["access_token"], device) == holder.account.login
    assert identified(connect, body["access_token"], None) is None, "carried as a bearer token"
    assert identified(connect, body["access_token"], ECKey.generate_key("P-256").thumbprint()) is None

    (said,) = entries(connect, holder.account, "access:software:allowed")
    assert said["software"] == software.row.pk
    notice = Notice.objects.get(account=holder.account, kind="access:software:allowed")
    assert notice.details["software"] == "Officine 12"


def test_the_grant_keeps_the_session_s_level_and_its_device_s_trust(software, holder, cluster):
    later = timezone.now() + timedelta(hours=40)
    with as_owner(cluster), connection.cursor() as cursor:
        cursor.execute(
            "update access.access_session set card_until = %s where account_id = %s and ended_at is null",
            [later, holder.account.pk],
        )
    software.tokens(holder.client)
    grant = Grant.objects.get(account=holder.account)
    assert (grant.assurance, grant.card_until) == (2, later)


def test_a_refresh_token_is_taken_once_and_renews(software, holder, connect):
    first = software.tokens(holder.client)
    status, second = software.renew(first["refresh_token"])
    assert status == 200
    assert second["access_token"] != first["access_token"]
    status, third = software.renew(second["refresh_token"])
    assert status == 200
    assert identified(connect, third["access_token"], software.device.thumbprint()) == holder.account.login


def test_the_metadata_name_what_is_there(db):
    told = browser().get("/.well-known/oauth-authorization-server").json()
    assert told["issuer"] == ISSUER
    assert told["token_endpoint"] == TOKEN_URL
    assert told["token_endpoint_auth_methods_supported"] == ["private_key_jwt"]


# ------------------------------------------------------------------------------------------------- theft


def test_an_old_refresh_token_ends_the_grant_and_tells_the_holder(software, holder, connect):
    first = software.tokens(holder.client)
    _, second = software.renew(first["refresh_token"])
    status, body = software.renew(first["refresh_token"])
    assert (status, body["error"]) == (400, "invalid_grant")
    assert identified(connect, second["access_token"], software.device.thumbprint()) is None
    assert software.renew(second["refresh_token"])[0] == 400
    assert entries(connect, holder.account, "access:software:revoked")[0]["why"] == "refresh_reused"
    assert Notice.objects.filter(account=holder.account, kind="access:software:revoked").exists()


def test_a_code_that_is_used_twice_ends_the_grant(software, holder, connect):
    code = software.allowed(holder.client)
    _, body = software.exchange(code)
    assert software.exchange(code)[0] == 400
    assert identified(connect, body["access_token"], software.device.thumbprint()) is None
    assert software.renew(body["refresh_token"])[0] == 400


def test_a_refresh_token_without_its_device_s_key_is_refused_and_ends_nothing(software, holder, connect):
    body = software.tokens(holder.client)
    thief = ECKey.generate_key("P-256")
    for refresh in (body["refresh_token"], body["refresh_token"] + "x", "rmr_1.x"):
        status, told = software.renew(refresh, device=thief)
        assert (status, told["error"]) == (400, "invalid_grant")
    assert software.renew(body["refresh_token"])[0] == 200


def test_a_made_up_refresh_token_of_an_existing_grant_ends_nothing(software, holder):
    body = software.tokens(holder.client)
    grant = Grant.objects.get(account=holder.account)
    assert software.renew(f"rmr_{grant.pk}.{'x' * 43}:{'y' * 43}")[0] == 400
    assert software.renew(body["refresh_token"])[0] == 200


@pytest.mark.parametrize(
    "fields",
    [
        {"code_verifier": "x" * 43},
        {"redirect_uri": "http://127.0.0.1:51235/rempart"},
        {"code": "x"},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_a_code_is_good_for_its_own_request_only(software, holder, fields):
    code = software.allowed(holder.client)
    status, body = software.exchange(code, fields=fields)
    assert (status, body["error"]) == (400, "invalid_grant")
    if "code" not in fields:
        assert software.exchange(code)[0] == 400, "tried wrongly, it is spent"


def test_a_code_is_good_for_its_own_device_and_software(software, holder, cluster):
    other = Software(cluster, "Autre")
    other.device, other.verifier = software.device, software.verifier
    code = software.allowed(holder.client)
    assert other.exchange(code)[0] == 400, "another software's"
    assert software.exchange(code, device=ECKey.generate_key("P-256"))[0] == 400


def test_a_code_is_good_for_a_minute(software, holder, cluster):
    code = software.allowed(holder.client)
    with as_owner(cluster), connection.cursor() as cursor:
        cursor.execute(
            "update access.access_grant set code_expires_at = now() where account_id = %s",
            [holder.account.pk],
        )
    assert software.exchange(code)[0] == 400


def test_the_same_code_from_many_at_once_gives_at_most_one_token(software, holder):
    import threading  # noqa: PLC0415

    from django.db import connections  # noqa: PLC0415

    code, got = software.allowed(holder.client), []

    def run():
        got.append(software.exchange(code)[0])
        connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got.count(200) <= 1
    assert Token.objects.filter(account=holder.account).count() <= 1
    assert software.exchange(code)[0] == 400


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


# ------------------------------------------------------------------------------------------------ the end


def test_revoking_one_software_ends_only_its_own_tokens(software, holder, cluster, connect):
    other = Software(cluster, "Autre")
    mine, theirs = software.tokens(holder.client), other.tokens(holder.client)
    with as_owner(cluster):
        assert registry.in_force(software.row) == 1
        assert registry.revoke(registry.find(software.client_id)) == 1
    assert identified(connect, mine["access_token"], software.device.thumbprint()) is None
    assert identified(connect, theirs["access_token"], other.device.thumbprint()) == holder.account.login
    assert software.renew(mine["refresh_token"]) == (
        401,
        {"error": "invalid_client", "error_description": "no such software, or it was revoked"},
    )
    assert other.renew(theirs["refresh_token"])[0] == 200
    assert holder.client.get(software.address()).status_code == 400


def test_the_holder_sees_and_revokes_each(software, holder, person, connect):
    body = software.tokens(holder.client)
    page = holder.client.get("/compte/logiciels").content.decode()
    assert "Officine 12" in page
    assert "Comptoir 2 · Firefox, Windows" in page
    (grant,) = grants.of_account(holder.account)
    stranger = person()
    stranger.sign_in()
    stranger.client.post(f"/compte/logiciels/{grant.id}/revoquer")
    assert identified(connect, body["access_token"], software.device.thumbprint()) == holder.account.login
    page = holder.client.post(f"/compte/logiciels/{grant.id}/revoquer", follow=True)
    assert "Aucun logiciel ne consulte" in page.content.decode()
    assert identified(connect, body["access_token"], software.device.thumbprint()) is None
    assert software.renew(body["refresh_token"])[0] == 400


def test_the_tokens_of_software_are_not_listed_among_the_holder_s_own(software, holder):
    software.tokens(holder.client)
    from rempart.access import tokens  # noqa: PLC0415

    assert tokens.of_account(holder.account) == []


def test_allowed_anew_on_the_same_device_the_earlier_grant_ends(software, holder, connect):
    first = software.tokens(holder.client)
    second = software.tokens(holder.client)
    device = software.device.thumbprint()
    assert identified(connect, first["access_token"], device) is None
    assert identified(connect, second["access_token"], device) == holder.account.login


def test_a_closed_account_renews_nothing(software, holder, cluster):
    body = software.tokens(holder.client)
    with as_owner(cluster), connection.cursor() as cursor:
        cursor.execute(
            "update access.access_account set is_active = false where id = %s", [holder.account.pk]
        )
    assert software.renew(body["refresh_token"])[0] == 400


def test_after_a_leak_the_software_goes_on_with_the_patient_s_card(software, holder, cluster, connect):
    body = software.tokens(holder.client)
    with as_owner(cluster), connection.cursor() as cursor:
        cursor.execute(
            "update access.access_account set renew_since = now() where id = %s", [holder.account.pk]
        )
    status, body = software.renew(body["refresh_token"])
    assert status == 200
    row = connect("owner").execute(
        "select (gate.identify(null, sha256(%s::bytea), %s, '192.0.2.1', now())).card_until = 'infinity'",
        [body["access_token"].encode(), software.device.thumbprint()],
    )
    assert row.fetchone() == (True,)


def test_a_delegate_whose_holder_ended_renews_nothing(software, holder, person, cluster, connect):
    responsible = person()
    with as_owner(cluster), connection.cursor() as cursor:
        cursor.execute(
            "update access.access_account set holder_id = %s where id = %s",
            [responsible.account.pk, holder.account.pk],
        )
    body = software.tokens(holder.client)
    device = software.device.thumbprint()
    assert identified(connect, body["access_token"], device) == holder.account.login
    with as_owner(cluster), connection.cursor() as cursor:
        cursor.execute(
            "update access.access_account set is_active = false where id = %s", [responsible.account.pk]
        )
    assert identified(connect, body["access_token"], device) is None
    assert software.renew(body["refresh_token"])[0] == 400


def test_this_was_not_me_ends_every_software(software, holder, connect):
    body = software.tokens(holder.client)
    holder.client.post("/compte/pas-moi")
    assert identified(connect, body["access_token"], software.device.thumbprint()) is None


# ---------------------------------------------------------------------------- what the database refuses


def test_the_database_gives_no_token_more_than_its_grant(software, holder, person, cluster):
    software.tokens(holder.client)
    grant = Grant.objects.get(account=holder.account)
    hour = timezone.now() + timedelta(hours=1)
    soon = timezone.now() + timedelta(minutes=5)
    for changed in (
        {"assurance": 3},
        {"expires_at": hour},
        {"expires_at": None},
        {"account": person().account},
    ):
        values = {"account": holder.account, "assurance": 2, "expires_at": soon} | changed
        with pytest.raises(DatabaseError, match="no more than its grant"):
            Token.objects.create(grant=grant, label="x", hash=repr(changed).encode(), prefix="rmp_", **values)
    for changed in ({"device": "x"}, {"assurance": 3}, {"expires_at": hour}):
        with pytest.raises(DatabaseError), as_owner(cluster):
            Grant.objects.filter(pk=grant.pk).update(**changed)
    Grant.objects.filter(pk=grant.pk).update(revoked_at=timezone.now())
    with pytest.raises(DatabaseError, match="stays revoked"):
        Grant.objects.filter(pk=grant.pk).update(revoked_at=None)


def test_what_ended_long_ago_is_forgotten(software, holder, connect):
    software.tokens(holder.client)
    worker, owner = connect("worker"), connect("owner")
    used = "select count(*) from access.used_proof where until < now()"
    owner.execute(
        "insert into access.used_proof values (%s, now() - interval '1 hour')",
        [holder.account.login.encode()],
    )
    worker.execute("select access.forget_software()")
    assert owner.execute(used).fetchone()[0] == 0
    assert Token.objects.filter(account=holder.account).count() == 1
