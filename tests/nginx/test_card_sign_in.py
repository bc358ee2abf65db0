"""A professional's card from the reader to the session: nginx of the how-to, the real server behind it."""

import re
from datetime import timedelta

import pytest
from cryptography.x509.oid import ExtendedKeyUsageOID as Usage

from tests.access.authority import NOW, Issuers

OPENED, REFUSED = "access:session:opened", "access:identity:refused"


def test_a_card_signs_in_at_level_3_on_the_port_where_everybody_reads(place, known, sessions, journal):
    person = known()
    with place.browser(place.issuers.cards.card(person.national_id)) as browser:
        page = browser.get(place.card_url + "/sign-in/card/")
        assert page.status_code == 200
        assert "Pharmacie de l" in page.text
        assert sessions(person.holder.account.pk) == []  # showing the card opens nothing yet
        answer = place.press(browser)
        assert (answer.status_code, answer.headers["location"]) == (302, place.url + "/")
        assert sessions(person.holder.account.pk) == [3]
        assert browser.get(place.url + "/account/second-factor/").status_code == 200
    assert [row[2] for row in journal(OPENED)] == [person.holder.account.pk]
    assert {row[2] for row in journal("access:identity:linked")} == {person.holder.account.pk}


def test_it_leads_back_to_where_the_professional_was_and_nowhere_else(place, known):
    card = place.issuers.cards.card(known().national_id)
    for wanted, led in (
        ("/account/second-factor/", "/account/second-factor/"),
        ("https://elsewhere.example/", "/"),
        ("//elsewhere.example/", "/"),
        ("@elsewhere.example", "/"),
    ):
        with place.browser(card) as browser:
            assert place.press(browser, next=wanted).headers["location"] == place.url + led


def test_several_organisations_are_a_choice(place, known, sessions):
    person = known(accounts=3)
    with place.browser(place.issuers.cards.card(person.national_id)) as browser:
        offered = re.findall(
            r'name="account" value="(\d+)"', browser.get(place.card_url + "/sign-in/card/").text
        )
        assert len(set(offered)) == 3
        place.press(browser, account=offered[1])
        assert [sessions(int(number)) for number in offered] == [[], [3], []]


def test_a_card_opens_nobody_elses_account(place, known, sessions):
    mine, other = known(), known()
    with place.browser(place.issuers.cards.card(mine.national_id)) as browser:
        answer = place.press(browser, account=str(other.holder.account.pk))
        assert answer.status_code == 200
        assert sessions(other.holder.account.pk) == []


def test_whoever_is_signed_in_steps_up_and_the_earlier_cookie_dies(place, known, sessions, journal):
    person = known()
    with place.browser(place.issuers.cards.card(person.national_id)) as browser:
        place.press(browser)
        before = dict(browser.cookies)["__Host-session"]
        place.press(browser)
        assert dict(browser.cookies)["__Host-session"] != before
        assert sessions(person.holder.account.pk) == [3]
    assert len(journal("access:session:stepped_up")) == 1


@pytest.mark.parametrize(
    ("made", "reason", "words"),
    [
        ({"ends": NOW - timedelta(hours=1)}, "card_expired", "périmée"),
        ({"usages": [Usage.SERVER_AUTH]}, "card_wrong_usage", "authentification"),
        ({"signs": False}, "card_wrong_usage", "authentification"),
    ],
)
def test_a_bad_card_is_refused_with_the_reason_in_words(place, known, journal, made, reason, words):
    with place.browser(place.issuers.cards.card(known().national_id, **made)) as browser:
        page = browser.get(place.card_url + "/sign-in/card/")
    assert page.status_code == 403
    assert words in page.text
    assert [row[:2] for row in journal(REFUSED)] == [("refused", reason)]


def test_a_card_of_another_authority_is_refused(place, known, journal):
    with place.browser(Issuers().cards.card(known().national_id)) as browser:
        page = browser.get(place.card_url + "/sign-in/card/")
    assert page.status_code == 403
    assert [row[1] for row in journal(REFUSED)] == ["card_other_authority"]


def test_a_revoked_card_is_refused_by_the_pages_at_once_and_by_nginx_after_its_reload(place, known, journal):
    card = place.issuers.cards.card(known().national_id)
    with place.browser(card) as browser:
        assert browser.get(place.card_url + "/sign-in/card/").status_code == 200
        place.issuers.cards.revoke(card)
        place.issuers.write(place.folder / "cards")
        assert browser.get(place.card_url + "/sign-in/card/").status_code == 403
    place.reload_nginx()
    with place.browser(card) as browser:
        page = browser.get(place.card_url + "/sign-in/card/")
    assert page.status_code == 403
    assert "opposition" in page.text
    assert [row[1] for row in journal(REFUSED)] == ["card_revoked"] * 2


def test_without_a_card_the_page_says_so_and_journals_nothing(place, journal):
    with place.browser() as browser:
        page = browser.get(place.card_url + "/sign-in/card/")
    assert page.status_code == 200
    assert "Aucune carte" in page.text
    assert journal(REFUSED) == []


def test_on_the_port_where_everybody_reads_nobody_is_asked_for_a_card(place, known):
    with place.browser(place.issuers.cards.card(known().national_id)) as browser:
        page = browser.get(place.url + "/sign-in/card/?next=%2Faccount%2F")
    assert (page.status_code, page.text) == (302, "")
    assert page.headers["location"] == place.card_url + "/sign-in/card/?next=%2Faccount%2F"


@pytest.mark.parametrize("common", ["TANGUY LUCIE", "8123", "8٩٩٧٠٠٢١٨٨٩٦"])
def test_a_subject_that_is_no_cards_is_refused(place, journal, common):
    with place.browser(place.issuers.cards.card(common)) as browser:
        assert browser.get(place.card_url + "/sign-in/card/").status_code == 403
    assert [row[1] for row in journal(REFUSED)] == ["card_subject"]


def test_who_practises_no_more_or_whose_account_is_closed_is_refused(place, known, connect, journal):
    retired, closed = known(active=False), known(accounts=0)
    for person in (retired, closed):
        with place.browser(place.issuers.cards.card(person.national_id)) as browser:
            page = browser.get(place.card_url + "/sign-in/card/")
            assert page.status_code == 403
            assert "annuaire" in page.text
    assert [row[1] for row in journal(REFUSED)] == ["not_in_directory"] * 2


def test_whom_the_directory_knows_without_an_account_may_open_one(place, known, connect):
    person = known(accounts=0)
    owner = connect("owner")
    owner.execute(
        "insert into access.access_activity (professional_id, organisation_id, profession)"
        " select %s, organisation_id, 'pharmacist' from access.access_account where id = %s",
        [person.number, person.holder.account.pk],
    )
    with place.browser(place.issuers.cards.card(person.national_id)) as browser:
        page = browser.get(place.card_url + "/sign-in/card/")
        assert "Ouvrir mon compte" in page.text
        answer = place.press(browser, do="enrol")
        assert answer.status_code == 302
        assert answer.headers["location"].startswith(place.url + "/")
        assert browser.get(answer.headers["location"]).status_code == 200


def test_a_card_removed_from_the_account_opens_it_no_more(place, known, connect, journal):
    person = known()
    card = place.issuers.cards.card(person.national_id)
    with place.browser(card) as browser:
        place.press(browser)
    connect("owner").execute(
        "update access.access_identity set ended_at = now() where account_id = %s", [person.holder.account.pk]
    )
    with place.browser(card) as browser:
        assert place.press(browser).status_code == 403
    assert [row[1] for row in journal(REFUSED)] == ["identity_ended"]


def _send(browser, url, path, **typed):
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', browser.get(url + path).text)
    answer = browser.post(
        url + path, data=typed | {"csrfmiddlewaretoken": token.group(1)}, headers={"Origin": url}
    )
    assert answer.status_code == 302, answer.text


def test_an_employees_card_is_linked_once_with_a_fresh_factor_and_then_signs_in_alone(
    place, known, connect, sessions, journal
):
    holder, delegate = known().holder, known().holder
    connect("owner").execute(
        "update access.access_account set holder_id = %s, professional_id = null where id = %s",
        [holder.account.pk, delegate.account.pk],
    )
    card = place.issuers.cards.card(f"3750712184/{delegate.account.pk}")
    with place.browser(card) as browser:
        assert browser.get(place.card_url + "/sign-in/card/").status_code == 403
        _send(browser, place.url, "/sign-in/", login=delegate.account.login, password=delegate.password)
        _send(browser, place.url, "/sign-in/code/", code=delegate.code())
        assert sessions(delegate.account.pk) == [2]
        assert "Lier cette carte" in browser.get(place.card_url + "/sign-in/card/").text
        assert place.press(browser, do="link").headers["location"] == place.url + "/"
        assert sessions(delegate.account.pk) == [3]
    with place.browser(card) as later:
        place.press(later)
        assert sessions(delegate.account.pk) == [3, 3]
        assert sessions(holder.account.pk) == []
    assert [row[1] for row in journal(REFUSED)] == ["unknown_card"]
