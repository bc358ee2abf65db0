"""The desk by hand: an alert appears by itself, one click restricts, undoing asks for a fresh factor."""

import pytest

from tests.portal.alarms import signal


@pytest.fixture
def alarmed(served):
    """An optician with a look-up, and what raises an alert about them."""
    account = served.house.account("optician")
    served.house.look_up(account, served.insured["ouverts"].ask())
    return account


def test_an_alert_appears_without_a_reload_and_is_taken(served, open_as, alarmed):
    page = open_as("exploitation")
    page.goto("/exploitation")
    page.wait_for_selector("#desk .stand")
    number = signal(served.house.owner, alarmed.id, weight=7000)
    page.wait_for_selector(f"#alert-{number}", timeout=8000)
    assert page.query_selector(".stand.act")
    page.click(f"#take-{number}")
    page.wait_for_selector("text=Restreindre, d’un clic")
    assert f"/alertes/{number}" in page.url


def test_a_place_in_the_list_survives_the_refresh(served, open_as, alarmed):
    signal(served.house.owner, alarmed.id, weight=6000)
    page = open_as("exploitation")
    page.goto("/exploitation")
    page.keyboard.press("j")
    held = page.evaluate("document.activeElement.id")
    assert held.startswith("alert-")
    with page.expect_response(lambda answer: "/exploitation/direct" in answer.url):
        pass
    page.wait_for_timeout(300)
    assert page.evaluate("document.activeElement.id") == held
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Ce qui a été vu")


def test_one_click_requires_the_card_and_its_undo_is_there(served, open_as, alarmed):
    number = signal(served.house.owner, alarmed.id)
    page = open_as("exploitation")
    page.goto(f"/exploitation/alertes/{number}")
    page.click("button[value=card_required]")
    page.wait_for_selector("text=en place dès la prochaine consultation")
    answer = served.house.look_up(alarmed, served.insured["ouverts"].ask())
    assert answer.json()["reason"] == "card_required"
    owner = served.house.owner
    owner.execute("alter table access.access_session disable trigger session_guard")
    owner.execute(
        "update access.access_session set proved_at = now() - interval '11 minutes' where account_id = %s",
        (served.people["exploitation"].account.pk,),
    )
    owner.execute("alter table access.access_session enable trigger session_guard")
    page.click("a:has-text('Lever')")
    page.wait_for_selector("[name=code]")
    assert "/exploitation/restrictions" not in page.url.partition("?")[0]
    owner.execute("alter table access.access_session disable trigger session_guard")
    owner.execute(
        "update access.access_session set proved_at = now() where account_id = %s",
        (served.people["exploitation"].account.pk,),
    )
    owner.execute("alter table access.access_session enable trigger session_guard")
    page.goto(f"/exploitation/alertes/{number}")
    page.click("a:has-text('Lever')")
    page.fill("#id_reason", "Vérifié au téléphone.")
    page.click("button:has-text('Lever')")
    page.wait_for_selector("text=Restriction levée")
    assert f"/alertes/{number}" in page.url
    assert served.house.look_up(alarmed, served.insured["ouverts"].ask()).status_code == 200


def test_without_scripts_the_desk_is_read_by_reloading(served, open_as, alarmed):
    number = signal(served.house.owner, alarmed.id, weight=9000)
    page = open_as("exploitation", java_script_enabled=False)
    page.goto("/exploitation")
    assert page.is_visible(f"#alert-{number}")
