"""The documentation's own program, from a professional's click in a real browser to an answer."""

import json
import secrets
import threading

import pytest
from joserfc.jwk import ECKey

from tests.browser.test_accessible import violations
from tests.docs.test_examples import program_with


@pytest.fixture
def example(served):
    """The documentation's software, registered here, on a workstation of its own."""
    vendor, client_id = ECKey.generate_key("P-256"), secrets.token_hex(8)
    served.house.owner.execute(
        "insert into access.access_software (client_id, name, vendor, keys, redirect_uris)"
        " values (%s, 'Officine 12', 'Comptoir SAS', %s, '{http://127.0.0.1/rempart}')",
        (client_id, json.dumps([vendor.as_dict(private=False) | {"kid": "1"}])),
    )
    names = program_with("class Software")
    return names["Software"](served.url, client_id, vendor, ECKey.generate_key("P-256"))


def in_background(example, page, **more):
    """The program asks; the address that it opens is opened in this browser. Returns its thread."""
    opened, addresses = threading.Event(), []

    def open_browser(address):
        addresses.append(address)
        opened.set()

    def ask():
        try:
            example.ask_holder(open_browser, "Comptoir 2", **more)
        except PermissionError as fault:
            example.refused = str(fault)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    assert opened.wait(10)
    page.goto(addresses[0])
    return thread


def test_a_professional_allows_a_software_which_looks_up_until_it_is_revoked(open_as, served, example):
    page = open_as("pharmacie")
    thread = in_background(example, page)
    assert violations(page) == []
    page.get_by_role("button", name="Autoriser").click()
    page.get_by_text("Vous pouvez fermer cette page.").wait_for()
    thread.join(10)

    person = served.insured["ouverts"]
    status, told = example.look_up(person.ask(), secrets.token_urlsafe(18))
    assert (status, told.get("verdict")) == (200, "granted"), told
    example.renew()
    repeat_key = secrets.token_urlsafe(18)
    first = example.look_up(person.ask(), repeat_key)
    assert example.look_up(person.ask(), repeat_key)[1]["reference"] == first[1]["reference"]

    page.goto(served.url + "/compte/logiciels")
    assert violations(page) == []
    line = page.locator("li", has_text="Comptoir 2").first
    line.get_by_role("button", name="Révoquer").click()
    page.get_by_text("Logiciel révoqué").wait_for()
    status, told = example.look_up(person.ask(), secrets.token_urlsafe(18))
    assert (status, told["reason"]) == (401, "credential")


def test_a_no_comes_back_to_the_software(open_as, example):
    page = open_as("pharmacie")
    thread = in_background(example, page)
    page.get_by_role("button", name="Refuser").click()
    page.get_by_text("Vous pouvez fermer cette page.").wait_for()
    thread.join(10)
    assert example.refused == "access_denied"
    assert example.access is None


def test_the_language_changes_without_losing_what_is_asked(open_as, example):
    page = open_as("pharmacie")
    in_background(example, page)
    page.get_by_role("button", name="English").click()
    page.get_by_role("heading", name="Allow this software?").wait_for()
    assert violations(page) == []
    page.get_by_role("button", name="Refuse").click()
    page.get_by_text("Vous pouvez fermer cette page.").wait_for()
