"""One's own look-ups and one's own account: nobody else's."""

import re

from rempart.access.models import Token
from rempart.vocabulary.words import Profession
from tests.portal.pages import part


def test_own_look_ups_are_listed_with_what_they_cost(site, visitor):
    client = visitor().client
    client.post("/", site.asked(site.insured["ouverts"]))
    client.post("/", {"nir": "1550899999999", "birth_date": "15081955"})
    page = client.get("/consultations").content.decode()
    assert "2 consultations" in page
    assert "Aucune personne trouvée" in page
    assert re.search(r"2 / 60", page)


def test_filters_are_the_address(site, visitor):
    client = visitor().client
    client.post("/", site.asked(site.insured["ouverts"]))
    client.post("/", {"nir": "1550899999999", "birth_date": "15081955"})
    assert "1 consultation<" in client.get("/consultations?verdict=refused").content.decode()
    assert "0 consultation" in client.get("/consultations?jour=2001-01-01").content.decode()
    assert client.get("/consultations?verdict='; drop&jour=2026-99-99&page=x").status_code == 200


def test_nobody_sees_anothers_look_ups(site, visitor):
    visitor().client.post("/", site.asked(site.insured["ouverts"]))
    assert "0 consultation" in visitor().client.get("/consultations").content.decode()


def test_no_number_and_no_name_stands_on_the_list(site, visitor):
    client = visitor().client
    client.post("/", site.asked(site.insured["ouverts"]))
    page = client.get("/consultations").content.decode()
    assert site.insured["ouverts"].nir not in page
    assert "CANARINAME" not in page


def test_staff_have_no_look_ups_of_their_own(site, visitor):
    assert visitor(Profession.OPERATOR).client.get("/consultations").status_code == 403


def test_a_token_is_shown_once_and_works_until_it_is_revoked(site, visitor):
    person = visitor()
    page = person.client.post("/compte/jetons", {"label": "Logiciel", "lifetime": "90"})
    token = re.sub(r"<[^>]+>", "", part(page.content, "token-text"))
    assert token.startswith("rmp_")
    assert token not in person.client.get("/compte").content.decode()
    asked = site.insured["ouverts"].ask()
    assert site.house.look_up(token, asked).status_code == 200
    row = Token.objects.get(account=person.account)
    person.client.post(f"/compte/jetons/{row.pk}/revoquer")
    assert site.house.look_up(token, asked).status_code == 401


def test_nobody_revokes_anothers_token(site, visitor):
    owner, stranger = visitor(), visitor()
    owner.client.post("/compte/jetons", {"label": "Logiciel"})
    row = Token.objects.get(account=owner.account)
    stranger.client.post(f"/compte/jetons/{row.pk}/revoquer")
    row.refresh_from_db()
    assert row.revoked_at is None


def test_a_token_needs_a_name(site, visitor):
    person = visitor()
    person.client.post("/compte/jetons", {"label": "  "})
    assert not Token.objects.filter(account=person.account).exists()


def test_not_me_asks_for_the_card_and_ends_the_other_sessions(site, visitor):
    person = visitor()
    thief = person.sign_in(type(person.client)(REMOTE_ADDR="10.99.1.1"))
    assert thief.get("/").status_code == 200
    assert person.client.get("/compte/pas-moi").status_code == 200
    page = person.client.post("/compte/pas-moi")
    assert "Votre compte est protégé" in page.content.decode()
    assert thief.get("/").status_code == 302
    challenged = person.client.post("/", site.asked(site.insured["ouverts"]))
    assert "La carte du patient est demandée" in part(challenged.content, "verdict")
    card = {"nir": site.card_text(person, site.insured["ouverts"])}
    assert "Droits ouverts" in part(person.client.post("/", card).content, "verdict")


def test_changes_of_one_account_are_never_made_by_get(site, visitor):
    client = visitor().client
    for address in ("/compte/jetons", "/compte/jetons/1/revoquer", "/compte/sessions/fermer", "/compte/vu"):
        assert client.get(address).status_code == 405
