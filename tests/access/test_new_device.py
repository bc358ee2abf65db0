"""A device that is new to an account needs a card below level 3 for 48 hours."""

from datetime import timedelta

import pytest
from django.utils import timezone

from rempart.access.models import Device
from tests.access.house import address, as_owner, browser
from tests.access.test_sessions import row_of


def hours_left(client) -> float | None:
    until = row_of(client).card_until
    return None if until is None else (until - timezone.now()) / timedelta(hours=1)


def age(holder, hours: float) -> None:
    Device.objects.filter(account=holder.account).update(first_seen=timezone.now() - timedelta(hours=hours))


def declare(cluster, holder, network: str) -> None:
    with as_owner(cluster):
        holder.account.organisation.declared_networks = [f"{network}/32"]
        holder.account.organisation.save(update_fields=["declared_networks"])


def test_48_hours_from_the_first_sign_in_on_it(person):
    holder = person(factor=False)
    assert hours_left(holder.sign_in()) == pytest.approx(48, abs=0.1)
    holder.client.post("/sign-out/")
    age(holder, 40)
    assert hours_left(holder.sign_in()) == pytest.approx(8, abs=0.1)
    holder.client.post("/sign-out/")
    age(holder, 49)
    assert hours_left(holder.sign_in()) is None


def test_none_at_home_and_again_on_the_road(person, cluster):
    holder = person()
    home = address()
    declare(cluster, holder, home)
    client = holder.sign_in(browser(home))
    assert hours_left(client) is None
    road = {"REMOTE_ADDR": address()}
    client.get("/compte", **road)
    client.post("/account/confirm/code/?next=/compte", {"code": holder.code()}, **road)
    assert hours_left(client) == pytest.approx(48, abs=0.1)


def test_none_on_the_workstation_that_a_colleague_has_used_for_48_hours(person, cluster):
    colleague, newcomer, outsider = (person(factor=False) for _ in range(3))
    with as_owner(cluster):
        newcomer.account.organisation = colleague.account.organisation
        newcomer.account.save(update_fields=["organisation"])
    workstation = colleague.sign_in()
    for age_of_it, expected in ((47, True), (49, False)):
        age(colleague, age_of_it)
        workstation.post("/sign-out/")
        newcomer.sign_in(workstation)
        assert (hours_left(workstation) is not None) is expected
    workstation.post("/sign-out/")
    outsider.sign_in(workstation)
    assert hours_left(workstation) is not None, "another organisation's device is nobody's reference"


def test_none_once_a_colleague_has_answered_for_the_holder_on_this_device(person, cluster, connect):
    holder, colleague = person(), person(factor=False)
    with as_owner(cluster):
        colleague.account.organisation = holder.account.organisation
        colleague.account.save(update_fields=["organisation"])
    owner = connect("owner")
    owner.execute(
        "update access.access_account set created_at = now() - interval '3 days' where id = %s",
        [colleague.account.pk],
    )
    elsewhere = browser()
    holder.sign_in(elsewhere)
    elsewhere.post("/sign-out/")
    client = holder.sign_in()
    freed = owner.execute(
        "select access.vouch_for_session(%s, %s)", [colleague.account.pk, row_of(client).pk]
    ).fetchone()
    assert freed == (True,)
    holder.secret = ""  # without the code: the device is what counts
    owner.execute(
        "delete from access.access_totpcounter c using access.mfa_authenticator a"
        " where a.id = c.authenticator_id and a.user_id = %s",
        [holder.account.pk],
    )
    owner.execute("delete from access.mfa_authenticator where user_id = %s", [holder.account.pk])
    client.post("/sign-out/")
    assert hours_left(holder.sign_in()) is None
    assert hours_left(holder.sign_in(elsewhere)) is not None, "nor for another device, seen before or after"


def test_it_stays_when_the_key_changes(person):
    holder = person()
    client = holder.sign_in()
    until = row_of(client).card_until
    client.post("/account/confirm/code/?next=/compte", {"code": holder.code()})
    assert row_of(client).card_until == until
