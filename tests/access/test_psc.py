"""Pro Santé Connect against a provider that really runs: what is honest gets in, at level 3; nothing else."""

import json
import secrets
import time
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth import SESSION_KEY
from django.utils import timezone

from rempart.access.models import Account, Identity, Organisation, Session
from tests.access.house import PASSWORD, as_owner, browser
from tests.access.psc_house import claims_of, come_back, go, is_in, leave, session_of


def last_refusal(connect):
    row = connect("owner").execute(
        "select reason from journal.for_pages where tag = 'access:identity:refused' order by at desc limit 1"
    )
    return row.fetchone()[0]


# In ----------------------------------------------------------------------------------------------


def test_an_honest_answer_signs_in_at_level_3(provider, cast):
    somebody = cast()
    provider.says(somebody.claims)
    client = browser()
    page = go(client, "/mes-consultations?x=1")
    assert (page.status_code, page["Location"]) == (302, "/mes-consultations?x=1")
    assert session_of(client).assurance == 3
    (row,) = Identity.objects.filter(issuer=provider.issuer, subject=somebody.sub)
    assert row.account_id == somebody.accounts[0].pk


def test_the_request_asks_for_what_the_protocol_needs(provider, cast):
    provider.says(cast().claims)
    asked = parse_qs(urlsplit(leave(browser())["Location"]).query)
    assert asked["acr_values"] == ["eidas1"]
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == ["http://localhost:8000/psc/back/"]
    assert len(asked["nonce"][0]) >= 43
    assert asked["nonce"] != asked["state"]


def test_nobody_is_sent_elsewhere_afterwards(provider, cast):
    provider.says(cast().claims)
    for target in (
        "https://elsewhere.example/",
        "//elsewhere.example/",
        "/\\elsewhere.example",
        "javascript:1",
    ):
        assert go(browser(), target)["Location"] == "/"


def test_several_accounts_are_chosen_from(provider, cast):
    somebody = cast(places=2, accounts=2)
    provider.says(somebody.claims)
    client = browser()
    page = go(client)
    assert page["Location"] == "/psc/account/"
    assert not is_in(client)
    shown = client.get("/psc/account/").content.decode()
    assert all(one.login in shown for one in somebody.accounts)
    other = cast()
    assert client.post("/psc/account/", {"account": other.accounts[0].pk}).status_code == 200
    assert not is_in(client)
    client.post("/psc/account/", {"account": somebody.accounts[1].pk})
    assert is_in(client, somebody.accounts[1])
    assert session_of(client).assurance == 3


def test_who_is_signed_in_steps_up_and_comes_back(provider, cast):
    somebody = cast()
    provider.says(somebody.claims)
    client = browser()
    client.post("/sign-in/", {"login": somebody.accounts[0].login, "password": PASSWORD})
    before = session_of(client)
    assert before.assurance == 1
    page = go(client, "/mon-compte")
    assert page["Location"] == "/mon-compte"
    after = session_of(client)
    assert (after.assurance, after.account_id) == (3, before.account_id)
    assert after.pk != before.pk
    assert Session.objects.get(pk=before.pk).ended_at
    assert provider.log("auth")[-1]["prompt"] == "login"


def test_a_step_up_wants_the_card_now(provider, cast, connect):
    somebody = cast()
    client = browser()
    client.post("/sign-in/", {"login": somebody.accounts[0].login, "password": PASSWORD})
    provider.says(somebody.claims, claims={"auth_time": int(time.time()) - 3600})
    assert go(client).status_code == 403
    assert session_of(client).assurance == 1
    assert last_refusal(connect) == "auth_time"


def test_another_persons_identity_signs_the_first_out(provider, cast):
    first, second = cast(), cast()
    client = browser()
    provider.says(first.claims)
    go(client)
    before = session_of(client)
    provider.says(second.claims)
    assert go(client, "/mon-compte")["Location"] == "/"
    assert is_in(client, second.accounts[0])
    assert Session.objects.get(pk=before.pk).ended_at
    assert not Identity.objects.filter(account=first.accounts[0], subject=second.sub).exists()


# Not in ------------------------------------------------------------------------------------------

NOW = int(time.time())
LIES = {
    "expired": ({"claims": {"exp": NOW - 300, "iat": NOW - 360}}, "exp"),
    "from the future": ({"claims": {"iat": NOW + 3600, "exp": NOW + 7200}}, "iat"),
    "kept for long": ({"claims": {"iat": NOW - 7200, "exp": NOW + 7200}}, "iat"),
    "another audience": ({"claims": {"aud": "somebody else"}}, "aud"),
    "another audience, our name as party": ({"claims": {"aud": ["somebody else"]}}, "aud"),
    "two audiences, no party": ({"claims": {"aud": ["rempart-test", "b"], "azp": None}}, "azp"),
    "another party": ({"claims": {"azp": "somebody else"}}, "azp"),
    "another issuer": ({"claims": {"iss": "https://elsewhere.example"}}, "iss"),
    "another nonce": ({"claims": {"nonce": "x" * 64}}, "nonce"),
    "no nonce": ({"claims": {"nonce": None}}, "nonce"),
    "no level": ({"claims": {"acr": None}}, "acr"),
    "a low level": ({"claims": {"acr": "0"}}, "acr"),
    "another access token": ({"claims": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}}, "at_hash"),
    "no subject": ({"claims": {"sub": None}}, "sub"),
    "no end": ({"claims": {"exp": None}}, "exp"),
    "no signature": ({"alg": "none"}, "signature"),
    "the public key as a secret": ({"alg": "HS256"}, "signature"),
    "another key": ({"key": "other"}, "signature"),
    "a key nobody published": ({"key": "other", "kid": "two"}, "signature"),
    "another subject at userinfo": ({"userinfo_sub": "f:somebody:else"}, "userinfo_sub"),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_opens_nothing_and_is_journaled(provider, cast, connect, lie):
    twist, reason = LIES[lie]
    provider.says(cast().claims, **twist)
    client = browser()
    assert go(client).status_code == 403
    assert not is_in(client)
    assert last_refusal(connect) == reason


def test_an_answer_is_taken_once(provider, cast):
    provider.says(cast().claims)
    client = browser()
    answer = come_back(client, leave(client))
    assert client.get(answer).status_code == 302
    client.post("/sign-out/")
    assert client.get(answer).status_code == 403
    assert not is_in(client)


def test_an_answer_belongs_to_the_browser_that_asked(provider, cast):
    provider.says(cast().claims)
    answer = come_back(None, leave(browser()))
    thief = browser()
    assert thief.get(answer).status_code == 403
    leave(thief)  # even one that waits for an answer of its own
    assert thief.get(answer).status_code == 403
    assert not is_in(thief)


@pytest.mark.parametrize(
    "change", [{"state": ""}, {"state": "x" * 64}, {"code": ""}, {"iss": "https://x.example"}]
)
def test_a_forged_answer_is_refused_and_spends_the_asking(provider, cast, change):
    provider.says(cast().claims)
    client = browser()
    answer = urlsplit(come_back(client, leave(client)))
    fields = {name: values[0] for name, values in parse_qs(answer.query).items()}
    assert client.get(answer.path, fields | change).status_code == 403
    assert not is_in(client)
    if change.get("state") != "":
        assert client.get(f"{answer.path}?{answer.query}").status_code == 403


def test_a_code_that_was_used_is_worth_nothing(provider, cast):
    somebody = cast()
    provider.says(somebody.claims)
    first, second = browser(), browser()
    code = parse_qs(urlsplit(come_back(first, leave(first))).query)["code"][0]
    answer = urlsplit(come_back(second, leave(second)))
    state = parse_qs(answer.query)["state"][0]
    assert second.get(answer.path, {"state": state, "code": code}).status_code == 503
    assert not is_in(second)


def test_whoever_turns_back_there_is_told_so(provider, cast):
    provider.says(cast().claims, error="access_denied")
    page = go(browser())
    assert page.status_code == 200
    assert "abandonnée" in page.content.decode()


def test_another_issuers_announcement_is_refused(provider, settings, cast):
    provider.says(cast().claims)
    settings.REMPART_PSC_URL = f"{provider.url}/elsewhere"
    assert leave(browser()).status_code == 503


def test_off_means_off(provider, settings):
    settings.REMPART_PSC_URL = ""
    client = browser()
    assert leave(client).status_code == client.get("/psc/back/?state=x&code=y").status_code == 404
    assert "/psc/" not in client.get("/sign-in/").content.decode()


# The directory -----------------------------------------------------------------------------------


def test_the_directory_has_the_last_word(provider, cast, connect):
    inactive, somebody = cast(active=False), cast()
    unknown = claims_of(f"81{secrets.randbelow(10**10):010d}", "f:x:unknown", ["R1"])
    elsewhere = claims_of(somebody.claims["SubjectNameID"], somebody.sub, ["R-nowhere"])
    nowhere = claims_of(somebody.claims["SubjectNameID"], somebody.sub, [])
    other = json.loads(json.dumps(somebody.claims))
    other["SubjectRefPro"]["exercices"][0]["codeProfession"] = "10"
    for claims, reason in (
        (inactive.claims, "inactive_professional"),
        (unknown, "unknown_professional"),
        (elsewhere, "unknown_structure"),
        (nowhere, "unknown_structure"),
        (other, "other_profession"),
        ({"sub": "f:x:nobody"}, "unknown_professional"),
        (somebody.claims | {"SubjectRefPro": "x"}, "other_profession"),
    ):
        provider.says(claims)
        client = browser()
        page = go(client)
        assert page.status_code == 403
        assert last_refusal(connect) == reason
        assert not is_in(client)


def test_a_place_may_be_named_by_finess_or_siret(provider, cast, cluster, fresh):
    somebody = cast()
    siret = f"{secrets.randbelow(10**14):014d}"
    with as_owner(cluster):
        Organisation.objects.filter(pk=somebody.places[0].pk).update(siret=siret)
    claims = claims_of(somebody.claims["SubjectNameID"], somebody.sub, [""])
    claims["SubjectRefPro"]["exercices"][0]["activities"][0]["numeroSiretSite"] = siret
    provider.says(claims)
    client = browser()
    go(client)
    assert is_in(client, somebody.accounts[0])


def test_a_second_subject_is_not_linked_silently(provider, cast, connect):
    somebody = cast()
    provider.says(somebody.claims)
    go(browser())
    provider.says(somebody.claims | {"sub": "f:550dc1c8:another"})
    client = browser()
    assert go(client).status_code == 403
    assert last_refusal(connect) == "other_subject"
    Identity.objects.filter(subject=somebody.sub).update(ended_at=timezone.now())
    provider.says(somebody.claims)
    assert go(browser()).status_code == 403
    assert last_refusal(connect) == "identity_ended"


# Out ---------------------------------------------------------------------------------------------


def test_signing_out_here_signs_out_there(provider, cast):
    provider.says(cast().claims)
    client = browser()
    go(client)
    page = client.post("/sign-out/")
    assert page["Location"] == "/psc/out/"
    assert not is_in(client)
    shown = client.get("/psc/out/").content.decode()
    assert f"{provider.issuer}/logout?id_token_hint=" in shown
    assert "post_logout_redirect_uri=http%3A%2F%2Flocalhost%3A8000%2Fsign-in%2F" in shown
    assert client.get("/psc/out/")["Location"] == "/sign-in/"


def test_signing_out_there_signs_out_here(provider, cast):
    somebody = cast()
    provider.says(somebody.claims)
    client = browser()
    go(client)
    provider.says(somebody.claims, key="other")
    assert (
        browser().post("/psc/ended/", {"logout_token": provider.logout_token(somebody.sub)}).status_code
        == 400
    )
    assert is_in(client)
    provider.says(somebody.claims, claims={"nonce": "x"})
    assert (
        browser().post("/psc/ended/", {"logout_token": provider.logout_token(somebody.sub)}).status_code
        == 400
    )
    assert is_in(client)
    provider.says(somebody.claims)
    assert (
        browser().post("/psc/ended/", {"logout_token": provider.logout_token(somebody.sub)}).status_code
        == 200
    )
    assert not is_in(client)


# Enrolment ---------------------------------------------------------------------------------------

FORM = {
    "email": "z@example.fr",
    "password1": "a password of their own",
    "password2": "a password of their own",
}


def test_whoever_has_no_account_opens_one_where_directory_and_card_agree(provider, cast, fresh):
    somebody = cast(places=2, accounts=0)
    elsewhere = cast(accounts=0)
    provider.says(somebody.claims)
    client = browser()
    assert go(client)["Location"] == "/enrol/account/"
    assert not is_in(client)
    assert "Fistinien" in client.get("/enrol/account/").content.decode()
    login = fresh("fistinien")
    refused = client.post("/enrol/account/", FORM | {"login": login, "organisation": elsewhere.places[0].pk})
    assert refused.status_code == 200
    page = client.post("/enrol/account/", FORM | {"login": login, "organisation": somebody.places[1].pk})
    assert page["Location"] == "/account/second-factor/"
    made = Account.objects.get(login=login)
    assert (made.professional_id, made.organisation_id) == (somebody.professional.pk, somebody.places[1].pk)
    assert made.card_until > timezone.now()
    assert is_in(client, made)
    assert session_of(client).assurance == 3
    assert client.get("/enrol/account/")["Location"] == "/enrol/"


def test_what_was_proved_is_nobody_elses(provider, cast):
    provider.says(cast(accounts=0).claims)
    client = browser()
    go(client)
    other = cast()
    client.post("/sign-in/", {"login": other.accounts[0].login, "password": PASSWORD})
    assert client.get("/enrol/account/")["Location"] == "/enrol/"
    assert SESSION_KEY in client.session
