"""An account for whoever was checked: one each, told to the holder's other accounts, trusted later."""

import secrets

import pytest
from django.test import RequestFactory

from rempart.access import enrol
from rempart.access.enrol import NotEnrolled
from rempart.access.identities import Proof
from rempart.access.models import Account, Activity, Identity, Notice, Organisation, Professional
from rempart.access.sessions import SessionStore
from tests.access.house import as_owner


@pytest.fixture
def professional(db, cluster, fresh):
    """`professional(2)` → somebody of the directory who works at two places, and the places."""

    def make(places=1, **changes):
        with as_owner(cluster):
            known = {"given_name": "Zoé", "family_name": fresh("Canari"), "profession": "pharmacist"}
            person = Professional.objects.create(
                rpps=f"1{secrets.randbelow(10**10):010d}", **(known | changes)
            )
            found = [
                Organisation.objects.create(technical_id=fresh("place"), name=f"Pharmacie {n}")
                for n in range(places)
            ]
            for place in found:
                Activity.objects.create(professional=person, organisation=place, profession=person.profession)
        return person, found

    return make


def request_of():
    from django.contrib.auth.models import AnonymousUser  # noqa: PLC0415

    request = RequestFactory().get("/", REMOTE_ADDR="127.0.0.1")
    request.session = SessionStore()
    request.user = AnonymousUser()
    return request


def proof(subject):
    return Proof("psc", "https://psc.example", subject)


def open_one(person, place, fresh, **more):
    return enrol.open_known(request_of(), person, place, login=fresh("zoe"), email="", **more)


def test_an_account_is_opened_once_for_a_place(professional, fresh):
    person, (place,) = professional()
    made = open_one(person, place, fresh)
    assert isinstance(made, Account)
    assert (made.professional_id, made.organisation_id, made.card_reason) == (
        person.pk,
        place.pk,
        "new_account",
    )
    assert open_one(person, place, fresh) is NotEnrolled.HAS_ACCOUNT


def test_where_the_directory_does_not_know_them_there_is_none(professional, fresh):
    person, _ = professional()
    _, (elsewhere,) = professional()
    assert open_one(person, elsewhere, fresh) is NotEnrolled.NOT_THERE
    gone, (place,) = professional(active=False)
    assert open_one(gone, place, fresh) is NotEnrolled.NOT_THERE
    assert enrol.open_places(gone) == []


def test_the_login_is_proposed_free_and_checked(professional, fresh):
    person, places = professional(3)
    login = enrol.propose_login(person)
    assert login.startswith("zoe.canari")
    assert isinstance(enrol.open_known(request_of(), person, places[0], login=login, email=""), Account)
    assert enrol.propose_login(person) == f"{login}2"
    assert enrol.open_known(request_of(), person, places[1], login=login, email="") is NotEnrolled.LOGIN_TAKEN
    assert enrol.open_known(request_of(), person, places[2], login="A |", email="") is NotEnrolled.LOGIN_SHAPE
    assert enrol.open_places(person) == places[1:]


def test_other_accounts_of_the_professional_are_told(professional, fresh):
    person, (first, second) = professional(2)
    before = open_one(person, first, fresh)
    open_one(person, second, fresh)
    told = Notice.objects.filter(account=before, kind="access:account:opened")
    assert [notice.details["organisation"] for notice in told] == [second.name]


def test_with_a_proof_the_identity_is_kept_and_the_session_is_at_level_3(professional, fresh):
    person, (place,) = professional()
    request = request_of()
    subject = fresh("subject")
    made = enrol.enrol_known(request, person, place, login=fresh("zoe"), email="", proof=proof(subject))
    assert isinstance(made, Account)
    assert Identity.objects.get(subject=subject).account_id == made.pk
    assert request.session.assurance == 3


def test_somebody_elses_identity_opens_nothing(professional, fresh):
    subject = fresh("subject")
    person, (place,) = professional()
    open_one(person, place, fresh, proof=proof(subject))
    other, (there,) = professional()
    assert open_one(other, there, fresh, proof=proof(subject)) is NotEnrolled.IDENTITY
    assert not Account.objects.filter(professional=other).exists()
