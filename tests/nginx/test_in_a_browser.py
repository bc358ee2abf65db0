"""Chromium with a card in its reader: cookies hold on both ports, no policy is broken, axe is content."""

import re
import shutil
from collections.abc import Iterator

import psycopg
import pytest
from django.db import connections

from rempart.database.connect import dsn
from tests.nginx.conftest import practitioner

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(
        shutil.which("chromium") is None, reason="no Chromium on this machine: apt-get install chromium"
    ),
]


@pytest.fixture(scope="module")
def people(cluster, place, django_db_blocker):
    """One with an account, one with three. Before the browser: it keeps an event loop in this thread."""
    with psycopg.connect(dsn("owner", cluster), autocommit=True) as owner, django_db_blocker.unblock():
        made = practitioner(cluster, owner), practitioner(cluster, owner, accounts=3)
        connections.close_all()
        return made


@pytest.fixture(scope="module")
def chromium(people) -> Iterator[object]:
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  # only where there is a browser

    from tests.browser.conftest import _FLAGS  # noqa: PLC0415

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=_FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def reader(place, chromium):
    """`reader(card)`: a page of a browser with that card in its reader, or none."""
    opened = []

    def put(card=None, **how):
        certificates = []
        if card:
            certificate, key = card.write(place.folder / "readers", "browser")
            certificates = [{"origin": place.card_url, "certPath": certificate, "keyPath": key}]
        context = chromium.new_context(
            ignore_https_errors=True, client_certificates=certificates, locale="fr-FR", **how
        )
        context.set_default_timeout(15_000)
        opened.append(context)
        page = context.new_page()
        page.faults = []
        page.on("console", lambda said: page.faults.append(said.text) if said.type == "error" else None)
        return page

    yield put
    for context in opened:
        context.close()


def test_from_the_sign_in_page_by_card_to_where_one_was(place, people, reader, sessions):
    person = people[0]
    page = reader(place.issuers.cards.card(person.national_id))
    page.goto(place.url + "/account/second-factor/")
    page.get_by_role("link", name="Ma carte de professionnel").click()
    page.wait_for_url(re.compile(re.escape(place.card_url)))
    page.get_by_role("button", name="Pharmacie de l’Exemple").or_(
        page.get_by_role("button", name="Pharmacie de l'Exemple")
    ).click()
    page.wait_for_url(place.url + "/account/second-factor/")
    assert sessions(person.holder.account.pk) == [3]
    assert page.faults == []


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_cards_pages_are_accessible_and_fit_a_phone(place, people, reader, language):
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415

    person = people[1]
    for card in (place.issuers.cards.card(person.national_id), place.issuers.cards.card("8123"), None):
        page = reader(card, viewport={"width": 360, "height": 740})
        page.context.add_cookies([{"name": "__Host-language", "value": language, "url": place.url}])
        page.goto(place.card_url + "/sign-in/card/")
        assert page.locator("html").get_attribute("lang") == language
        wide = page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
        assert not wide
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
