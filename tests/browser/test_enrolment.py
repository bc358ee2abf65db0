"""The first second factor, by its pages: square, key by hand, code, recovery codes."""

from tests.access.house import PASSWORD, Person
from tests.browser.test_accessible import violations


def test_a_new_account_adds_its_factor_and_prints_its_codes(served, open_as):
    person = served.newcomer
    page = open_as()
    page.goto("/sign-in/")
    page.fill("[name=login]", person.account.login)
    page.fill("[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector(".qr svg")
    assert page.query_selector(".qr").bounding_box()["width"] > 150
    assert violations(page) == []
    page.click("summary:has-text('Saisir la clé')")
    secret = page.inner_text(".secret")
    enrolled = Person(person.account, PASSWORD, secret, person.client)
    page.fill("[name=code]", "000000")
    page.click("button:has-text('Activer')")
    page.wait_for_selector(".wrong")
    assert violations(page) == []
    page.fill("[name=code]", enrolled.code())
    page.click("button:has-text('Activer')")
    page.wait_for_url(lambda address: "activate" not in address)
    assert violations(page) == []
