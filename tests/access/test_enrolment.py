import re
import time
from datetime import timedelta

from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.utils import timezone

from rempart.access.models import Account
from tests.access.house import browser
from tests.access.test_sessions import key_of, row_of


def enrol(holder) -> str:
    """Add a second factor in pages; returns the code that was typed."""
    client = holder.client
    page = client.get("/account/second-factor/activate/")
    assert page.status_code == 200
    holder.secret = page.context["form"].secret
    code = format_hotp_value(hotp_value(holder.secret, int(time.time()) // 30))
    holder.used = int(time.time()) // 30
    page = client.post("/account/second-factor/activate/", {"code": code})
    assert page.status_code == 302, page.content.decode()
    return code


def test_an_account_without_a_factor_reaches_its_own_pages_only(person):
    client = person(factor=False).sign_in()
    assert client.get("/account/second-factor/activate/").status_code == 200
    answer = client.get("/account/recovery-codes/")
    assert (answer.status_code, answer["Location"]) == (302, "/account/second-factor/activate/")


def test_enrolling_a_factor_raises_the_session_under_a_new_key_and_kills_the_old_one(person):
    holder = person(factor=False)
    holder.sign_in()
    before = key_of(holder.client)
    enrol(holder)
    assert key_of(holder.client) != before
    assert row_of(holder.client).assurance == 2
    fixed = browser()
    fixed.cookies["session"] = before
    assert fixed.get("/account/second-factor/").status_code == 302


def test_the_set_up_code_opens_no_session_afterwards(person):
    holder = person(factor=False)
    holder.sign_in()
    code = enrol(holder)
    other = browser()
    other.post("/sign-in/", {"login": holder.account.login, "password": holder.password})
    assert other.post("/sign-in/code/", {"code": code}).status_code == 200


def test_a_new_factor_asks_for_the_card_for_48_hours_and_the_web_cannot_shorten_it(person):
    holder = person(factor=False)
    holder.sign_in()
    enrol(holder)
    until = Account.objects.get(pk=holder.account.pk).card_until
    assert until - timezone.now() > timedelta(hours=47)


def test_the_recovery_codes_are_shown_once_and_each_opens_one_session(person):
    holder = person(factor=False)
    holder.sign_in()
    enrol(holder)
    shown = holder.client.get("/account/recovery-codes/").context["unused_codes"]
    assert len(shown) == 10
    assert all(re.fullmatch(r"\d{8}", code) for code in shown)
    assert holder.client.get("/account/recovery-codes/").context["unused_codes"] != shown
    for expected in (302, 200):
        other = browser()
        other.post("/sign-in/", {"login": holder.account.login, "password": holder.password})
        assert other.post("/sign-in/code/", {"code": shown[0]}).status_code == expected


def test_removing_the_factor_needs_a_fresh_code_and_lowers_the_session(person):
    holder = person()
    client = holder.sign_in()
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 3600
    session["account_authentication_methods"] = session["account_authentication_methods"]
    session.save()
    answer = client.post("/account/second-factor/remove/")
    assert answer["Location"].startswith("/account/confirm/code/")
    refused = client.get("/account/confirm/")
    assert refused["Location"].startswith("/account/confirm/code/"), "a stolen password confirms nothing"
    client.post("/account/confirm/code/?next=/account/second-factor/remove/", {"code": holder.code()})
    client.post("/account/second-factor/remove/")
    assert row_of(client).assurance == 1


def test_the_latest_sign_in_is_fresh_enough_to_remove_the_factor(person):
    client = person().sign_in()
    before = key_of(client)
    assert client.post("/account/second-factor/remove/").status_code == 302
    assert row_of(client).assurance == 1
    assert key_of(client) != before


def test_enrolment_ends_the_accounts_other_sessions(person):
    holder = person(factor=False)
    thief = holder.sign_in(browser())
    holder.sign_in()
    enrol(holder)
    assert row_of(thief).ended_at <= timezone.now()
