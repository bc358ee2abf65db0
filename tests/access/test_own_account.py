"""What an account's holder is told, and can do against whoever else uses it."""

from rempart.access import devices
from rempart.access.models import Account, Device
from rempart.access.report_not_me import report_not_me
from rempart.access.since_last_visit import last_visit
from tests.access.house import address, browser
from tests.access.test_sessions import row_of


def request_of(client, holder, rf):
    request = rf.get("/", REMOTE_ADDR="192.0.2.1")
    request.session, request.COOKIES = client.session, {k: v.value for k, v in client.cookies.items()}
    request.user = Account.objects.get(pk=holder.account.pk)
    return request


def test_the_first_sign_in_has_none_before_it(person, rf):
    holder = person()
    holder.sign_in()
    assert last_visit(request_of(holder.client, holder, rf), holder.account) is None


def test_the_next_one_tells_when_where_and_on_what_the_last_was(person, rf):
    holder = person(factor=False)
    network = address()
    holder.sign_in(browser(network))
    holder.sign_in()
    seen = last_visit(request_of(holder.client, holder, rf), holder.account)
    assert (seen.network, seen.agent, seen.same_device, seen.same_network) == (
        network,
        "Firefox, Windows",
        False,
        False,
    )
    assert seen.look_ups == 0


def test_the_same_browser_is_recognised(person, rf):
    holder = person(factor=False)
    holder.sign_in()
    holder.client.post("/sign-out/")
    holder.sign_in()
    assert last_visit(request_of(holder.client, holder, rf), holder.account).same_device


def test_look_ups_in_between_are_counted(person, rf, connect):
    holder = person(factor=False)
    holder.sign_in(browser())
    connect("owner").execute(
        "insert into journal.entry (at, tag, account, purpose) "
        "values (now(), 'gate:lookup:granted', %s, 'rights')",
        [holder.account.pk],
    )
    holder.sign_in()
    assert last_visit(request_of(holder.client, holder, rf), holder.account).look_ups == 1


def test_devices_are_listed_and_their_cookie_is_not_kept(person, rf):
    holder = person(factor=False)
    holder.sign_in()
    secret = holder.client.cookies["device"].value
    holder.sign_in(browser())
    listed = devices.of_account(request_of(holder.client, holder, rf), holder.account)
    assert sorted(device.this_one for device in listed) == [False, True]
    assert {device.label for device in listed} == {"Firefox, Windows"}
    assert not Device.objects.filter(digest=secret).exists()


def test_this_was_not_me_requires_the_card_and_ends_the_other_sessions(person, rf, connect):
    holder = person()
    holder.sign_in()
    thief = browser()
    holder.sign_in(thief)
    done = report_not_me(request_of(holder.client, holder, rf), holder.account, "signalé par le titulaire")
    assert done.sessions_ended == 1
    assert row_of(thief).ended_at
    assert thief.get("/account/second-factor/").status_code == 302
    assert holder.client.get("/account/second-factor/").status_code == 200
    owner = connect("owner")
    restriction = owner.execute(
        "select kind, subject, ends_at from gate.restriction where id = %s", [done.restriction]
    ).fetchone()
    assert restriction == ("card_required", str(holder.account.pk), None)
    tags = owner.execute(
        "select tag from journal.entry where account = %s and tag like 'access:%%' order by seq desc limit 1",
        [holder.account.pk],
    ).fetchone()
    assert tags == ("access:account:reported",)


def test_a_change_of_password_ends_the_other_sessions_and_rotates_this_one(person):
    holder = person(factor=False)
    thief = holder.sign_in(browser())
    client = holder.sign_in()
    before = client.cookies["session"].value
    changed = client.post(
        "/account/password/",
        {
            "oldpassword": holder.password,
            "password1": "another long password",
            "password2": "another long password",
        },
    )
    assert changed.status_code == 302, changed.content.decode()
    assert row_of(thief).ended_at
    assert client.cookies["session"].value != before
    assert client.get("/account/second-factor/").status_code == 200


def test_sign_in_and_sign_out_are_journaled_with_the_session_they_concern(person, connect):
    holder = person()
    holder.sign_in()
    session = row_of(holder.client).pk[:16]
    holder.client.post("/sign-out/")
    entries = (
        connect("owner")
        .execute(
            "select tag, session, (details->>'assurance')::int from journal.entry where account = %s "
            "and tag like 'access:session:%%' order by seq",
            [holder.account.pk],
        )
        .fetchall()
    )
    assert entries == [("access:session:opened", session, 2), ("access:session:closed", session, None)]
