"""Vendors' software: from the holder's yes to a token, and everything that is not a yes."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone
from joserfc.jwk import ECKey

from rempart.access.models import Notice, Token
from rempart.access.vendors.models import Grant
from tests.access.house import as_owner, browser
from tests.access.software import ISSUER, TOKEN_URL, Software, answer, identified


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
