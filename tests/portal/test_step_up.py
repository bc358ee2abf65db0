"""What was asked goes on after stepping up: exactly that, once, and for nobody else."""

import itertools
import json
import time
from collections.abc import Iterator

import pytest

from rempart.vocabulary.words import Profession
from tests.access import passkey as keys
from tests.access.test_sessions import row_of

_outside = itertools.count(1)
ELSEWHERE = {"HTTP_USER_AGENT": "Mozilla/5.0 (Macintosh) Safari/605.1"}


def outside() -> str:
    """An address that is no organisation's."""
    return f"203.0.113.{next(_outside)}"


def look_ups(site, person) -> list[tuple[str, str]]:
    found = site.house.owner.execute(
        "select verdict, reason from journal.entry where account = %s and purpose is not null order by seq",
        (person.account.pk,),
    )
    return [tuple(row) for row in found.fetchall()]


@pytest.fixture
def desk_by_card(site, settings) -> Iterator[None]:
    """An installation where admissions ask for the professional's card, and that has Pro Santé Connect."""
    row = "update gate.matrix_row set assurance = %s where purpose = 'admission'"
    settings.REMPART_PSC_URL = "https://psc.example"
    site.house.owner.execute(row, (3,))
    try:
        yield
    finally:
        site.house.owner.execute(row, (2,))


def test_a_look_up_posted_from_another_network_goes_on_after_the_code(site, visitor):
    person = visitor()
    site.house.owner.execute(
        "update access.access_device set first_seen = now() - interval '9 days' where account_id = %s",
        (person.account.pk,),
    )
    asked = site.asked(site.insured["ouverts"], attempt="resumes-0001")
    moved = {"REMOTE_ADDR": outside()}
    page = person.client.post("/", asked, **moved)
    assert page["Location"] == "/account/confirm/how/?next=%2F"
    assert look_ups(site, person) == []
    page = person.client.get(page["Location"], **moved).content.decode()
    assert "cinq minutes" in page
    assert asked["nir"] not in page
    page = person.client.post("/account/confirm/code/", {"code": person.code(), "next": "/"}, **moved)
    assert page["Location"] == "/"
    assert person.client.head("/", **moved).status_code == 200
    assert look_ups(site, person) == [], "only the page itself goes on"
    answer = person.client.get("/", **moved).content.decode()
    assert "Droits ouverts" in answer
    assert look_ups(site, person) == [("granted", None)]
    again = person.client.get("/", **moved).content.decode()
    assert "Droits ouverts" not in again, "once"
    assert look_ups(site, person) == [("granted", None)]


def test_a_page_asked_from_another_browser_comes_back_to_itself(site, visitor):
    person = visitor()
    page = person.client.get("/consultations?verdict=refused", **ELSEWHERE)
    assert page["Location"] == "/account/confirm/how/?next=%2Fconsultations%3Fverdict%3Drefused"
    fragment = person.client.get("/", HTTP_HX_REQUEST="true", **ELSEWHERE)
    assert (fragment.status_code, fragment["HX-Redirect"]) == (401, "/account/confirm/how/?next=%2F")
    sent = {"code": person.code(), "next": "/consultations?verdict=refused"}
    page = person.client.post("/account/confirm/code/", sent, **ELSEWHERE)
    assert page["Location"] == "/consultations?verdict=refused"
    assert person.client.get(page["Location"], **ELSEWHERE).status_code == 200


def test_a_passkey_steps_up_as_well(site, visitor):
    person = visitor()
    person.client = keys.client()
    person.sign_in()
    passkey, _ = keys.enrol(person, person.client)
    moved = {"REMOTE_ADDR": outside()}
    asked = site.asked(site.insured["fermés"], attempt="resumes-0002")
    assert person.client.post("/", asked, **moved).status_code == 302
    options = person.client.post("/account/confirm/passkey/options/", **moved).json()
    page = person.client.post(
        "/account/confirm/passkey/", {"credential": json.dumps(passkey.get(options)), "next": "/"}, **moved
    )
    assert page["Location"] == "/"
    assert row_of(person.client).assurance == 2
    # A new passkey: the card is asked for 48 hours, so the gate challenges; but it was asked, and once.
    person.client.get("/", **moved)
    assert look_ups(site, person) == [("challenged", "card_required")]


def test_what_is_kept_goes_on_neither_without_a_proof_nor_after_five_minutes(site, visitor, monkeypatch):
    person = visitor()
    asked = site.asked(site.insured["ouverts"])
    moved = {"REMOTE_ADDR": outside()}
    person.client.post("/", asked, **moved)
    assert "Droits ouverts" not in person.client.get("/").content.decode(), "back on the old network"
    now = time.time()
    moved = {"REMOTE_ADDR": outside()}
    person.client.post("/", asked, **moved)
    monkeypatch.setattr("rempart.access.resume.time.time", lambda: now + 301)
    person.client.post("/account/confirm/code/", {"code": person.code(), "next": "/"}, **moved)
    assert "Droits ouverts" not in person.client.get("/", **moved).content.decode()
    assert look_ups(site, person) == []


def test_what_one_account_asked_does_not_go_on_for_the_next(site, visitor):
    person, other = visitor(), visitor()
    moved = {"REMOTE_ADDR": outside()}
    person.client.post("/", site.asked(site.insured["ouverts"]), **moved)
    person.client.post("/sign-out/", **moved)
    other.sign_in(person.client, **moved)
    assert "Droits ouverts" not in person.client.get("/", **moved).content.decode()
    assert look_ups(site, other) == []


def test_what_is_kept_is_sealed_where_it_lies(site, visitor, connect):
    person = visitor()
    asked = site.asked(site.insured["ouverts"])
    person.client.post("/", asked, REMOTE_ADDR=outside())
    (text,) = (
        connect("owner")
        .execute(
            "select string_agg(session_data, ' ') from access.access_session where account_id = %s",
            [person.account.pk],
        )
        .fetchone()
    )
    assert text
    assert asked["nir"] not in text
    assert asked["birth_date"] not in text


@pytest.mark.usefixtures("desk_by_card")
def test_a_purpose_of_level_3_offers_what_is_really_there_and_goes_on_after_it(site, visitor, rf):
    person = visitor(Profession.HOSPITAL_DESK)
    asked = site.asked(site.insured["ouverts"], purpose="admission", attempt="resumes-0003")
    page = person.client.post("/", asked)
    text = page.content.decode()
    assert "Votre carte de professionnel est demandée" in text
    assert 'href="/psc/?next=/"' in text
    assert "/sign-in/card/" not in text, "no card reader is configured here"
    assert "Saisir un code" not in text
    assert look_ups(site, person) == [("challenged", "assurance")]
    _prove_by_psc(person)
    answer = person.client.get("/").content.decode()
    assert "Droits ouverts" in answer
    assert look_ups(site, person) == [("challenged", "assurance"), ("granted", None)]
    assert "Droits ouverts" not in person.client.get("/").content.decode()


@pytest.mark.usefixtures("desk_by_card")
def test_a_code_is_no_answer_to_a_purpose_of_level_3(site, visitor):
    person = visitor(Profession.HOSPITAL_DESK)
    person.client.post("/", site.asked(site.insured["ouverts"], purpose="admission", attempt="resumes-0004"))
    page = person.client.get("/account/confirm/how/").content.decode()
    assert 'name="code"' not in page
    assert "Pro Santé Connect" in page
    person.client.post("/account/confirm/code/", {"code": person.code(), "next": "/"})
    assert "Votre carte de professionnel est demandée" in person.client.get("/").content.decode()
    assert {reason for _, reason in look_ups(site, person)} == {"assurance"}


@pytest.mark.usefixtures("desk_by_card")
def test_coming_back_without_a_proof_asks_nothing_and_forgets(site, visitor):
    person = visitor(Profession.HOSPITAL_DESK)
    person.client.post("/", site.asked(site.insured["ouverts"], purpose="admission"))
    assert look_ups(site, person) == [("challenged", "assurance")]
    person.client.get("/")
    _prove_by_psc(person)
    assert "Droits ouverts" not in person.client.get("/").content.decode()
    assert look_ups(site, person) == [("challenged", "assurance")]


@pytest.mark.usefixtures("desk_by_card")
def test_an_installation_without_a_card_says_whom_to_call(site, visitor, settings):
    settings.REMPART_PSC_URL = ""
    person = visitor(Profession.HOSPITAL_DESK)
    page = person.client.post("/", site.asked(site.insured["ouverts"], purpose="admission")).content.decode()
    assert "Appeler l’assistance" in page
    assert "/psc/" not in page


def _prove_by_psc(person) -> None:
    """What the page of Pro Santé Connect does once its checks passed, in this very session."""
    from importlib import import_module  # noqa: PLC0415

    from django.conf import settings  # noqa: PLC0415
    from django.test import RequestFactory  # noqa: PLC0415

    from rempart.access import assurance  # noqa: PLC0415
    from rempart.access.rules.places import Facts  # noqa: PLC0415

    client = person.client
    row = row_of(client)
    request = RequestFactory().get("/", REMOTE_ADDR=row.network)
    request.COOKIES = {name: morsel.value for name, morsel in client.cookies.items()}
    request.user = person.account
    store = import_module(settings.SESSION_ENGINE).SessionStore
    request.session = store(client.cookies[settings.SESSION_COOKIE_NAME].value)
    request.session.facts = Facts(row.network, row.device, row.agent)
    assurance.step_up(request, person.account, "psc")
    request.session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = request.session.session_key
