"""The band on the look-up page says why a card is required, until when, and the ways out that there are."""

from datetime import timedelta

import pytest
from django.test import RequestFactory
from django.utils import timezone

from rempart.access import card_required, notices
from rempart.access.events import Tag
from rempart.access.models import Session
from rempart.vocabulary.words import Profession
from tests.access.test_sessions import row_of

SAID = {
    "new_account": "Votre compte est nouveau.",
    "new_factor": "Un second facteur vient d’être ajouté",
    "reset": "choisi sans l’ancien",
    "leak": "figure dans une fuite",
}


def at_home(person, connect, profession=Profession.PHARMACIST):
    """A person on a device that is new to nobody, under no rule."""
    holder = person(profession)
    holder.sign_in()
    Session.objects.filter(pk=row_of(holder.client).pk).update(card_until=None)
    return holder


def ask(connect, holder, why):
    connect("owner").execute("select access.require_card(%s, %s)", [holder.account.pk, why])


def page_of(holder, place="/"):
    return holder.client.get(place).content.decode()


@pytest.mark.parametrize("why", SAID)
def test_the_reason_and_the_end_are_said(person, connect, why):
    holder = at_home(person, connect)
    assert "Carte exigée" not in page_of(holder)
    ask(connect, holder, why)
    page = page_of(holder)
    assert SAID[why] in page
    assert "Carte exigée, fin le" in page
    assert "la carte du patient au lecteur" in page
    assert ("Se porter garant" in page) is (why != "leak"), "nobody's word ends what a leak asks"


def test_a_new_device_is_a_reason_of_its_own(person):
    holder = person()
    holder.sign_in()
    Session.objects.filter(pk=row_of(holder.client).pk).update(card_until=timezone.now() + timedelta(hours=5))
    assert "Ce poste ne s’était jamais connecté" in page_of(holder)


def test_ones_own_card_is_offered_where_it_is_a_way_in(person, connect, settings):
    holder = at_home(person, connect)
    ask(connect, holder, "reset")
    settings.REMPART_CARD_URL = ""
    settings.REMPART_PSC_URL = ""
    assert "votre propre carte" not in page_of(holder)
    settings.REMPART_CARD_URL = "https://cards.example"
    assert "votre propre carte" in page_of(holder)


def test_level_3_needs_no_card_and_staff_have_no_patient(person, connect):
    holder = at_home(person, connect)
    ask(connect, holder, "reset")
    holder.account.refresh_from_db()
    request = RequestFactory().get("/")
    request.user = holder.account
    request.session = holder.client.session
    assert card_required.of_request(request)
    request.session.assurance = 3
    assert card_required.of_request(request) is None
    operator = person(Profession.OPERATOR)
    request.user, request.session.assurance = operator.account, 2
    assert card_required.of_request(request) is None


# Notices on the pages -------------------------------------------------------------------------------


def test_an_unread_notice_is_on_every_device_until_it_is_read_on_one(person, connect):
    holder = at_home(person, connect)
    notices.tell(holder.account, Tag.CODES_RENEWED)
    for place in ("/", "/compte", "/compte/avis"):
        assert "De nouveaux codes de secours" in page_of(holder, place)
    latest = notices.unread(holder.account)[0].id
    assert holder.client.post("/compte/avis/lu", {"latest": latest}).status_code == 302
    assert "De nouveaux codes de secours" not in page_of(holder)
    assert "De nouveaux codes de secours" in page_of(holder, "/compte/avis"), "the list keeps it"


def test_nobody_reads_anothers_notices_away(person, connect):
    holder, other = at_home(person, connect), at_home(person, connect)
    notices.tell(holder.account, Tag.CODES_RENEWED)
    latest = notices.unread(holder.account)[0].id
    for value in (latest, "", "x", "9" * 40, "-1"):
        assert other.client.post("/compte/avis/lu", {"latest": value}).status_code == 302
    assert notices.unread(holder.account)


def test_a_password_alone_reads_no_notice_away(person, connect):
    holder = person()
    notices.tell(holder.account, Tag.CODES_RENEWED)
    holder.client.post("/sign-in/", {"login": holder.account.login, "password": holder.password})
    holder.client.post("/compte/avis/lu", {"latest": notices.unread(holder.account)[0].id})
    assert notices.unread(holder.account)
