"""A leaked password in a real browser: the page that says so, the proof asked again, and back to work."""

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.browser.test_accessible import violations

RENEW = "/account/renew/"


@pytest.fixture
def leaked(served, cluster, django_db_setup, django_db_blocker, fresh):
    """`leaked()`: somebody whose password must be renewed, as after a look-up that found it."""
    from rempart.access import renewal  # noqa: PLC0415  # needs Django, which is set up later
    from tests.access.house import as_owner, open_person  # noqa: PLC0415

    def make(factor):
        with django_db_blocker.unblock():
            person = open_person(cluster, fresh(f"fuite-{os.getpid()}"), factor=factor)
            with as_owner(cluster):
                renewal.ask(person.account, "leaked_password")
        return person

    # A thread of its own: in this one the browser's driver keeps a loop running, which Django refuses.
    with ThreadPoolExecutor(1) as beside:
        yield lambda *, factor=True: beside.submit(make, factor).result()


def sign_in(page, person):
    page.goto("/sign-in/")
    page.fill("[name=login]", person.account.login)
    page.fill("[name=password]", person.password)
    page.keyboard.press("Enter")
    if person.secret:
        page.fill("[name=code]", person.code())
        page.keyboard.press("Enter")
    page.wait_for_url(f"**{RENEW}")


@pytest.mark.parametrize("locale", ["fr-FR", "en-GB"])
def test_by_keyboard_alone_a_new_password_leads_back_to_work(leaked, open_as, locale):
    page = open_as(locale=locale, viewport={"width": 390, "height": 844})
    sign_in(page, leaked())
    assert violations(page) == []
    page.focus("[name=password1]")
    page.keyboard.type("short")
    page.keyboard.press("Tab")
    page.keyboard.type("short")
    page.keyboard.press("Enter")
    page.wait_for_selector(".wrong")
    assert violations(page) == []
    page.fill("[name=password1]", "nobody ever wrote this one down")
    page.fill("[name=password2]", "nobody ever wrote this one down")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-nir]")


def test_whoever_has_no_other_proof_is_told_whom_to_call(leaked, open_as):
    page = open_as()
    sign_in(page, leaked(factor=False))
    assert violations(page) == []
    assert page.query_selector("[name=password1]") is None
    page.goto("/")
    assert page.url.endswith(RENEW)
