"""Who uses a workstation: told there, to nobody else, and forgotten on demand."""

import pytest

from rempart.access.models import Device
from rempart.vocabulary.words import Profession
from tests.access import passkey as keys
from tests.access.house import browser
from tests.access.test_sessions import row_of

WHO = "/sign-in/who/"


def change(at):
    page = at.post("/sign-in/switch/")
    assert page["Location"] == WHO
    return at.get(WHO)


def test_one_click_ends_the_session_and_shows_who_uses_the_workstation(person, connect):
    first, second, at = person(), person(), browser()
    first.sign_in(at)
    change(at)
    second.sign_in(at)
    session = row_of(at).session_key
    page = change(at).content.decode()
    assert page.index(second.account.login) < page.index(first.account.login), "the latest first"
    ended, contents = (
        connect("owner")
        .execute("select ended_at, session_data from access.access_session where session_key = %s", [session])
        .fetchone()
    )
    assert ended
    assert contents == ""
    assert at.get("/account/second-factor/")["Location"].startswith("/sign-in/")


def test_no_other_browser_is_told_a_name(person):
    holder, at = person(), browser()
    holder.sign_in(at)
    change(at)
    stranger = browser()
    assert stranger.get(WHO)["Location"] == "/sign-in/"
    stranger.cookies["device"] = "guessed"
    assert stranger.get(WHO)["Location"] == "/sign-in/"
    assert stranger.post("/sign-in/who/forget/", {"account": holder.account.pk})["Location"] == WHO
    assert Device.objects.filter(account=holder.account).count() == 1, "a stranger forgets nothing"


def test_a_name_is_forgotten_with_the_device_and_only_that_one(person):
    first, second, at = person(), person(), browser()
    first.sign_in(at)
    change(at)
    second.sign_in(at)
    change(at)
    for wrong in ("", "x", "9" * 40, "-1"):
        assert at.post("/sign-in/who/forget/", {"account": wrong})["Location"] == WHO
    at.post("/sign-in/who/forget/", {"account": first.account.pk})
    page = at.get(WHO).content.decode()
    assert first.account.login not in page
    assert second.account.login in page
    assert not Device.objects.filter(account=first.account).exists()


def test_eight_names_at_most_and_no_closed_account(person, connect):
    people, at = [person() for _ in range(10)], browser()
    for holder in people:
        holder.sign_in(at)
        at.post("/sign-in/switch/")
    page = at.get(WHO).content.decode()
    assert [holder.account.login in page for holder in people] == [False, False, *[True] * 8]
    connect("owner").execute(
        "update access.access_account set is_active = false where id = %s", [people[-1].account.pk]
    )
    assert people[-1].account.login not in at.get(WHO).content.decode()


def test_a_passkey_chosen_for_one_name_is_no_way_in_for_another(person):
    at = keys.client()
    people = [person(), person()]
    held = []
    for holder in people:
        holder.sign_in(at)
        held.append(keys.enrol(holder, at)[0])
        at.post("/sign-in/switch/")
    wrong = keys.sign_in(at, held[0], account=str(people[1].account.pk))
    assert wrong["Location"] == WHO, "back to the names, with what went wrong"
    right = keys.sign_in(at, held[1], account=str(people[1].account.pk))
    assert right["Location"] == "/"
    assert row_of(at).account_id == people[1].account.pk
    assert row_of(at).assurance == 2


def test_the_password_asks_for_the_code_as_anywhere(person):
    holder, at = person(), browser()
    holder.sign_in(at)
    page = change(at).content.decode()
    assert f'name="login" value="{holder.account.login}"' in page
    holder.sign_in(at)
    assert row_of(at).assurance == 2


@pytest.mark.parametrize("profession", [Profession.OPERATOR, Profession.DPO])
def test_staff_have_workstations_of_their_own(person, profession):
    holder, at = person(profession), browser()
    holder.sign_in(at)
    assert b"/sign-in/switch/" not in at.get("/compte").content
    colleague = person()
    colleague.sign_in(browser())
    assert b"/sign-in/switch/" in colleague.sign_in(browser()).get("/compte").content


def test_changing_places_is_asked_by_a_form_only(person):
    holder, at = person(), browser()
    holder.sign_in(at)
    assert at.get("/sign-in/switch/").status_code == 405
    assert row_of(at).ended_at is None
