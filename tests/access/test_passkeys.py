"""Passkeys on the server: what counts as one, and every answer that does not."""

import copy
import json

import pytest
from allauth.mfa.models import Authenticator
from hypothesis import given
from hypothesis import strategies as st

from rempart.access import factors, passkeys
from rempart.access.models import Account
from tests.access import passkey as keys
from tests.access.passkey import Passkey
from tests.access.test_sessions import row_of

PLACE = "/account/second-factor/"


def notes(connect, holder) -> list[tuple]:
    return (
        connect("owner")
        .execute(
            "select tag, verdict, reason from journal.entry where account = %s order by seq",
            [holder.account.pk],
        )
        .fetchall()
    )


@pytest.fixture
def holder(person):
    """Signed in with password and code, a moment ago."""
    made = person()
    made.client = keys.client()
    made.sign_in()
    return made


def test_a_passkey_is_enrolled_listed_and_signs_in_alone_at_level_2(holder, connect):
    passkey, page = keys.enrol(holder, holder.client)
    assert page["Location"] == "/account/passkeys/"
    listed = holder.client.get("/account/passkeys/").content.decode()
    assert "Comptoir" in listed
    elsewhere = keys.client()
    assert keys.sign_in(elsewhere, passkey)["Location"] == "/"
    assert elsewhere.get(PLACE).status_code == 200
    assert row_of(elsewhere).assurance == 2
    assert ("access:factor:enrolled", None, None) in notes(connect, holder)


def test_a_new_passkey_asks_for_the_card_ends_other_sessions_and_is_told(holder, connect):
    other = keys.client()
    holder.sign_in(other)
    _, page = keys.enrol(holder, holder.client)
    assert page.status_code == 302
    assert other.get(PLACE)["Location"].startswith("/sign-in/")
    until, why, told = (
        connect("owner")
        .execute(
            "select card_until > now() + interval '47 hours', card_reason, (select count(*) from"
            " access.access_notice n where n.account_id = a.id and kind = 'access:factor:enrolled')"
            " from access.access_account a where id = %s",
            [holder.account.pk],
        )
        .fetchone()
    )
    assert (until, why, told) == (True, "new_factor", 1)


def test_without_user_verification_nothing_is_enrolled_signed_in_or_stepped_up(holder, connect):
    lax = Passkey(verifies=False)
    _, page = keys.enrol(holder, holder.client, lax)
    assert page.status_code == 200
    assert passkeys.of_account(holder.account) == []
    passkey, _ = keys.enrol(holder, holder.client)
    passkey.verifies = False
    stranger = keys.client()
    assert keys.sign_in(stranger, passkey)["Location"] == "/sign-in/"
    assert stranger.get(PLACE)["Location"].startswith("/sign-in/")
    assert keys.confirm(holder.client, passkey).status_code == 200, "the page again, with what went wrong"
    assert ("access:session:refused", "refused", "passkey") in notes(connect, holder)
    passkey.verifies = True
    assert keys.sign_in(stranger, passkey)["Location"] == "/"


def test_a_challenge_is_taken_once_and_only_in_its_own_session(holder):
    passkey, _ = keys.enrol(holder, holder.client)
    browser, other = keys.client(), keys.client()
    options = browser.post("/sign-in/passkey/options/").json()
    answer = {"credential": json.dumps(passkey.get(options))}
    assert other.post("/sign-in/passkey/", answer)["Location"] == "/sign-in/"
    other.post("/sign-in/passkey/options/")
    assert other.post("/sign-in/passkey/", answer)["Location"] == "/sign-in/", "its own challenge is another"
    assert browser.post("/sign-in/passkey/", answer)["Location"] == "/"
    browser.post("/sign-out/")
    assert browser.post("/sign-in/passkey/", answer)["Location"] == "/sign-in/"


def test_of_two_requests_at_once_with_one_answer_one_passes(holder, rf):
    passkey, _ = keys.enrol(holder, holder.client)
    first, second = rf.post("/", HTTP_HOST="localhost"), rf.post("/", HTTP_HOST="localhost")
    first.session = {}
    options = json.loads(json.dumps(passkeys.to_prove(first, "sign_in", None)))
    second.session = copy.deepcopy(first.session)
    answer = passkey.get(options)
    assert passkeys.prove(first, "sign_in", None, answer) is not None
    assert passkeys.prove(second, "sign_in", None, answer) is None


def test_a_challenge_older_than_five_minutes_is_worth_nothing(holder, monkeypatch):
    passkey, _ = keys.enrol(holder, holder.client)
    browser = keys.client()
    options = browser.post("/sign-in/passkey/options/").json()
    now = passkeys.time.time()
    monkeypatch.setattr("rempart.access.passkeys.time.time", lambda: now + 301)
    answer = {"credential": json.dumps(passkey.get(options))}
    assert browser.post("/sign-in/passkey/", answer)["Location"] == "/sign-in/"


@pytest.mark.parametrize(
    ("wrong", "value"),
    [
        ("origin", "http://localhost:1"),
        ("origin", "https://localhost"),
        ("origin", "http://evil.example"),
        ("rp", "evil.example"),
        ("id", b"\1" * 32),
        ("handle", "OTk5OTk5"),
        ("handle", ""),
        ("handle", "w6k"),
    ],
)
def test_an_answer_that_fits_anything_else_is_refused(holder, wrong, value):
    passkey, _ = keys.enrol(holder, holder.client)
    setattr(passkey, wrong, value)
    assert keys.sign_in(keys.client(), passkey)["Location"] == "/sign-in/"


def test_another_accounts_passkey_confirms_nothing(holder, person):
    other = person()
    other.client = keys.client()
    other.sign_in()
    theirs, _ = keys.enrol(other, other.client)
    mine, _ = keys.enrol(holder, holder.client)
    assert keys.confirm(holder.client, theirs).status_code == 200, "the page again"
    assert keys.confirm(holder.client, mine)["Location"] == "/"


def test_a_proof_asked_for_one_purpose_does_for_no_other(holder):
    passkey, _ = keys.enrol(holder, holder.client)
    options = holder.client.post("/account/confirm/passkey/options/").json()
    answer = {"credential": json.dumps(passkey.get(options))}
    page = holder.client.post("/account/passkeys/new/", answer | {"name": "x"})
    assert page.status_code == 200
    assert len(passkeys.of_account(holder.account)) == 1
    assert holder.client.post("/account/confirm/passkey/", answer).status_code == 200, "spent"
    mine = {"account": str(holder.account.pk)}
    options = holder.client.post("/sign-in/passkey/options/", mine).json()
    answer = {"credential": json.dumps(passkey.get(options))}
    assert holder.client.post("/account/confirm/passkey/", answer).status_code == 200, "asked for a sign-in"


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    ["id", "rawId", "response", "type", "clientDataJSON", "userHandle", "signature"]
                ),
                inner,
                max_size=5,
            )
        ),
        max_leaves=12,
    )
)
def test_no_answer_whatever_it_holds_is_an_error(answer):
    from django.test import RequestFactory  # noqa: PLC0415

    request = RequestFactory().post("/", HTTP_HOST="localhost")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("rempart.access.passkeys._first", lambda _challenge: True)
        patch.setattr("rempart.access.passkeys.get_credentials", lambda _account: [])
        patch.setattr("rempart.access.passkeys._named", lambda _response: Account(pk=1, is_active=True))
        request.session = {}
        passkeys.to_prove(request, "sign_in", None)
        assert passkeys.prove(request, "sign_in", None, answer) is None


@pytest.mark.parametrize("place", ["id", "rawId", "response", "signature", "userHandle"])
def test_a_number_in_place_of_bytes_takes_no_memory(place, monkeypatch):
    """Twenty thousand million zero bytes would be asked for."""
    from django.test import RequestFactory  # noqa: PLC0415

    request = RequestFactory().post("/", HTTP_HOST="localhost")
    monkeypatch.setattr("rempart.access.passkeys._first", lambda _challenge: True)
    monkeypatch.setattr("rempart.access.passkeys.get_credentials", lambda _account: [])
    inner = {"clientDataJSON": "e30", "authenticatorData": "e30", "signature": "e30"}
    answer = {"id": "e30", "rawId": "e30", "type": "public-key", "response": inner}
    (inner if place in {"signature", "userHandle"} else answer)[place] = 20_000_000_000
    read = []
    monkeypatch.setattr("rempart.access.passkeys.AuthenticationResponse.from_dict", read.append)
    request.session = {}
    passkeys.to_prove(request, "sign_in", None)
    assert passkeys.prove(request, "sign_in", None, answer) is None
    assert passkeys.named_in(answer) is None
    assert read == []


@pytest.mark.parametrize("posted", ["", "x", "{}", "[]", "null", "{" * 9000, '{"response": 1}', "x" * 20_000])
def test_what_is_no_answer_is_refused_without_an_error(holder, posted):
    browser = keys.client()
    browser.post("/sign-in/passkey/options/")
    assert browser.post("/sign-in/passkey/", {"credential": posted})["Location"] == "/sign-in/"


def test_the_first_factor_of_an_account_takes_its_password_afresh(person):
    newcomer = person(factor=False)
    newcomer.client = keys.client()
    newcomer.sign_in()
    passkey, page = keys.enrol(newcomer, newcomer.client)
    assert page["Location"] == "/account/recovery-codes/"
    assert row_of(newcomer.client).assurance == 2
    assert factors.has_factor(newcomer.account)
    assert newcomer.client.get("/").status_code == 200
    again = keys.client()
    again.post("/sign-in/", {"login": newcomer.account.login, "password": newcomer.password})
    assert again.get(PLACE).status_code == 302, "the password alone opens nothing any more"
    options = again.post("/sign-in/passkey/options/", {"half_way": "1"}).json()
    assert len(options["publicKey"]["allowCredentials"]) == 1
    answer = {"credential": json.dumps(passkey.get(options))}
    assert again.post("/sign-in/code/", answer)["Location"] == "/"
    assert row_of(again).assurance == 2


@pytest.mark.parametrize("path", ["new/", "new/options/", "{pk}/name/", "{pk}/remove/"])
def test_an_old_proof_changes_no_passkey(holder, monkeypatch, path):
    keys.enrol(holder, holder.client)
    (known,) = passkeys.of_account(holder.account)
    now = passkeys.time.time()
    monkeypatch.setattr("rempart.access.adapter.time.time", lambda: now + 301)
    monkeypatch.setattr("allauth.account.internal.flows.reauthentication.time.time", lambda: now + 301)
    answer = holder.client.post(f"/account/passkeys/{path.format(pk=known.pk)}", {"name": "x"})
    assert answer["Location"].startswith("/account/confirm/passkey/")
    assert [one.wrap().name for one in passkeys.of_account(holder.account)] == ["Comptoir"]


def test_somebody_elses_passkey_is_neither_renamed_nor_removed(holder, person):
    other = person()
    other.client = keys.client()
    other.sign_in()
    keys.enrol(other, other.client)
    (theirs,) = passkeys.of_account(other.account)
    for what in ("name", "remove"):
        assert holder.client.post(f"/account/passkeys/{theirs.pk}/{what}/", {"name": "x"}).status_code == 404
    totp = Authenticator.objects.get(user=holder.account, type="totp")
    assert holder.client.post(f"/account/passkeys/{totp.pk}/remove/").status_code == 404
    assert len(passkeys.of_account(other.account)) == 1


def test_a_lost_passkey_is_removed_with_another_factor_and_opens_nothing_any_more(holder, connect):
    passkey, _ = keys.enrol(holder, holder.client)
    lost = passkeys.of_account(holder.account)[0]
    holder.client.post("/sign-out/")
    holder.sign_in()
    assert "Comptoir" in holder.client.get(f"/account/passkeys/{lost.pk}/remove/").content.decode()
    assert holder.client.post(f"/account/passkeys/{lost.pk}/remove/")["Location"] == "/account/passkeys/"
    assert row_of(holder.client).assurance == 2, "the code was proved just now"
    assert keys.sign_in(keys.client(), passkey)["Location"] == "/sign-in/"
    assert "access:factor:removed" in [tag for tag, *_ in notes(connect, holder)]


def test_the_last_factor_takes_the_session_down_with_it_and_the_recovery_codes(person):
    newcomer = person(factor=False)
    newcomer.client = keys.client()
    newcomer.sign_in()
    keys.enrol(newcomer, newcomer.client)
    (last,) = passkeys.of_account(newcomer.account)
    page = newcomer.client.get(f"/account/passkeys/{last.pk}/remove/").content.decode()
    assert "dernier" in page
    newcomer.client.post(f"/account/passkeys/{last.pk}/remove/")
    assert row_of(newcomer.client).assurance == 1
    assert not Authenticator.objects.filter(user=newcomer.account).exists()
    assert newcomer.client.get("/")["Location"] == "/account/second-factor/activate/"


def test_a_passkey_is_renamed_and_its_name_is_never_markup(holder):
    keys.enrol(holder, holder.client)
    (known,) = passkeys.of_account(holder.account)
    holder.client.post(f"/account/passkeys/{known.pk}/name/", {"name": "<b>Téléphone"})
    assert "&lt;b&gt;Téléphone" in holder.client.get("/account/passkeys/").content.decode()
    assert holder.client.post(f"/account/passkeys/{known.pk}/name/", {"name": ""}).status_code == 200


def test_a_closed_account_signs_in_with_no_passkey(holder, connect):
    passkey, _ = keys.enrol(holder, holder.client)
    connect("owner").execute(
        "update access.access_account set is_active = false where id = %s", [holder.account.pk]
    )
    assert keys.sign_in(keys.client(), passkey)["Location"] == "/sign-in/"


def test_a_leaked_password_holds_the_account_at_level_1_with_a_passkey_too(holder, connect):
    passkey, _ = keys.enrol(holder, holder.client)
    connect("owner").execute("select access.ask_renewal(%s, 'leaked_password')", [holder.account.pk])
    browser = keys.client()
    keys.sign_in(browser, passkey)
    assert row_of(browser).assurance == 1


def test_ten_thousand_strangers_do_not_keep_the_owners_passkey_out_nor_fill_the_journal(holder, connect):
    passkey, _ = keys.enrol(holder, holder.client)
    stranger = keys.client()
    passkey.verifies = False
    for _ in range(40):
        keys.sign_in(stranger, passkey)
    written = [reason for _, _, reason in notes(connect, holder) if reason == "passkey"]
    assert len(written) == 20
    passkey.verifies = True
    assert keys.sign_in(stranger, passkey)["Location"] == "/"


@pytest.mark.parametrize(
    ("host", "secure", "usable", "by_name"),
    [
        ("localhost:8000", False, True, ""),
        ("127.0.0.1:8000", False, False, "http://localhost:8000/sign-in/"),
        ("[::1]:8000", False, False, "http://localhost:8000/sign-in/"),
        ("192.0.2.7", True, False, ""),
        ("rempart.example", True, True, ""),
        ("rempart.example", False, False, ""),
    ],
)
def test_an_address_in_numbers_says_kindly_where_passkeys_work(rf, settings, host, secure, usable, by_name):
    settings.ALLOWED_HOSTS = ["*"]
    request = rf.get("/sign-in/", HTTP_HOST=host, secure=secure)
    assert passkeys.usable_here(request) is usable
    assert passkeys.address_by_name(request) == by_name


def test_the_sign_in_page_links_to_its_name(db):
    page = keys.client(HTTP_HOST="127.0.0.1").get("/sign-in/").content.decode()
    assert 'href="http://localhost/sign-in/"' in page
    assert "data-passkey" not in page
    assert "data-passkey" in keys.client().get("/sign-in/").content.decode()


def test_no_name_leaks_through_the_question_for_a_chosen_account(holder):
    keys.enrol(holder, holder.client)
    number = str(holder.account.pk)
    known = keys.client()
    for stranger in (number, "1", "999999", "x", "9" * 40):
        options = known.post("/sign-in/passkey/options/", {"account": stranger}).json()["publicKey"]
        assert set(options) == {"challenge", "rpId", "timeout", "userVerification"}
    holder.client.post("/sign-out/")
    options = holder.client.post("/sign-in/passkey/options/", {"account": number}).json()["publicKey"]
    assert len(options["allowCredentials"]) == 1
