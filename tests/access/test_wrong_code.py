"""Whoever has the right password and no code: the owner hears of it at the first wrong code."""

from rempart.access.models import Notice
from tests.access.house import browser


def told(person):
    return [row.details.get("reason") for row in Notice.objects.filter(account=person.account).order_by("pk")]


def wrong_code(client, person, times):
    client.post("/sign-in/", {"login": person.account.login, "password": person.password})
    for _ in range(times):
        assert client.post("/sign-in/code/", {"code": "000000"}).status_code == 200


def test_the_first_wrong_code_from_an_unknown_device_is_told_and_the_next_are_not(person):
    holder = person()
    wrong_code(browser(), holder, 1)
    assert told(holder) == ["wrong_code"]
    wrong_code(browser(), holder, 2)
    assert told(holder) == ["wrong_code"]


def test_the_owners_own_slip_is_told_to_nobody(person):
    holder = person()
    client = holder.sign_in()
    client.post("/sign-out/")
    wrong_code(client, holder, 2)
    assert told(holder) == []


def test_a_wrong_password_is_no_news_yet(person):
    holder = person()
    browser().post("/sign-in/", {"login": holder.account.login, "password": "wrong"})
    assert told(holder) == []
