"""A forgotten password in a real Chromium: by code, by passkey, stopped; every page without a violation."""

import secrets
from hashlib import sha256

import psycopg
import pytest

from rempart.database.connect import dsn
from tests.browser.test_accessible import violations
from tests.browser.test_passkeys import workstation  # noqa: F401  # a fixture

CHOSEN = "a quite different passphrase"


@pytest.fixture
def mailed(served):
    """The address that a mail to this person would hold, as the worker makes it."""

    def make(person) -> str:
        word = secrets.token_urlsafe(24)
        with psycopg.connect(dsn("owner", served.data_dir), autocommit=True) as owner:
            owner.execute(
                "insert into access.access_reset (digest, account_id, expires_at) "
                "values (%s, %s, now() + interval '30 minutes')",
                [sha256(word.encode()).digest(), person.account.pk],
            )
        return f"/reset/word/{word}/"

    return make


def hash_of(served, person) -> str:
    with psycopg.connect(dsn("owner", served.data_dir)) as owner:
        row = owner.execute("select password from access.access_account where id = %s", [person.account.pk])
        return row.fetchone()[0]


def choose(page) -> None:
    page.fill("[name=password1]", CHOSEN)
    page.fill("[name=password2]", CHOSEN)
    page.click("button:has-text('Choisir ce mot de passe')")


def test_by_code_and_not_without(served, open_as, mailed):
    person, page = served.keyholders[6], open_as()
    before = hash_of(served, person)
    page.goto(mailed(person))
    assert "/reset/choose/" in page.url, "the word has left the address"
    page.click("details.more summary")
    assert violations(page) == []
    choose(page)
    page.wait_for_selector("#id_code_wrong")
    assert violations(page) == []
    assert hash_of(served, person) == before
    page.fill("[name=code]", person.code())
    choose(page)
    page.wait_for_url("**/sign-in/")
    assert hash_of(served, person) != before
    person.password = CHOSEN


def test_by_passkey(served, workstation, mailed):  # noqa: F811
    person, at = served.keyholders[7], workstation()
    at.sign_in(person)
    at.enrol()
    at.sign_out()
    before = hash_of(served, person)
    at.page.goto(mailed(person))
    at.verifies(verified=False)
    at.page.click("button:has-text('Prouver par ma clé')")
    at.page.wait_for_selector(".passkey .wrong:not([hidden])")
    at.verifies(verified=True)
    at.page.click("button:has-text('Prouver par ma clé')")
    at.page.wait_for_selector(".note.yes")
    assert violations(at.page) == []
    assert not at.page.query_selector("[name=code]")
    choose(at.page)
    at.page.wait_for_url("**/sign-in/")
    assert hash_of(served, person) != before
    person.password = CHOSEN


def test_an_account_without_a_passkey_is_asked_for_none(served, open_as, mailed):
    page = open_as(base_url=served.url.replace("127.0.0.1", "localhost"))
    page.goto(mailed(served.keyholders[6]))
    assert not page.query_selector(".passkey")


def test_whoever_reads_the_mail_stops_it(served, open_as, mailed):
    person, page = served.keyholders[6], open_as()
    link = mailed(person)
    page.goto(link)
    page.click("button:has-text('arrêter')")
    page.wait_for_selector("text=La demande est arrêtée")
    assert violations(page) == []
    page.goto(link)
    page.wait_for_selector("text=ne vaut plus rien")
    assert violations(page) == []
