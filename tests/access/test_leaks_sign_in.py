"""A leaked password opens one page, and only a factor that did not leak with it opens the form there."""

import hashlib
import re
import time

import pytest

from rempart.access import renewal
from rempart.access.leaks.passwords import FOLDER
from rempart.access.leaks.writing import import_corpus, remove_corpus
from rempart.access.models import Account, Notice
from tests.access.house import as_owner, browser
from tests.access.test_sessions import row_of

NEW = "nobody ever wrote this one down"
RENEW = "/account/renew/"


@pytest.fixture
def leak(cluster, fresh, tmp_path):
    """`leak("a password", …)`: a corpus that holds these, until the end of the test."""
    made = []

    def add(*passwords):
        name = fresh("leak")
        digests = sorted(hashlib.sha1(word.encode(), usedforsecurity=False).hexdigest() for word in passwords)
        text = "".join(f"{digest.upper()}:3\r\n" for digest in digests)
        (tmp_path / name).write_text(text)
        with (tmp_path / name).open("rb") as file:
            import_corpus(file, cluster / FOLDER, name, lambda *_: None)
        made.append(name)

    yield add
    for name in made:
        remove_corpus(cluster / FOLDER, name)


@pytest.fixture
def leaked(person, leak, fresh, cluster):
    """`leaked()`: a person whose password is in a corpus; the others' of the run is not."""

    def make(*, factor=True):
        holder = person(factor=factor)
        holder.password = fresh("leaked long password")
        with as_owner(cluster):
            holder.account.set_password(holder.password)
            holder.account.save(update_fields=["password"])
        leak(holder.password)
        return holder

    return make


def now(holder) -> Account:
    return Account.objects.get(pk=holder.account.pk)


def renews(client, password=NEW) -> bool:
    answer = client.post(RENEW, {"password1": password, "password2": password})
    return answer.status_code == 302 and answer["Location"] == "/"


def entries(connect, holder, tag):
    return (
        connect("owner")
        .execute("select reason from journal.entry where account = %s and tag = %s", [holder.account.pk, tag])
        .fetchall()
    )


def test_a_leaked_password_leads_to_the_page_that_says_so_and_a_new_one_back_to_level_two(leaked, connect):
    holder = leaked()
    client = holder.sign_in()
    assert row_of(client).assurance == 1
    assert client.get("/")["Location"] == RENEW
    page = client.get(RENEW).content.decode()
    assert "fuite de données publiée" in page
    assert 'name="password1"' in page
    before = client.cookies["session"].value
    assert renews(client)
    assert client.cookies["session"].value != before
    assert row_of(client).assurance == 2
    assert client.get("/compte").status_code == 200
    assert now(holder).renew_since is None
    assert entries(connect, holder, "access:password:renewal_asked") == [("leaked_password",)]
    assert len(entries(connect, holder, "access:password:changed")) == 1
    assert Notice.objects.filter(account=holder.account, kind="access:password:renewal_asked").count() == 1
    holder.password = NEW
    assert row_of(holder.sign_in(browser())).assurance == 2


def test_another_sign_in_with_it_is_not_told_again(leaked, connect):
    holder = leaked()
    holder.sign_in()
    holder.sign_in(browser())
    assert len(entries(connect, holder, "access:password:renewal_asked")) == 1


def test_the_password_alone_renews_nothing(leaked):
    holder = leaked()
    client = browser()
    client.post("/sign-in/", {"login": holder.account.login, "password": holder.password})
    assert client.get(RENEW).status_code == 302
    assert client.post(RENEW, {"password1": NEW, "password2": NEW})["Location"].startswith("/sign-in/")
    assert now(holder).check_password(holder.password)


def test_without_a_second_factor_the_page_names_the_ways_and_takes_no_password(leaked):
    holder = leaked(factor=False)
    client = holder.sign_in()
    page = client.get(RENEW).content.decode()
    assert "Pro Santé Connect" in page
    assert 'name="password1"' not in page
    client.post("/account/confirm/", {"password": holder.password})
    assert not renews(client)
    assert now(holder).check_password(holder.password)


def test_whoever_has_the_password_alone_adds_no_factor_to_renew_it_with(leaked):
    client = leaked(factor=False).sign_in()
    for page in ("/account/second-factor/activate/", "/account/second-factor/", "/account/password/"):
        assert client.get(page)["Location"] == RENEW
        assert client.post(page, {"code": "000000"})["Location"] == RENEW


def test_the_proof_must_be_fresh_and_may_be_given_again(leaked, settings):
    holder = leaked()
    client = holder.sign_in()
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 0
    time.sleep(0.01)
    assert not renews(client)
    page = client.get(RENEW).content.decode()
    assert 'name="password1"' not in page
    (link,) = re.findall(r'href="(/account/confirm/how/[^"]+)"', page)
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 300
    assert 'name="code"' in client.get(link).content.decode()
    back = client.post("/account/confirm/code/", {"code": holder.code(), "next": RENEW})
    assert back["Location"] == RENEW
    assert renews(client)


@pytest.mark.parametrize("way", ["the same", "leaked", "short", "different"])
def test_what_is_no_better_is_not_taken(leaked, leak, way):
    holder = leaked()
    client = holder.sign_in()
    leak("another password that leaked")
    first, second, said = {
        "the same": (holder.password, holder.password, "mot de passe actuel"),
        "leaked": ("another password that leaked",) * 2 + ("fuite de données publiée",),
        "short": ("short", "short", "trop court"),
        "different": (NEW, NEW + "r", "diffèrent"),
    }[way]
    answer = client.post(RENEW, {"password1": first, "password2": second})
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert now(holder).renew_since


def test_a_session_open_elsewhere_is_held_too_and_ends_with_the_renewal(leaked, cluster):
    holder = leaked()
    here, there = holder.client, browser()
    with as_owner(cluster):
        renewal.ask(holder.account, "leaked_mailbox")
    holder.sign_in(there)
    holder.sign_in(here)
    assert there.get("/consultations")["Location"] == RENEW
    assert there.get("/consultations", HTTP_HX_REQUEST="true")["HX-Redirect"] == RENEW
    assert renews(here)
    assert row_of(there).ended_at


def test_a_mailbox_is_named_as_what_leaked(person, cluster):
    holder = person()
    with as_owner(cluster):
        renewal.ask(holder.account, "leaked_mailbox")
    client = holder.sign_in()
    assert row_of(client).assurance == 1
    assert "fuite de messageries" in client.get(RENEW).content.decode()
    assert renews(client)
    assert row_of(client).assurance == 2


def test_nothing_is_asked_of_an_account_that_need_not_renew(person):
    client = person().sign_in()
    assert client.get(RENEW)["Location"] == "/"
    assert not renews(client, NEW) or client.get("/compte").status_code == 200


def test_a_leaked_password_is_not_chosen(person, leak):
    holder = person()
    client = holder.sign_in()
    leak("a long one that leaked")
    chosen = {"password1": "a long one that leaked", "password2": "a long one that leaked"}
    answer = client.post("/account/password/", {"oldpassword": holder.password} | chosen)
    assert answer.status_code == 200
    assert "fuite de données publiée" in answer.content.decode()


def test_the_web_role_ends_no_renewal_by_itself(leaked, connect):
    holder = leaked()
    holder.sign_in()
    web = connect("web")
    with pytest.raises(Exception, match="permission denied"):
        web.execute("update access.access_account set renew_since = null where id = %s", [holder.account.pk])
    same = now(holder).password
    assert web.execute("select access.renew_password(%s, %s)", [holder.account.pk, same]).fetchone() == (
        False,
    )
    assert now(holder).renew_since
