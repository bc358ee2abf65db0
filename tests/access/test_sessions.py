from hashlib import sha256

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone

from rempart.access.models import Session
from rempart.access.open_account import close_account
from tests.access.house import as_owner, browser


def key_of(client) -> str:
    return client.cookies["session"].value


def row_of(client) -> Session:
    return Session.objects.get(session_key=sha256(key_of(client).encode()).hexdigest())


def signed_in(client) -> bool:
    return client.get("/account/second-factor/").status_code == 200


def test_the_table_holds_the_digest_of_the_key_and_never_the_key(person):
    client = person().sign_in()
    assert signed_in(client)
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from access.access_session s where s::text like %s", [f"%{key_of(client)}%"]
        )
        assert cursor.fetchone() == (0,)
    assert row_of(client).assurance == 2


def test_the_contents_of_a_session_are_sealed(person):
    holder = person()
    client = holder.sign_in()
    assert "auth_user" not in row_of(client).session_data
    assert holder.account.login not in row_of(client).session_data


def test_an_ended_session_is_dead_at_the_next_request(person):
    client = person().sign_in()
    assert signed_in(client)
    row_of(client).__class__.objects.filter(pk=row_of(client).pk).update(ended_at=timezone.now())
    assert not signed_in(client)


def test_an_ended_session_is_never_brought_back(person):
    client = person().sign_in()
    key = row_of(client).pk
    Session.objects.filter(pk=key).update(ended_at=timezone.now())
    with pytest.raises(DatabaseError, match="stays ended"):
        Session.objects.filter(pk=key).update(ended_at=None)


def test_assurance_never_rises_under_an_old_key(person):
    client = person(factor=False).sign_in()
    with pytest.raises(DatabaseError, match="new key"):
        Session.objects.filter(pk=row_of(client).pk).update(assurance=2)


def test_the_key_that_a_browser_had_before_sign_in_is_worth_nothing_afterwards(person):
    holder = person()
    victim, attacker = browser(), browser()
    victim.post("/sign-in/", {"login": holder.account.login, "password": holder.password})
    planted = key_of(victim)
    attacker.cookies["session"] = planted
    victim.post("/sign-in/code/", {"code": holder.code()})
    assert signed_in(victim)
    assert key_of(victim) != planted
    assert not signed_in(attacker)
    assert attacker.get("/sign-in/code/").status_code == 302, "nor does a half-done sign-in remain there"


def test_a_key_of_ones_own_choice_is_not_taken(person):
    client = browser()
    client.cookies["session"] = "k" * 32
    person(factor=False).sign_in(client)
    assert key_of(client) != "k" * 32
    assert not Session.objects.filter(pk=sha256(b"k" * 32).hexdigest()).exists()


def test_signing_out_kills_the_key(person):
    client = person().sign_in()
    key = key_of(client)
    client.post("/sign-out/")
    again = browser()
    again.cookies["session"] = key
    assert not signed_in(again)


def test_a_closed_account_is_out_at_once(person, cluster):
    holder = person()
    client = holder.sign_in()
    with as_owner(cluster):
        assert close_account(holder.account) == 1
    assert not signed_in(client)


def test_a_half_done_sign_in_can_be_given_up_for_another_account(person):
    first, second = person(), person(factor=False)
    client = browser()
    client.post("/sign-in/", {"login": first.account.login, "password": first.password})
    client.post("/sign-out/")
    assert client.get("/sign-in/").status_code == 200
    assert signed_in(second.sign_in(client))
