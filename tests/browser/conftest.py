"""A site served over loopback, and a real Chromium that reports each breach of the security policy."""

import os
import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from rempart.database.connect import dsn
from rempart.vocabulary.words import Profession

_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_LISTEN = """
window.breaches = [];
document.addEventListener("securitypolicyviolation", (event) => {
  const { violatedDirective, blockedURI, sourceFile, lineNumber } = event;
  window.breaches.push(`${violatedDirective} ${blockedURI} ${sourceFile}:${lineNumber}`);
});
"""
PEOPLE = {
    "pharmacie": Profession.PHARMACIST,
    "optique": Profession.OPTICIAN,
    "exploitation": Profession.OPERATOR,
    "dpo": Profession.DPO,
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here drives a browser; without one it is skipped, and says so."""
    here = Path(__file__).parent
    missing = shutil.which("chromium") is None
    for item in items:
        if item.path.parent == here:
            item.add_marker(pytest.mark.browser)
            if missing:
                item.add_marker(
                    pytest.mark.skip(reason="no Chromium on this machine: apt-get install chromium")
                )


@pytest.fixture(scope="session")
def served(cluster: Path, django_db_setup: None, django_db_blocker) -> Iterator[object]:
    """The site with its web process, people who may sign in, and some life in the journal."""
    from tests.access.house import open_person  # noqa: PLC0415  # needs Django, which is set up later
    from tests.portal import site as sites  # noqa: PLC0415

    with psycopg.connect(dsn("owner", cluster), autocommit=True) as owner, django_db_blocker.unblock():
        port = _free_port()
        made = sites.build(cluster, owner, "browser.sock", f"http://127.0.0.1:{port}")
        for login, profession in PEOPLE.items():
            made.people[login] = made.account(profession, f"{login}-{os.getpid()}")
        _give_a_team(owner, made.people["pharmacie"].account.pk)
        made.write_demo()
        made.newcomer = open_person(cluster, f"nouveau-{os.getpid()}", factor=False)
        made.keyholders = [open_person(cluster, f"poste-{n}-{os.getpid()}") for n in range(1, 10)]
        _live_a_little(made)
        made.serve(port, os.environ["REMPART_SECRET_KEY"])
        try:
            yield made
        finally:
            made.stop()


def _give_a_team(owner, account: int) -> None:
    """The pharmacist is a holder: a professional of the directory, with somebody who works under them."""
    owner.execute(
        "with p as (insert into access.access_professional (rpps, profession)"
        " values ('holder-' || %s::text, 'pharmacist') returning id)"
        " update access.access_account set professional_id = p.id from p where access_account.id = %s",
        [account, account],
    )
    login = f"preparatrice-{os.getpid()}"
    owner.execute(
        "select access.delegate(%s, %s, 'Lise Petit', 'lise@example.org', '\\x00'::bytea)", [account, login]
    )


def _live_a_little(site) -> None:
    """A pharmacy with answers by card, a miss, and an optician at the end of a limit."""
    pharmacist, optician = site.house.account("pharmacist", terminal=True), site.house.account("optician")
    for one in [site.house.person() for _ in range(6)]:
        site.house.look_up(pharmacist, one.ask(proof=site.house.card(pharmacist, one)))
        site.house.look_up(optician, one.ask())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="package")
def chromium() -> Iterator[object]:
    """Closed with this folder's last test: while it is driven, an event loop runs in this thread."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  # only where there is a browser

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=_FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def keyrings() -> dict[str, dict]:
    """Login → the cookies of its session: each signs in once in the whole run."""
    return {}


@pytest.fixture
def open_as(served, chromium, keyrings) -> Iterator[Callable[..., object]]:
    """`open_as("pharmacie")` gives a page of a browser where that account is signed in; "" is a visitor.

    At the end of the test: no breach of the content security policy, no error of a script.
    """
    opened = []

    def open_page(login: str = "", **how):
        if login and login not in keyrings:
            keyrings[login] = _sign_in(served, chromium, login)
        context = chromium.new_context(
            **{"base_url": served.url, "locale": "fr-FR"} | how,
            storage_state=keyrings.get(login) if login else None,
        )
        context.set_default_timeout(15_000)
        page = context.new_page()
        faults: list[str] = []
        page.add_init_script(_LISTEN)
        page.on("pageerror", lambda fault: faults.append(str(fault)))
        opened.append((context, page, faults))
        return page

    yield open_page
    breaches = []
    for context, page, faults in opened:
        breaches += faults
        if scripted(page):
            breaches += page.evaluate("window.breaches || []")
        context.close()
    assert breaches == []


def scripted(page) -> bool:
    """Whether scripts run in the page: a context without JavaScript has nothing to ask."""
    try:
        return bool(
            page.evaluate("document.documentElement.classList.contains('js') || 'breaches' in window")
        )
    except Exception:  # noqa: BLE001  # whatever the driver says, there is nothing to ask
        return False


def _sign_in(served, chromium, login: str) -> dict:
    person = served.people[login]
    context = chromium.new_context(base_url=served.url)
    page = context.new_page()
    page.goto("/sign-in/")
    page.fill("[name=login]", person.account.login)
    page.fill("[name=password]", person.password)
    page.keyboard.press("Enter")
    page.fill("[name=code]", person.code())
    page.keyboard.press("Enter")
    page.wait_for_selector(".menu")
    state = context.storage_state()
    context.close()
    return state
