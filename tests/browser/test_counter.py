"""The counter as it is used: keyboard, card reader, paste, no script, no network."""

import itertools
import re

import pytest

from rempart.vocabulary import nir as nirs
from tests.portal.site import number


def verdict(page) -> str:
    page.wait_for_selector("#verdict")
    return page.inner_text("#verdict")


def test_a_look_up_by_keyboard_alone(served, open_as):
    person = served.insured["ouverts"]
    page = open_as("pharmacie")
    page.goto("/consultations")
    page.goto("/")
    assert page.evaluate("document.activeElement.id") == "nir"
    page.keyboard.type(number(person))
    assert page.input_value("#nir") == "{} {} {} {} {} {} {}".format(*_cuts(number(person)))
    assert page.inner_text("#nir-state") == "Clé correcte"
    page.keyboard.press("Tab")
    page.keyboard.type("".join(reversed(person.birth_date.split("-"))))
    page.keyboard.press("Enter")
    assert verdict(page) == "Droits ouverts"
    assert page.evaluate("document.activeElement.id") == "verdict"
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "nir"
    page.keyboard.press("Escape")
    assert page.input_value("#nir") == ""
    assert page.query_selector("#verdict") is None


def _cuts(text: str) -> list[str]:
    places = (0, 1, 3, 5, 7, 10, 13, 15)
    return [text[a:b] for a, b in itertools.pairwise(places)]


def test_the_key_is_checked_as_it_is_typed(open_as):
    page = open_as("pharmacie")
    page.goto("/")
    for typed, said in (
        ("25508", "Encore 8 caractères"),
        ("2550814168025", "la clé n’est pas vérifiée"),
        ("255081416802538", "Clé correcte"),
        ("255081416802539", "Clé incorrecte"),
        ("x", "pas un numéro"),
        (f"160032A004012{nirs.Nir('160032A004012').key}", "Clé correcte"),
        ("", "13 caractères et la clé"),
    ):
        page.fill("#nir", typed)
        assert said in page.inner_text("#nir-state"), typed


def test_correcting_a_digit_in_the_middle_keeps_the_cursor(open_as):
    page = open_as("pharmacie")
    page.goto("/")
    page.keyboard.type("255081416802538")
    for _ in range(5):
        page.keyboard.press("ArrowLeft")
    page.keyboard.press("Backspace")
    page.keyboard.type("7")
    assert page.input_value("#nir") == "2 55 08 14 168 725 38"


def test_a_card_reader_types_and_the_look_up_leaves_by_itself(served, open_as):
    page = open_as("pharmacie")
    page.goto("/")
    page.keyboard.type(served.card_text(served.people["pharmacie"], served.insured["ouverts"]))
    page.keyboard.press("Enter")
    assert verdict(page) == "Droits ouverts"
    assert "Preuve : Carte" in page.inner_text("#answer").replace("\u00a0", " ")
    assert page.get_attribute("[data-card]", "value") == ""
    assert "RP1" not in page.content()


def test_a_pasted_card_leaves_by_itself(served, open_as):
    page = open_as("pharmacie", permissions=["clipboard-read", "clipboard-write"])
    page.goto("/")
    text = served.card_text(served.people["pharmacie"], served.insured["ouverts"])
    page.evaluate("text => navigator.clipboard.writeText(text)", text)
    page.focus("#nir")
    page.keyboard.press("Control+V")
    assert verdict(page) == "Droits ouverts"


def test_the_number_never_reaches_the_address_or_the_browsers_memory(served, open_as):
    person = served.insured["ouverts"]
    page = open_as("pharmacie")
    addresses = []
    page.on("request", lambda request: addresses.append(request.url))
    page.goto("/")
    page.fill("#nir", number(person))
    page.fill("#birth_date", person.birth_date)
    page.keyboard.press("Enter")
    verdict(page)
    assert not [one for one in addresses if person.nir in one]
    kept = page.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}, history.state])")
    assert person.nir not in kept.replace(" ", "")


def test_twins_by_keyboard(served, open_as):
    person = served.insured["jumeaux"]
    page = open_as("pharmacie")
    page.goto("/")
    page.fill("#nir", number(person))
    page.fill("#birth_date", person.birth_date)
    page.keyboard.press("Enter")
    assert "Plusieurs personnes" in verdict(page)
    page.click("button[name=birth_rank][value='2']")
    page.wait_for_selector(".verdict.yes")
    page.click("text=Revérifier")
    page.wait_for_selector(".verdict.yes")
    assert "1 sur" not in page.inner_text("#verdict")


def test_without_javascript_everything_works(served, open_as):
    person = served.insured["ouverts"]
    page = open_as("pharmacie", java_script_enabled=False)
    page.goto("/")
    page.fill("#nir", number(person))
    page.fill("#birth_date", person.birth_date)
    page.keyboard.press("Enter")
    assert verdict(page) == "Droits ouverts"
    assert not page.is_visible("text=Imprimer")
    page.goto("/")
    page.fill("#nir", served.card_text(served.people["pharmacie"], person))
    page.keyboard.press("Enter")
    assert verdict(page) == "Droits ouverts"
    assert "Carte" in page.inner_text(".answer-foot")


def test_what_is_copied_names_nobody(served, open_as):
    person = served.insured["ouverts"]
    page = open_as("pharmacie", permissions=["clipboard-read", "clipboard-write"])
    page.goto("/")
    page.fill("#nir", number(person))
    page.fill("#birth_date", person.birth_date)
    page.keyboard.press("Enter")
    verdict(page)
    page.click("text=Copier")
    page.wait_for_selector("text=Copié")
    text = page.evaluate("navigator.clipboard.readText()")
    assert text.startswith("Droits ouverts")
    assert person.nir not in text.replace(" ", "")
    assert re.search(r"R-\w{4}-\w{4}-\w{4}", text)


def test_a_lost_connection_is_told_and_loses_nothing_typed(served, open_as):
    page = open_as("pharmacie")
    page.goto("/")
    page.fill("#nir", number(served.insured["ouverts"]))
    page.fill("#birth_date", "01011950")
    page.context.set_offline(True)
    page.keyboard.press("Enter")
    page.wait_for_function("document.getElementById('trouble').textContent.includes('ne répond pas')")
    assert page.input_value("#birth_date") == "01011950"
    page.context.set_offline(False)


def test_an_ended_session_leads_to_the_sign_in_page(served, open_as):
    page = open_as("pharmacie")
    page.goto("/")
    page.fill("#nir", number(served.insured["ouverts"]))
    page.fill("#birth_date", "01011950")
    page.context.clear_cookies()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("/sign-in/"))


def test_single_keys_can_be_switched_off(open_as):
    page = open_as("pharmacie")
    page.goto("/consultations")
    page.keyboard.press("?")
    page.wait_for_selector("dialog[open]")
    page.uncheck("[data-shortcuts]")
    page.keyboard.press("Escape")
    page.goto("/consultations")
    page.keyboard.press("?")
    assert page.query_selector("dialog[open]") is None


def test_printing_leaves_the_answer_alone(served, open_as):
    person = served.insured["ouverts"]
    page = open_as("pharmacie", color_scheme="dark")
    page.goto("/")
    page.fill("#nir", number(person))
    page.fill("#birth_date", person.birth_date)
    page.keyboard.press("Enter")
    verdict(page)
    page.emulate_media(media="print")
    assert page.is_visible("#verdict")
    for hidden in (".top", ".bottom", "#nir", "text=Revérifier"):
        assert not page.is_visible(hidden)
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


@pytest.mark.parametrize(("language", "said"), [("fr", "Droits ouverts"), ("en", "Rights open")])
def test_the_language_is_chosen_by_its_button(served, open_as, language, said):
    person = served.insured["ouverts"]
    page = open_as("optique")
    page.goto("/")
    page.click(f"button[name=language][value={language}]")
    page.fill("#nir", number(person))
    page.fill("#birth_date", person.birth_date)
    page.keyboard.press("Enter")
    assert verdict(page) == said
    assert page.get_attribute("html", "lang") == language
