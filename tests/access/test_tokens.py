from datetime import timedelta
from hashlib import sha256

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection
from django.utils import timezone

from rempart.access import tokens
from rempart.access.models import Notice, Token
from rempart.access.sessions import SessionStore


@pytest.fixture
def request_of(rf):
    def make(holder, assurance=2):
        request = rf.post("/", REMOTE_ADDR="192.0.2.1")
        request.user, request.session = holder.account, SessionStore()
        request.session.assurance = assurance
        return request

    return make


def test_a_token_is_shown_once_and_only_its_digest_is_kept(person, request_of):
    holder = person()
    text = tokens.create(request_of(holder), holder.account, "Logiciel d'officine")
    assert text.startswith("rmp_")
    assert len(text) == 47
    row = Token.objects.get(account=holder.account)
    assert bytes(row.hash) == sha256(text.encode()).digest()
    with connection.cursor() as cursor:
        cursor.execute("select t::text from access.access_token t where id = %s", [row.pk])
        assert text not in cursor.fetchone()[0]
    assert [line.label for line in tokens.of_account(holder.account)] == ["Logiciel d'officine"]


def test_a_half_signed_in_session_creates_none(person, request_of):
    holder = person()
    with pytest.raises(PermissionDenied):
        tokens.create(request_of(holder, assurance=1), holder.account, "x")


def test_nobody_creates_one_for_another_account(person, request_of):
    with pytest.raises(PermissionDenied):
        tokens.create(request_of(person()), person().account, "x")


def test_a_revoked_token_is_gone_at_once_and_stays_so(person, request_of):
    holder, other = person(), person()
    tokens.create(request_of(holder), holder.account, "x")
    token = tokens.of_account(holder.account)[0].id
    assert not tokens.revoke(request_of(other), other.account, token), "it is not theirs"
    assert tokens.revoke(request_of(holder), holder.account, token)
    assert not tokens.revoke(request_of(holder), holder.account, token)
    assert tokens.of_account(holder.account) == []
    with pytest.raises(DatabaseError, match="stays revoked"):
        Token.objects.filter(pk=token).update(revoked_at=None)


def test_an_expired_token_is_not_listed(person, request_of):
    holder = person()
    tokens.create(request_of(holder), holder.account, "x", expires_at=timezone.now())
    assert tokens.of_account(holder.account) == []


def test_creation_and_revocation_are_journaled_without_the_token(person, request_of, connect):
    holder = person()
    text = tokens.create(request_of(holder), holder.account, "x")
    tokens.revoke(request_of(holder), holder.account, tokens.of_account(holder.account)[0].id)
    entries = (
        connect("owner")
        .execute(
            "select tag, e::text from journal.entry e "
            "where account = %s and tag like 'access:token:%%' order by seq",
            [holder.account.pk],
        )
        .fetchall()
    )
    assert [tag for tag, _ in entries] == ["access:token:created", "access:token:revoked"]
    assert all(text not in entry for _, entry in entries)


def test_a_device_never_seen_makes_no_token_that_outlives_the_card_s_48_hours(person, request_of):
    holder = person()
    request = request_of(holder)
    request.session.card_until = timezone.now() + timedelta(hours=1)
    with pytest.raises(PermissionDenied):
        tokens.create(request, holder.account, "x")
    request.session.card_until = timezone.now()
    assert tokens.create(request, holder.account, "x")


def test_the_holder_is_told_of_a_new_token(person, request_of):
    holder = person()
    tokens.create(request_of(holder), holder.account, "Officine 12")
    notice = Notice.objects.get(account=holder.account, kind="access:token:created")
    assert notice.details["label"] == "Officine 12"
