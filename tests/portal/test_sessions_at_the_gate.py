"""What a session is worth is the same in pages and at the gate, from the very next request on."""

import pytest

from rempart.gate.client import Caller, Client, Credential
from tests.access.house import browser
from tests.access.test_sessions import key_of, row_of


@pytest.fixture
def ask(site):
    """`ask(client)` asks the gate itself with a browser's session, as a page does."""
    gate = Client(site.house.socket)

    def asked(client, *, device: str | None = None):
        caller = Caller(
            credential=Credential("session", key_of(client)),
            network=client.defaults["REMOTE_ADDR"],
            device=row_of(client).device if device is None else device,
            language="fr",
        )
        reply = gate.look_up(caller, site.insured["ouverts"].ask()).body
        return reply["verdict"], reply.get("reason")

    return asked


def test_each_session_is_ended_by_itself_and_is_dead_on_the_next_request(visitor, ask):
    person = visitor()
    other = person.sign_in(browser())
    assert ask(other)[0] == ask(person.client)[0] == "granted"
    reference = row_of(other).pk[:16]
    assert f"/compte/sessions/{reference}/fermer" in person.client.get("/compte").content.decode()
    assert person.client.post(f"/compte/sessions/{reference}/fermer").status_code == 302
    assert ask(other) == ("refused", "credential")
    assert other.get("/compte").status_code == 302
    assert ask(person.client)[0] == "granted"
    assert person.client.get("/compte").status_code == 200


def test_ones_own_session_is_ended_by_signing_out_and_nobody_elses_at_all(visitor):
    person, stranger = visitor(), visitor()
    mine = row_of(person.client).pk[:16]
    assert stranger.client.post(f"/compte/sessions/{mine}/fermer").status_code == 302
    assert stranger.client.post(f"/compte/sessions/{mine[:1]}/fermer").status_code == 302
    assert person.client.get("/compte").status_code == 200
    assert person.client.post(f"/compte/sessions/{mine}/fermer")["Location"] == "/sign-out/"


def test_a_key_on_another_device_is_nobodys_at_the_gate_either(visitor, ask):
    person = visitor()
    assert ask(person.client, device="") == ("refused", "credential")
    assert ask(person.client, device="0123456789abcdef") == ("refused", "credential")
    assert ask(person.client)[0] == "granted"


def test_a_session_that_fell_by_a_page_is_too_low_at_the_gate_at_once(visitor, ask):
    person = visitor()
    assert person.client.get("/", REMOTE_ADDR="192.0.2.77").status_code == 302
    assert ask(person.client) == ("challenged", "assurance")


def test_a_new_device_away_from_home_needs_the_card(visitor, ask, site):
    person = visitor()
    away = person.sign_in(browser("192.0.2.78"))
    assert ask(away) == ("challenged", "card_required")
    assert ask(person.client)[0] == "granted"
