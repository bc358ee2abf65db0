"""What an authorisation request may say, whom it may be answered to, and who may press the button."""

import time
from urllib.parse import urlsplit

import pytest

from rempart.access.vendors.models import Grant
from rempart.access.vendors.redirects import is_registered, may_register, origin
from rempart.vocabulary.words import Profession
from tests.access.house import browser
from tests.access.software import BACK, Software, answer

SITE = "https://officine.example/retour?x=1"


@pytest.fixture
def software(db, cluster):
    return Software(cluster, redirects=(BACK, SITE))


# -------------------------------------------------------------------------------- where browsers go


def both(holder, address):
    """The page, and its button pressed."""
    return holder.client.get(address), holder.client.post(address, {"decision": "allow"})


TRICKS = [
    "http://127.0.0.1:51234/other",
    "http://127.0.0.1:51234/rempart/",
    "http://127.0.0.1:51234/rempart?x=1",
    "http://127.0.0.1:51234/rempart#x",
    "http://127.0.0.1:51234/../rempart",
    "http://127.0.0.1:51234//rempart",
    "http://127.0.0.1:0/rempart",
    "http://127.0.0.1:99999/rempart",
    "http://127.0.0.1:/rempart",
    "http://127.0.0.1@evil.example/rempart",
    "http://127.0.0.1:80@evil.example/rempart",
    "http://127.0.0.1.evil.example/rempart",
    "http://127.0.0.2/rempart",
    "http://localhost/rempart",
    "http://[::1]/rempart",
    "https://127.0.0.1/rempart",
    "HTTP://127.0.0.1/rempart",
    "http://127.0.0.1/rempart\n",
    "http://127.0.0.1\\@evil.example/rempart",
    "https://officine.example/retour",
    "https://officine.example/retour?x=1&y=2",
    "https://officine.example.evil.example/retour?x=1",
    "https://officine.example:8443/retour?x=1",
    "http://officine.example/retour?x=1",
    "//evil.example",
    "javascript:alert(1)",
    "",
]


@pytest.mark.parametrize("uri", TRICKS)
def test_no_browser_is_sent_to_an_address_that_is_not_registered(software, holder, uri):
    assert not is_registered(uri, [BACK, SITE])
    for page in both(holder, software.address(redirect_uri=uri)):
        assert page.status_code == 400
        assert "Location" not in page


@pytest.mark.parametrize(
    "changed", [{"client_id": "sw_unknown"}, {"client_id": None}, {"redirect_uri": None}]
)
def test_nor_when_nobody_knows_who_asks(software, holder, changed):
    page = holder.client.get(software.address(**changed))
    assert (page.status_code, "Location" in page) == (400, False)
    assert "aucun logiciel connu" in page.content.decode()


def test_nor_when_an_address_stands_twice(software, holder):
    for more in ("&redirect_uri=https://evil.example/", "&client_id=sw_other"):
        assert holder.client.get(software.address() + more).status_code == 400


def test_a_registered_site_and_any_port_of_the_loopback_are_answered(software, holder):
    for uri in (SITE, BACK, "http://127.0.0.1:1/rempart", "http://127.0.0.1:65535/rempart"):
        page = holder.client.post(software.address(redirect_uri=uri), {"decision": "allow"})
        assert page["Location"].startswith(uri)
        assert answer(page)["code"]
    assert origin(SITE) == "https://officine.example"


@pytest.mark.parametrize(
    "uri",
    [
        "http://officine.example/retour",
        "https://officine.example",
        "https://*.officine.example/retour",
        "https://user@officine.example/retour",
        "https://officine.example/retour#x",
        "https://officine.example/a b",
        "http://localhost/rempart",
        "com.vendor.app:/retour",
        "javascript:alert(1)",
    ],
)
def test_an_address_that_could_mean_anybody_is_not_registered(uri):
    assert not may_register(uri)


# ------------------------------------------------------------------------------ what the software is told


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": None}, "unsupported_response_type"),
        ({"scope": "everything"}, "invalid_scope"),
        ({"state": None}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"dpop_jkt": None}, "invalid_request"),
        ({"dpop_jkt": "x" * 44}, "invalid_request"),
        ({"acr_values": "level4"}, "invalid_request"),
        ({"max_age": "-1"}, "invalid_request"),
        ({"device_label": "<b>x</b>"}, "invalid_request"),
        ({"device_label": "x" * 41}, "invalid_request"),
    ],
    ids=str,
)
def test_what_is_wrong_is_told_to_the_software_and_gives_no_code(software, holder, changed, error):
    for page in both(holder, software.address(**changed)):
        assert page["Location"].startswith("http://127.0.0.1:51234/rempart?")
        told = answer(page)
        assert told["error"] == error
        assert "code" not in told
    assert not Grant.objects.filter(account=holder.account).exists()


def test_a_no_is_told_and_leaves_nothing(software, holder):
    told = answer(holder.client.post(software.address(), {"decision": "deny"}))
    assert (told["error"], told["state"]) == ("access_denied", "s-1")
    assert not Grant.objects.filter(account=holder.account).exists()


def test_the_button_needs_this_site_s_own_form(software, holder):
    holder.client.handler.enforce_csrf_checks = True
    page = holder.client.post(software.address(), {"decision": "allow"})
    assert page.status_code == 403
    assert not Grant.objects.filter(account=holder.account).exists()


# --------------------------------------------------------------------------------------- who may say yes


def test_whoever_is_not_signed_in_signs_in_first_and_comes_back(software, person):
    page = browser().get(software.address())
    assert page.status_code == 302
    assert urlsplit(page["Location"]).path == "/sign-in/"
    assert "dpop_jkt" in page["Location"]


def test_a_password_alone_or_a_staff_account_says_nothing(software, person):
    half = person(factor=False)
    half.sign_in()
    staff = person(Profession.OPERATOR)
    staff.sign_in()
    for who, status in ((half, 302), (staff, 403)):
        page = who.client.post(software.address(), {"decision": "allow"})
        assert page.status_code == status
        assert not Grant.objects.filter(account=who.account).exists()


def _age(holder, seconds):
    """The holder's proofs were given so long ago."""
    session = holder.client.session
    session["account_authentication_methods"] = [
        record | {"at": time.time() - seconds} for record in session["account_authentication_methods"]
    ]
    session.save()


@pytest.mark.parametrize(
    ("seconds", "changed"), [(301, {}), (61, {"max_age": "0"}), (121, {"max_age": "120"})]
)
def test_an_old_proof_is_asked_again_before_anybody_says_yes(software, holder, seconds, changed):
    _age(holder, seconds)
    page = holder.client.get(software.address(**changed))
    assert urlsplit(page["Location"]).path.startswith("/account/confirm/")
    page = holder.client.post(software.address(**changed), {"decision": "allow"})
    assert page["Location"] == software.address(**changed)
    assert not Grant.objects.filter(account=holder.account).exists()


def test_a_password_is_no_fresh_proof(software, holder):
    _age(holder, 400)
    session = holder.client.session
    session["account_authentication_methods"] += [{"method": "password", "at": time.time()}]
    session.save()
    assert holder.client.get(software.address()).status_code == 302


def test_a_software_may_ask_for_the_professional_s_card(software, holder):
    page = holder.client.get(software.address(acr_values="level3"))
    assert "Ce logiciel demande votre carte" in page.content.decode()
    page = holder.client.post(software.address(acr_values="level3"), {"decision": "allow"})
    assert page.status_code == 200
    assert not Grant.objects.filter(account=holder.account).exists()
    assert answer(holder.client.post(software.address(acr_values="level3"), {"decision": "deny"}))["error"]
