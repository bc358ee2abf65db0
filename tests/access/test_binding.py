"""A session is worth something where it was proved: on its device, its network, its browser."""

import pytest
from django.test import Client

from rempart.access.models import Notice, Session
from tests.access.house import address, as_owner, browser
from tests.access.test_sessions import key_of, row_of

OWN_PAGE = "/account/second-factor/"


def challenges(connect, holder):
    return (
        connect("owner")
        .execute(
            "select reason, details->>'session' from journal.entry"
            " where account = %s and tag = 'access:session:challenged' order by seq",
            [holder.account.pk],
        )
        .fetchall()
    )


def copy(client: Client, *cookies: str, network: str | None = None) -> Client:
    """Another browser, elsewhere, with these cookies of the first."""
    thief = browser(network)
    for name in cookies:
        thief.cookies[name] = client.cookies[name].value
    return thief


def home(client: Client) -> str:
    return client.defaults["REMOTE_ADDR"]


# ---------------------------------------------------------------------------------- another device


def test_a_stolen_key_opens_no_page_on_another_device_and_the_owner_goes_on(person, connect):
    holder = person()
    owner = holder.sign_in()
    thief = copy(owner, "session")
    for path in ("/", OWN_PAGE, "/compte"):
        answer = thief.get(path)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/sign-in/")
        thief.cookies["session"] = key_of(owner)
    assert thief.post("/compte/jetons", {"label": "x", "lifetime": "90"}).status_code == 302
    assert owner.get(OWN_PAGE).status_code == 200
    assert row_of(owner).assurance == 2
    assert challenges(connect, holder) == [("device", row_of(owner).pk[:16])], "one entry for all of it"
    assert list(Notice.objects.filter(account=holder.account).values_list("kind", flat=True)) == [
        "access:session:challenged"
    ]


def test_a_stolen_key_on_the_thiefs_own_known_device_opens_nothing_either(person):
    victim, robber = person(), person()
    owner, thief = victim.sign_in(), robber.sign_in()
    thief.cookies["session"] = key_of(owner)
    assert thief.get(OWN_PAGE).status_code == 302


def test_the_devices_cookie_comes_with_a_request_that_another_site_begins(person):
    assert person().sign_in().cookies["device"]["samesite"] == "Lax"


# ------------------------------------------------------------------------ another network or browser


@pytest.mark.parametrize("elsewhere", ["network", "agent"])
def test_another_network_or_browser_asks_for_a_factor_and_then_goes_on(person, connect, elsewhere):
    holder = person()
    client = holder.sign_in()
    before, key = row_of(client), key_of(client)
    moved = (
        {"REMOTE_ADDR": address()} if elsewhere == "network" else {"HTTP_USER_AGENT": "Mozilla Chrome/140"}
    )
    asked = client.get("/compte?a=1", **moved)
    assert asked.status_code == 302
    assert asked["Location"].startswith("/account/confirm/")
    lowered = row_of(client)
    assert (lowered.pk, lowered.assurance, lowered.network, lowered.agent) == (
        before.pk,
        1,
        before.network,
        before.agent,
    ), "the same key, the password's level, and nothing of the new place"
    assert client.get(OWN_PAGE, **moved).status_code == 302, "not even the account's own pages"
    proved = client.post(f"/account/confirm/code/?next={'/compte?a=1'}", {"code": holder.code()}, **moved)
    assert proved["Location"] == "/compte?a=1"
    after = row_of(client)
    assert (after.assurance, key_of(client) == key) == (2, False)
    assert after.network == moved.get("REMOTE_ADDR", before.network)
    assert client.get(OWN_PAGE, **moved).status_code == 200
    assert [why for why, _ in challenges(connect, holder)] == [elsewhere]


def test_what_was_proved_before_the_move_is_no_fresh_proof_after_it(person):
    holder = person()
    client = holder.sign_in()
    elsewhere = address()
    client.get("/compte", REMOTE_ADDR=elsewhere)
    client.get("/compte", REMOTE_ADDR=home(client))
    assert row_of(client).assurance == 1, "coming back proves nothing"
    asked = client.post("/account/second-factor/remove/")
    assert asked.status_code == 302
    assert asked["Location"].startswith("/account/confirm/")


def test_both_cookies_copied_elsewhere_open_nothing_and_the_owners_factor_kills_the_copy(person):
    holder = person()
    owner = holder.sign_in()
    thief = copy(owner, "session", "device")
    for path in ("/", "/compte", OWN_PAGE, "/account/password/"):
        assert thief.get(path)["Location"].startswith("/account/confirm/"), path
    assert owner.get("/compte")["Location"].startswith("/account/confirm/")
    owner.post("/account/confirm/code/?next=/compte", {"code": holder.code()})
    assert owner.get(OWN_PAGE).status_code == 200
    assert thief.get(OWN_PAGE)["Location"].startswith("/sign-in/")


def test_networks_that_the_organisation_declared_are_one(person, cluster):
    holder = person()
    inside, also_inside = address(), address()
    with as_owner(cluster):
        holder.account.organisation.declared_networks = [f"{inside}/32", f"{also_inside}/32"]
        holder.account.organisation.save(update_fields=["declared_networks"])
    client = holder.sign_in(browser(inside))
    assert client.get(OWN_PAGE, REMOTE_ADDR=also_inside).status_code == 200
    assert client.get(OWN_PAGE, REMOTE_ADDR=address()).status_code == 302


def test_a_neighbour_in_the_same_prefix_is_the_same_network(person):
    client = person().sign_in(browser("2001:db8:77:1::1"))
    assert client.get(OWN_PAGE, REMOTE_ADDR="2001:db8:77:1::2").status_code == 200
    assert client.get(OWN_PAGE, REMOTE_ADDR="2001:db8:77:2::2").status_code == 302


def test_an_older_request_that_ends_late_does_not_bring_the_level_back(person, rf):
    from django.contrib.sessions.backends.base import UpdateError  # noqa: PLC0415

    from rempart.access.sessions import SessionStore  # noqa: PLC0415

    client = person().sign_in()
    early, late = SessionStore(key_of(client)), SessionStore(key_of(client))
    early["kept"], late["kept"] = 1, 2
    early.fall()
    late.save()
    assert row_of(client).assurance == 1
    again = SessionStore(key_of(client))
    assert again.get("kept") == 1
    again.delete()
    with pytest.raises(UpdateError):
        late.save()


def test_a_session_half_signed_in_is_not_bound(person):
    holder = person()
    client = browser()
    client.post("/sign-in/", {"login": holder.account.login, "password": holder.password})
    assert client.get("/sign-in/code/", REMOTE_ADDR=address()).status_code == 200
    assert not Session.objects.filter(account=holder.account).exists()
