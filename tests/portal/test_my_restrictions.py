"""Whoever is held reads what happened and gets out at once; what is closed is told on every page."""

import pytest
from django.core.cache import cache
from django.urls import reverse

from rempart.containment import close as closing
from rempart.containment import restrict as restricting
from rempart.containment.restrict import restrict
from rempart.vocabulary.words import Channel, Profession, RestrictionKind


def hold(person, kind, **more):
    given = {"why": "unusual_pace", "text": "pour les collègues", "author": "nuit", "hours": 12}
    return restrict(restricting.account(person.account.pk), RestrictionKind(kind), **given | more)


def confirm(person):
    page = person.client.post("/account/confirm/code/", {"code": person.code(), "next": "/"})
    assert page.status_code == 302, page.content.decode()


def test_a_held_look_up_says_why_and_goes_on_after_the_code(site, visitor):
    person = visitor()
    number = hold(person, "step_up")
    asked = site.asked(site.insured["ouverts"], attempt="restricted-0001")
    page = person.client.post("/", asked).content.decode()
    assert "Une confirmation est demandée" in page
    assert "Le nombre, le rythme ou l&#x27;heure des consultations" in page
    assert f"restriction nº {number}" in page
    assert "Saisir un code de connexion" in page
    assert "La personne est devant vous" in page
    assert "pour les collègues" not in page
    confirm(person)
    after = person.client.get("/").content.decode()
    assert "Droits ouverts" in after, "what was asked goes on"
    mine = person.client.get(reverse("professional:restrictions")).content.decode()
    assert "Levée pour cette session" in mine


def test_my_restrictions_name_the_ways_out_and_take_an_appeal(site, visitor, settings):
    settings.REMPART_SUPPORT = "01 00 00 00 00"
    person = visitor()
    page = person.client.get(reverse("professional:restrictions")).content.decode()
    assert "Aucune restriction" in page
    number = hold(person, "frozen", message="Nous vous rappelons ce matin.")
    page = person.client.get(reverse("professional:restrictions")).content.decode()
    for told in ("Compte suspendu", "Nous vous rappelons ce matin.", "01 00 00 00 00", "l’exploitation"):
        assert told in page
    where = reverse("professional:contest", args=[number])
    refused = person.client.post(where, {"text": "non"})
    assert refused.status_code == 422
    said = "Journée de vaccination à l'école, quarante enfants."
    sent = person.client.post(where, {"text": said}, follow=True).content.decode()
    assert "Votre contestation est parvenue à l’exploitation" in sent
    found = site.house.owner.execute(
        "select e.what, e.text from detection.alert_event e join detection.alert a on a.id = e.alert"
        " where a.account = %s",
        (person.account.pk,),
    )
    assert found.fetchall() == [("appeal", said)]


def test_nobody_contests_anothers(site, visitor):
    number = hold(visitor(), "step_up")
    other = visitor()
    where = reverse("professional:contest", args=[number])
    page = other.client.post(where, {"text": "ce n'est pas la mienne"}, follow=True).content.decode()
    assert "ne vous concerne pas" in page


def test_a_closing_is_on_every_page_with_its_message_and_its_hour(site, visitor, settings):
    settings.REMPART_STATUS_URL = "https://etat.example"
    person, operator = visitor(), visitor(Profession.OPERATOR)
    given = {"message": "Mise à jour du fichier.", "why": "other", "text": "nuit", "author": "nuit"}
    number = closing.close(closing.channel(Channel.PAGE), **given)
    cache.clear()
    try:
        for client, place in (
            (person.client, reverse("professional:account")),
            (operator.client, reverse("operations:restrictions")),
            (person.client, reverse("public:limits")),
        ):
            page = client.get(place).content.decode()
            assert "Mise à jour du fichier." in page
            assert "https://etat.example" in page
        page = person.client.post("/", site.asked(site.insured["ouverts"]))
        assert page.status_code == 503
        assert "Le service est fermé" in page.content.decode()
    finally:
        site.house.owner.execute("update gate.restriction set lifted_at = now() where id = %s", (number,))
        cache.clear()
    assert (
        "Mise à jour du fichier." not in person.client.get(reverse("professional:account")).content.decode()
    )


@pytest.mark.parametrize("profession", [Profession.OPERATOR, Profession.PHARMACIST])
def test_new_credentials_are_explained_where_the_password_is_renewed(site, visitor, profession):
    from rempart.containment.new_credentials import new_credentials  # noqa: PLC0415  # needs Django

    person = visitor(profession)
    assert new_credentials(person.account).sessions == 1
    assert person.client.get("/").status_code == 302
    page = person.client.post(
        "/sign-in/", {"login": person.account.login, "password": person.password}, follow=True
    )
    if "code" in page.request["PATH_INFO"]:
        page = person.client.post("/sign-in/code/", {"code": person.code()}, follow=True)
    assert "L’exploitation l’a demandé" in page.content.decode()
