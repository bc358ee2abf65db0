"""The page of whoever is held, and a closing above every page: read by a person, on a phone as well."""

import os

import pytest

from tests.browser.test_accessible import violations

SHOTS = os.environ.get("REMPART_SHOTS")
PHONE = {"width": 390, "height": 844}


def look(page, name):
    """No violation, nothing to scroll sideways; a picture where somebody wants to look."""
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    if SHOTS:
        page.screenshot(path=f"{SHOTS}/{name}.png", full_page=True)


@pytest.fixture
def held(served):
    """The pharmacist has a step-up by a detector and a freeze by a person; pages are closed."""
    owner, number = served.house.owner, served.people["pharmacie"].account.pk
    rows = [
        (1, str(number), "step_up", "detection: pace, walk", "detector", None),
        (1, str(number), "frozen", "holder_reports: essai", "nuit", "Nous vous rappelons ce matin."),
        (6, "page", "closed", "other: essai", "nuit", "Mise à jour du fichier des organismes."),
    ]
    made = [
        owner.execute(
            "insert into gate.restriction (scope, subject, kind, reason, author, message, starts_at, ends_at)"
            " values (%s, %s, %s, %s, %s, %s, clock_timestamp(), now() + interval '2 hours') returning id",
            row,
        ).fetchone()[0]
        for row in rows
    ]
    yield made
    owner.execute("update gate.restriction set lifted_at = now() where id = any(%s)", (made,))


def test_a_refused_look_up_shows_what_holds_it(served, held, open_as):
    """The freeze, as the counter shows it."""
    served.house.owner.execute("update gate.restriction set lifted_at = now() where id = %s", (held[2],))
    page = open_as("pharmacie")
    page.goto("/")
    person = served.insured["ouverts"]
    page.fill("#nir", person.nir)
    page.fill("#birth_date", person.birth_date)
    page.keyboard.press("Enter")
    page.wait_for_selector("#verdict")
    look(page, "refused-fr")
    assert "Nous vous rappelons ce matin." in page.inner_text("main")
    page.set_viewport_size(PHONE)
    look(page, "refused-phone-fr")


@pytest.mark.parametrize("language", ["fr", "en"])
def test_what_holds_somebody_is_readable_and_contested_by_keyboard(held, open_as, language):
    page = open_as("pharmacie")
    page.goto("/compte/restrictions")
    page.click(f".lang button[value={language}]")
    page.wait_for_selector(f"html[lang^={language}]")
    page.wait_for_timeout(2100)  # pages say the same for two seconds
    page.reload()
    look(page, f"restrictions-{language}")
    page.set_viewport_size(PHONE)
    look(page, f"restrictions-phone-{language}")
    page.focus(f"#held-{held[0]} >> xpath=ancestor::section >> summary")
    page.keyboard.press("Enter")
    page.fill(f"#text-{held[0]}", "Journée de vaccination, quarante enfants.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_selector(".note.yes")
    page.click(".lang button[value=fr]")
