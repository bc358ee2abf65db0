"""The look-up page, before the real gate."""

import re

import pytest
from django.test import Client

from rempart.gate.errors import GateUnavailableError
from rempart.portal.professional.views import look_up as views
from rempart.vocabulary.words import Profession
from tests.portal.pages import part
from tests.portal.site import number

HTMX = {"HTTP_HX_REQUEST": "true"}


def attempt(page: bytes) -> str:
    found = re.search(rb'name="attempt" value="([^"]+)"', page)
    assert found
    return found[1].decode()


def test_an_answer_is_given_with_what_it_cost(site, visitor):
    client = visitor().client
    page = client.post("/", site.asked(site.insured["ouverts"]))
    text = page.content.decode()
    assert page.status_code == 200
    assert "Droits ouverts" in part(page.content, "verdict")
    assert "1 sur 60 sans carte" in part(page.content, "left")
    assert re.search(r"R-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", text)


@pytest.mark.parametrize(
    ("who", "title"),
    [("ouverts", "Droits ouverts"), ("fermés", "Droits fermés"), ("inconnus", "Droits inconnus")],
)
def test_the_three_answers_are_told_apart(site, visitor, who, title):
    page = visitor().client.post("/", site.asked(site.insured[who]))
    assert title in part(page.content, "verdict")


@pytest.mark.parametrize("who", ["ouverts", "fermés", "inconnus", "jumeaux"])
def test_the_fragment_is_the_pages_own_part(site, visitor, who):
    client = visitor(Profession.OPTICIAN).client
    asked = site.asked(site.insured[who])
    first = client.post("/", asked)
    asked |= {"attempt": attempt(first.content)}
    whole, fragment = client.post("/", asked), client.post("/", asked, **HTMX)
    assert fragment["X-Fragment"] == "counter"
    assert b"<html" not in fragment.content
    for one in ("counter", "left"):
        assert _timeless(part(fragment.content, one)) == _timeless(part(whole.content, one))


def _timeless(markup: str) -> str:
    """A challenge is not an answer: it is asked again, and has a reference of its own."""
    return re.sub(r"R-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", "R", markup)


def test_a_mistyped_form_gives_the_same_fragment_and_asks_nobody(site, visitor, monkeypatch):
    client = visitor().client
    monkeypatch.setattr(views, "gate", lambda: pytest.fail("the gate was asked"))
    typed = {"nir": "255081416802539", "birth_date": ""}
    whole, fragment = client.post("/", typed), client.post("/", typed, **HTMX)
    assert whole.status_code == fragment.status_code == 422
    assert part(whole.content, "counter") == part(fragment.content, "counter")
    assert 'aria-invalid="true"' in part(whole.content, "nir")


def test_pressing_twice_counts_once(site, visitor):
    client = visitor().client
    asked = site.asked(site.insured["ouverts"]) | {"attempt": attempt(client.get("/").content)}
    first, second = client.post("/", asked), client.post("/", asked)
    assert "1 sur 60" in part(second.content, "left")
    reference = re.compile(rb"R-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}")
    assert reference.search(first.content)[0] == reference.search(second.content)[0]


def test_a_number_in_the_address_is_not_looked_at(site, visitor):
    person = site.insured["ouverts"]
    page = visitor().client.get("/", site.asked(person))
    assert number(person) not in page.content.decode().replace(" ", "")
    assert "0 sur 60" in part(page.content, "left")


def test_nothing_of_a_page_is_kept_by_browser_or_proxy(site, visitor):
    page = visitor().client.post("/", site.asked(site.insured["ouverts"]))
    assert "no-store" in page["Cache-Control"]
    assert b'hx-history="false"' in page.content


def test_no_proof_is_shown_again(site, visitor):
    person = visitor()
    line = site.card_text(person, site.insured["ouverts"])
    page = person.client.post("/", {"nir": line})
    assert "Preuve\u00a0: Carte" in page.content.decode()
    assert line.rpartition("|")[2] not in page.content.decode()
    assert "0 sur 60" in part(page.content, "left")


def test_a_card_used_twice_says_to_present_it_again(site, visitor):
    person = visitor()
    line = site.card_text(person, site.insured["ouverts"])
    person.client.post("/", {"nir": line})
    page = person.client.post("/", {"nir": line})
    assert "déjà servi" in part(page.content, "verdict")
    assert "Présenter la carte" in page.content.decode()


def test_twins_are_told_apart_by_their_rank(site, visitor):
    client = visitor().client
    asked = site.asked(site.insured["jumeaux"])
    page = client.post("/", asked)
    assert page.status_code == 200
    assert "Plusieurs personnes" in part(page.content, "verdict")
    answered = client.post("/", asked | {"birth_rank": "2"})
    assert "Droits ouverts" in part(answered.content, "verdict")
    assert 'name="birth_rank" value="2"' in answered.content.decode()  # checked again with the same rank
    assert 'name="birth_rank"' not in client.get("/").content.decode()


def test_a_full_limit_says_when_it_frees_and_lets_a_present_patient_through(site, visitor):
    client = visitor(Profession.OPTICIAN).client
    others = [site.house.person() for _ in range(5)]
    for one in others:
        client.post("/", site.asked(one))
    asked = site.asked(site.insured["ouverts"])
    page = client.post("/", asked)
    assert page.status_code == 429
    assert re.search(r"se libère à \d\d:\d\d", page.content.decode())
    assert "La personne est devant vous" in page.content.decode()
    served = client.post("/", asked | {"present": "card_forgotten", "as_present": "on"})
    assert served.status_code == 200
    assert "Personne présente" in served.content.decode()


def test_nobody_is_found_and_the_attempt_is_told_as_counted(site, visitor):
    page = visitor().client.post("/", {"nir": "1550899999999", "birth_date": "15081955"})
    assert page.status_code == 403
    assert "Aucune personne trouvée" in part(page.content, "verdict")
    assert "Cet essai a été compté" in page.content.decode()


def test_a_silent_gate_discloses_nothing_and_says_so(site, visitor, monkeypatch):
    client = visitor().client

    class Silent:
        def look_up(self, *_):
            raise GateUnavailableError

        left = look_up

    monkeypatch.setattr(views, "gate", Silent)
    monkeypatch.setattr("rempart.portal.shared.navigation.gate", Silent)
    page = client.post("/", site.asked(site.insured["ouverts"]))
    assert page.status_code == 503
    assert "Service momentanément indisponible" in part(page.content, "verdict")
    assert "Droits ouverts" not in page.content.decode()


def test_a_password_alone_sees_the_counter_not(site, visitor):
    person = site.account(Profession.PHARMACIST)
    client = person.client
    client.post("/sign-in/", {"login": person.account.login, "password": person.password})
    page = client.post("/", site.asked(site.insured["ouverts"]))
    assert page.status_code == 302
    assert page["Location"].startswith("/sign-in/")


def test_an_outsider_is_sent_to_sign_in_a_fragment_as_a_whole_page(site, db):
    assert Client().post("/", site.asked(site.insured["ouverts"])).status_code == 302
    fragment = Client().post("/", site.asked(site.insured["ouverts"]), **HTMX)
    assert (fragment.status_code, fragment["HX-Redirect"]) == (401, "/sign-in/")


@pytest.mark.parametrize("staff", [Profession.OPERATOR, Profession.DPO])
def test_staff_have_no_counter(site, visitor, staff):
    page = visitor(staff).client.post("/", site.asked(site.insured["ouverts"]))
    assert (page.status_code, page["Location"]) == (302, "/exploitation")


def test_an_admission_desk_may_ask_for_the_wider_answer(site, visitor):
    client = visitor(Profession.HOSPITAL_DESK).client
    page = client.post("/", site.asked(site.insured["ouverts"], purpose="admission"))
    assert "Régime / caisse" in page.content.decode()
    assert "Régime / caisse" not in client.post("/", site.asked(site.insured["ouverts"])).content.decode()


def test_a_post_without_its_token_is_refused(site, visitor):
    person = visitor()
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = person.client.cookies
    assert strict.post("/", site.asked(site.insured["ouverts"])).status_code == 403


def test_the_banner_tells_of_the_last_visit_until_it_is_read(site, visitor):
    person = visitor()
    assert "Dernière connexion" not in person.client.get("/").content.decode()
    other = Client(REMOTE_ADDR="10.99.0.1", HTTP_USER_AGENT="Mozilla/5.0 (Windows) Firefox/140.0")
    person.sign_in(other)
    page = other.get("/").content.decode()
    assert "Dernière connexion" in page
    assert "un autre poste" in page
    assert "Ce n’était pas moi" in page
    other.post("/compte/vu")
    assert "Dernière connexion" not in other.get("/").content.decode()
