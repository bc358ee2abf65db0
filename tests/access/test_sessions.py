from hashlib import sha256

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone

from rempart.access.models import Session


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
