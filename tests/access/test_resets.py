"""A forgotten password: the mailbox alone opens nothing, and no answer tells whether an account exists."""

import json
import re
import time
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.core import mail
from django.db import connection
from django.utils import timezone

from rempart.access import resets, tasks, throttle
from rempart.access.models import Reset, Token
from rempart.vocabulary.words import Profession
from tests.access.house import browser
from tests.access.test_sessions import row_of
from tests.access.test_worker import as_worker

NEW = {"password1": "a quite different passphrase", "password2": "a quite different passphrase"}
LINK = re.compile(r"http://localhost:8000(/reset/word/[^/\s]+/)")


@pytest.fixture
def forgetful(person, connect, cluster, mailoutbox):
    """A person with a mailbox, who forgot the password, and what the mail then says."""

    def make(profession=Profession.PHARMACIST, **how):
        holder = person(profession, **how)
        connect("owner").execute(
            "update access.access_account set email = %s, created_at = now() - interval '9 days' "
            "where id = %s",
            [f"{holder.account.login}@example.org", holder.account.pk],
        )
        holder.account.refresh_from_db()
        return holder

    return make


@pytest.fixture
def asked(forgetful, cluster):
    """A forgetful person and a browser that has opened the mail's address."""

    def make(holder=None, client=None):
        holder = holder or forgetful()
        client = client or browser()
        ask(cluster, client, holder.account.login)
        opened = client.get(links(holder)[-1])
        assert opened.status_code == 302
        return holder, client

    return make


def ask(cluster, client, login, **headers):
    """Ask on the page; then let the worker do what the page left it."""
    jobs = Jobs()
    page = client.post("/reset/", {"login": login}, **headers)
    assert page.status_code == 302
    with as_worker(cluster):
        for note in jobs.new():
            tasks.ask_reset(note)


class Jobs:
    """What the worker has been left since."""

    def __init__(self):
        self.before = {number for number, _ in self._all()}

    def new(self):
        return [args["note"] for number, args in self._all() if number not in self.before]

    def _all(self):
        with connection.cursor() as cursor:
            cursor.execute(
                "select id, args::text from access.procrastinate_jobs where task_name = %s", [resets.ASK]
            )
            return [(number, json.loads(args)) for number, args in cursor.fetchall()]


def links(holder):
    ours = [message for message in mail.outbox if message.to == [holder.account.email]]
    return [found for message in ours for found in LINK.findall(message.body)]


def opens(holder, password):
    holder.account.refresh_from_db()
    return holder.account.check_password(password)


def entries(connect, holder, tag):
    found = connect("owner").execute(
        "select details from journal.entry where account = %s and tag = %s", [holder.account.pk, tag]
    )
    return [details for (details,) in found.fetchall()]


def forget_codes(connect, holder):
    """As if a minute had passed: three codes within one test are more than the clock gives."""
    holder.used = 0
    connect("owner").execute(
        "delete from access.access_totpcounter c using access.mfa_authenticator m "
        "where m.id = c.authenticator_id and m.user_id = %s",
        [holder.account.pk],
    )


# Asking ---------------------------------------------------------------------------------------------


def test_asking_reads_alike_whether_the_account_exists_has_mail_or_is_closed(
    forgetful, person, fresh, connect
):
    reached, silent, closed = forgetful(), person(), forgetful()
    connect("owner").execute(
        "update access.access_account set is_active = false where id = %s", [closed.account.pk]
    )
    seen = set()
    for login in (reached.account.login, silent.account.login, closed.account.login, fresh("nobody")):
        client = browser()
        page = client.post("/reset/", {"login": login})
        after = client.get(page.headers["location"])
        body = re.sub(r'value="[^"]*"', "", after.content.decode())
        headers = tuple(sorted((name, value) for name, value in page.headers.items()))
        seen.add((page.status_code, headers, after.status_code, body))
    assert len(seen) == 1


def test_the_request_sends_no_mail_and_leaves_no_login_readable(forgetful):
    holder, jobs = forgetful(), Jobs()
    browser().post("/reset/", {"login": holder.account.login})
    assert not links(holder)
    (note,) = jobs.new()
    assert holder.account.login not in note


def test_the_host_header_reaches_no_link(forgetful, cluster, settings):
    settings.ALLOWED_HOSTS = ["*"]
    holder = forgetful()
    ask(
        cluster,
        browser(),
        holder.account.login,
        HTTP_HOST="evil.example",
        HTTP_X_FORWARDED_HOST="evil.example",
    )
    (message,) = [one for one in mail.outbox if one.to == [holder.account.email]]
    assert "evil" not in message.body + message.alternatives[0].content
    assert len(links(holder)) == 1


def test_three_mails_an_hour_and_the_rest_are_answered_alike(forgetful, cluster):
    holder = forgetful()
    for _ in range(6):
        ask(cluster, browser(), holder.account.login)
    assert len(links(holder)) == resets.AN_HOUR
    client = browser()
    assert client.get(links(holder)[0]).status_code == 302, "the owner uses whichever came"


def test_one_network_that_asks_without_end_is_answered_alike_and_forgotten(db, fresh):
    client, jobs = browser(), Jobs()
    for _ in range(throttle.RESETS_OF_NETWORK.failures + 15):
        assert client.post("/reset/", {"login": fresh("nobody")}).status_code == 302
    assert len(jobs.new()) == throttle.RESETS_OF_NETWORK.failures


def test_nobody_gets_no_reset_and_a_silent_mail_server_costs_no_request(
    forgetful, cluster, monkeypatch, fresh
):
    ask(cluster, browser(), fresh("nobody"))
    holder = forgetful()

    def silent(*_, **__):
        raise OSError

    with monkeypatch.context() as broken:
        broken.setattr("django.core.mail.message.EmailMessage.send", silent)
        ask(cluster, browser(), holder.account.login)
    assert not Reset.objects.filter(account=holder.account).exists()


# Proving --------------------------------------------------------------------------------------------


def test_the_mail_alone_chooses_no_password(asked):
    holder, client = asked()
    assert client.get("/reset/choose/").status_code == 200
    for code in ("", "000000", "abcdef", "12345678"):
        page = client.post("/reset/choose/", NEW | {"code": code})
        assert page.status_code == 200
    assert opens(holder, holder.password)
    assert not opens(holder, NEW["password1"])


def test_the_mail_and_a_code_do_and_everything_open_ends(asked, connect, cluster):
    holder, client = asked()
    before = holder.sign_in()
    Token.objects.create(
        account=holder.account, label="logiciel", hash=holder.account.login.encode(), prefix="rmp_"
    )
    page = client.post("/reset/choose/", NEW | {"code": holder.code()})
    assert page.headers["location"] == "/sign-in/"
    assert opens(holder, NEW["password1"])
    assert row_of(before).ended_at
    assert not Token.objects.filter(account=holder.account, revoked_at=None).exists()
    assert holder.account.card_reason == "reset"
    assert holder.account.card_until > timezone.now() + timedelta(hours=47)
    (done,) = entries(connect, holder, "access:reset:done")
    assert done == {"proof": "code", "tokens": 1, "sessions": 1}
    forget_codes(connect, holder)
    holder.password = NEW["password1"]
    assert row_of(holder.sign_in(browser())).assurance == 2, "the factor is the same as before"


def test_a_link_serves_once_and_a_newer_password_voids_the_others(asked, cluster):
    holder, client = asked()
    ask(cluster, browser(), holder.account.login)
    first, second = links(holder)
    assert client.post("/reset/choose/", NEW | {"code": holder.code()}).status_code == 302
    for link in (first, second):
        assert browser().get(link).status_code == 410


def test_a_link_is_too_old_after_half_an_hour(asked, connect):
    holder, client = asked()
    connect("owner").execute(
        "update access.access_reset set expires_at = now() where account_id = %s", [holder.account.pk]
    )
    assert client.post("/reset/choose/", NEW | {"code": holder.code()}).status_code == 410
    assert opens(holder, holder.password)


def test_a_recovery_code_does_once(asked, cluster):
    holder, client = asked()
    codes = Authenticator.objects.get(user=holder.account, type="recovery_codes").wrap().get_unused_codes()
    assert client.post("/reset/choose/", NEW | {"code": codes[0]}).status_code == 302
    _, again = asked(holder)
    assert again.post("/reset/choose/", NEW | {"code": codes[0]}).status_code == 200


def test_a_weak_password_spends_no_code(asked):
    holder, client = asked()
    code = holder.code()
    weak = client.post("/reset/choose/", {"password1": "short", "password2": "short", "code": code})
    assert weak.status_code == 200
    assert client.post("/reset/choose/", NEW | {"code": code}).status_code == 302


def test_guessing_codes_behind_the_mail_is_counted(asked):
    holder, client = asked()
    for _ in range(throttle.CODES_OF_STRANGERS.failures):
        client.post("/reset/choose/", NEW | {"code": "000000"})
    page = client.post("/reset/choose/", NEW | {"code": holder.code()})
    assert page.status_code == 200
    assert "Trop d’essais" in page.content.decode()
    assert opens(holder, holder.password)


def test_an_account_without_a_factor_is_not_reset_by_its_mailbox(asked, forgetful):
    holder, client = asked(forgetful(factor=False))
    assert client.post("/reset/choose/", NEW | {"code": "000000"}).status_code == 200
    assert opens(holder, holder.password)


def test_what_is_no_passkey_at_all_proves_nothing(asked):
    holder, client = asked()
    assert client.post("/reset/passkey/options/").json()["publicKey"]["challenge"]
    for answer in ("", "{}", "null", '{"id": "x", "response": {}}', "x" * 40_000):
        assert client.post("/reset/passkey/", {"credential": answer}).status_code == 302
    assert client.post("/reset/choose/", NEW).status_code == 200
    assert opens(holder, holder.password)


def test_another_signed_in_account_proves_nothing(asked, person):
    other = person()
    other.sign_in()
    holder, client = asked(client=other.client)
    assert client.post("/reset/choose/", NEW).status_code == 200
    assert opens(holder, holder.password)


def test_the_card_needs_no_mail_once_it_was_asked(forgetful, cluster, connect):
    holder = forgetful()
    client = holder.sign_in(browser())
    ask(cluster, browser(), holder.account.login)
    by_card(client)
    page = client.post("/reset/choose/", NEW)
    assert page.status_code == 302
    assert entries(connect, holder, "access:reset:done")[0]["proof"] == "card"
    assert opens(holder, NEW["password1"])


def test_a_second_factor_session_is_no_card(forgetful, cluster):
    holder = forgetful()
    client = holder.sign_in(browser())
    ask(cluster, browser(), holder.account.login)
    assert client.post("/reset/choose/", NEW).status_code == 410


def by_card(client):
    """As a sign-in with the card leaves the session: another key, level 3, a fresh record."""
    session = client.session
    session["account_authentication_methods"] = [{"method": "card", "at": time.time()}]
    session.facts = session.place or session.facts
    session.assurance = 3
    session.cycle_key()
    client.cookies["session"] = session.session_key


# Stopping -------------------------------------------------------------------------------------------


def test_the_owner_stops_it_from_a_signed_in_device(asked, connect):
    holder, client = asked()
    mine = holder.sign_in()
    assert mine.post("/compte/reinitialisation/arreter").status_code == 302
    assert client.post("/reset/choose/", NEW | {"code": holder.code()}).status_code == 410
    assert entries(connect, holder, "access:reset:stopped") == [{"stopped": 1}]


def test_whoever_reads_the_mail_stops_it_without_any_proof(asked):
    holder, client = asked()
    assert client.post("/reset/stop/").status_code == 200
    assert client.get("/reset/choose/").status_code == 410
    assert opens(holder, holder.password)
