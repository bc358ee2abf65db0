import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from rempart.access import factors
from tests.access.house import browser


def half_way(holder):
    client = browser()
    client.post("/sign-in/", {"login": holder.account.login, "password": holder.password})
    return client


def enters(client, code) -> bool:
    return client.post("/sign-in/code/", {"code": code}).status_code == 302


def test_a_code_opens_one_session_and_no_second(person):
    holder = person()
    code = holder.code()
    assert enters(half_way(holder), code)
    assert not enters(half_way(holder), code)


def test_a_code_is_not_taken_again_31_seconds_later_while_its_window_still_holds(person, monkeypatch):
    holder = person()
    now = time.time() // 30 * 30 + 1
    monkeypatch.setattr("rempart.access.factors.time.time", lambda: now)
    code = holder.code(at=now)
    assert enters(half_way(holder), code)
    monkeypatch.setattr("rempart.access.factors.time.time", lambda: now + 31)
    assert factors.matching_steps(holder.secret, code, now + 31), "else this proves nothing"
    assert not enters(half_way(holder), code)


def test_an_older_code_is_refused_after_a_newer_one(person, monkeypatch):
    holder = person()
    now = time.time() // 30 * 30 + 1
    monkeypatch.setattr("rempart.access.factors.time.time", lambda: now)
    earlier = holder.code(at=now)
    assert enters(half_way(holder), holder.code(at=now + 30))
    assert not enters(half_way(holder), earlier)


def test_sixteen_threads_with_one_code_open_one_session(person):
    holder = person()
    code = holder.code()
    together = threading.Barrier(16)

    def take(_) -> bool:
        try:
            together.wait()
            return factors.take_code(holder.account, code) is not None
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(take, range(16))) == 1


@pytest.mark.parametrize("typed", ["", "12345", "abcdef", "１２３４５６", "0000000", "é" * 6])
def test_what_is_no_code_is_refused_without_an_error(person, typed):
    assert not enters(half_way(person()), typed)


def test_the_secret_does_not_stand_in_the_database(person):
    holder = person()
    with connection.cursor() as cursor:
        cursor.execute(
            "select data::text from access.mfa_authenticator where user_id = %s", [holder.account.pk]
        )
        stored = " ".join(row[0] for row in cursor.fetchall())
    assert "secret" in stored
    assert holder.secret not in stored


def test_password_alone_signs_nobody_in(person):
    client = half_way(person())
    assert client.get("/account/second-factor/").status_code == 302


def test_codes_guessed_from_many_networks_are_counted_together_and_the_owners_device_apart(person):
    holder = person()
    holder.sign_in()
    known = holder.client
    wrong = "000000"
    for _ in range(10):
        assert not enters(half_way(holder), wrong)
    stranger = half_way(holder)
    assert not enters(stranger, holder.code())
    holder.used -= 1  # refused unread: it is still good
    known.post("/sign-out/")
    assert holder.sign_in(known).get("/account/second-factor/").status_code == 200


def test_a_secret_that_cannot_be_opened_is_a_refusal_and_a_line_in_the_log(person, settings, caplog):
    holder = person()
    client = half_way(holder)
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("rempart.access.adapter._PURPOSE", "another")
        assert not enters(client, holder.code())
    assert "REMPART_SECRET_KEY_FALLBACKS" in caplog.text
