"""A colleague's word: a day late for a password, at once for the 48 hours of card, never for a leak."""

from datetime import timedelta

import pytest
from django.utils import timezone

from rempart.access import throttle, vouching
from rempart.access.models import Account, Reset, Session
from tests.access.house import browser
from tests.access.test_resets import NEW, asked, entries, forgetful, links, opens  # noqa: F401  # two fixtures
from tests.access.test_sessions import row_of


@pytest.fixture
def pair(forgetful, connect):  # noqa: F811
    """Two pharmacists of one organisation, both there for more than a week."""

    def make():
        owner, colleague = forgetful(), forgetful()
        connect("owner").execute(
            "update access.access_account set organisation_id = %s where id = %s",
            [owner.account.organisation_id, colleague.account.pk],
        )
        return owner, colleague

    return make


def vouched_by(colleague, reference, **more):
    client = colleague.sign_in(browser())
    shown = client.post("/compte/garant", {"reference": reference})
    return shown, client.post("/compte/garant", {"reference": reference, "confirm": "on"} | more)


def test_a_colleagues_word_is_usable_a_day_later_and_the_owner_can_say_no(asked, pair, connect, cluster):  # noqa: F811
    owner, colleague = pair()
    _, client = asked(owner)
    reference = vouching.of_reset(Reset.objects.get(account=owner.account))
    assert reference in client.get("/reset/choose/").content.decode()
    shown, done = vouched_by(colleague, reference.lower().replace("-", " "))
    assert owner.account.display_name in shown.content.decode()
    assert done.status_code == 302
    assert client.post("/reset/choose/", NEW).status_code == 200, "not before a day has passed"
    assert opens(owner, owner.password)
    (told,) = entries(connect, colleague, "access:reset:vouched")
    assert told == {"for": owner.account.pk}
    connect("owner").execute(
        "update access.access_reset set usable_at = now() where account_id = %s", [owner.account.pk]
    )
    link = links(owner)[-1]
    later = browser()
    assert later.get(link).status_code == 302
    assert later.post("/reset/choose/", NEW).status_code == 302
    assert opens(owner, NEW["password1"])
    owner.password = NEW["password1"]
    assert row_of(owner.sign_in(browser())).assurance == 2, "no factor was dropped"


def test_a_vouched_reset_stopped_by_the_owner_never_opens(asked, pair, connect):  # noqa: F811
    owner, colleague = pair()
    _, client = asked(owner)
    vouched_by(colleague, vouching.of_reset(Reset.objects.get(account=owner.account)))
    owner.sign_in().post("/compte/reinitialisation/arreter")
    connect("owner").execute(
        "update access.access_reset set usable_at = now() where account_id = %s", [owner.account.pk]
    )
    assert client.post("/reset/choose/", NEW).status_code == 410
    assert opens(owner, owner.password)


def test_no_stranger_no_password_alone_and_not_oneself_can_vouch(asked, pair, forgetful, connect):  # noqa: F811
    owner, colleague = pair()
    asked(owner)
    reset = Reset.objects.get(account=owner.account)
    reference = vouching.of_reset(reset)
    _, elsewhere = vouched_by(forgetful(), reference)
    assert elsewhere.status_code == 200
    _, oneself = vouched_by(owner, reference)
    assert oneself.status_code == 200
    connect("owner").execute(
        "delete from access.mfa_authenticator where user_id = %s", [colleague.account.pk]
    )
    half = browser()
    half.post("/sign-in/", {"login": colleague.account.login, "password": colleague.password})
    assert half.post("/compte/garant", {"reference": reference, "confirm": "on"}).status_code == 302
    reset.refresh_from_db()
    assert reset.vouched_by_id is None


def test_references_are_not_guessed(pair, settings):
    _, colleague = pair()
    client = colleague.sign_in(browser())
    for _ in range(throttle.VOUCHINGS_OF_ACCOUNT.failures):
        assert "Aucune demande" in client.post("/compte/garant", {"reference": "0000-0000"}).content.decode()
    assert "Trop d’essais" in client.post("/compte/garant", {"reference": "0000-0000"}).content.decode()


def test_a_colleagues_word_ends_the_48_hours_of_card(pair, connect):
    owner, colleague = pair()
    connect("owner").execute("select access.require_card(%s, 'new_factor')", [owner.account.pk])
    client = owner.sign_in()
    Session.objects.filter(pk=row_of(client).pk).update(card_until=timezone.now() + timedelta(hours=9))
    reference = vouching.of_session(row_of(client).pk)
    assert reference in client.get("/").content.decode()
    _, done = vouched_by(colleague, reference)
    assert done.status_code == 302
    account = Account.objects.get(pk=owner.account.pk)
    assert account.card_until <= timezone.now()
    assert row_of(client).card_until <= timezone.now()
    assert "48 heures" not in client.get("/").content.decode()


def test_nobodys_word_ends_what_a_leak_asks(pair, connect):
    owner, colleague = pair()
    connect("owner").execute("select access.require_card(%s, 'leak')", [owner.account.pk])
    client = owner.sign_in()
    reference = vouching.of_session(row_of(client).pk)
    assert reference not in client.get("/").content.decode()
    _, done = vouched_by(colleague, reference)
    assert done.status_code == 200
    assert Account.objects.get(pk=owner.account.pk).card_until > timezone.now()
