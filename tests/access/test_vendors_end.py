"""The end of what a software was allowed: by whom, of what, and what the database itself refuses."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone

from rempart.access.models import Token
from rempart.access.vendors import grants, registry
from rempart.access.vendors.models import Grant
from tests.access.house import as_owner
from tests.access.software import Software, identified

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
    # Others' proofs may end between the forgetting and the counting.
    used = "select count(*) from access.used_proof where until < now() - interval '1 minute'"
    owner.execute(
        "insert into access.used_proof values (%s, now() - interval '1 hour')",
        [holder.account.login.encode()],
    )
    worker.execute("select access.forget_software()")
    assert owner.execute(used).fetchone()[0] == 0
    assert Token.objects.filter(account=holder.account).count() == 1
