import re
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from django.db import connection

from rempart.access import throttle
from rempart.access.models import Notice
from tests.access.house import address, browser


def tried(client, login, password="wrong"):
    return client.post("/sign-in/", {"login": login, "password": password})


def text_of(page) -> str:
    """What is read, without what was typed and the form's own token."""
    return re.sub(r'value="[^"]*"', "", page.content.decode())


def test_an_unknown_login_and_a_wrong_password_read_the_same(person, fresh):
    known, unknown = person().account.login, fresh("nobody")
    pages = [tried(browser(), known), tried(browser(), unknown)]
    assert pages[0].status_code == pages[1].status_code == 200
    assert text_of(pages[0]).replace(known, "…") == text_of(pages[1]).replace(unknown, "…")


def test_a_closed_account_with_the_right_password_reads_like_a_wrong_one(person, connect):
    holder = person()
    connect("owner").execute(
        "update access.access_account set is_active = false where id = %s", [holder.account.pk]
    )
    page = tried(browser(), holder.account.login, holder.password)
    assert text_of(page) == text_of(tried(browser(), holder.account.login, "wrong"))


def test_strangers_on_other_networks_never_lock_the_owner_out(person):
    holder = person()
    for _ in range(60):
        assert tried(browser(), holder.account.login).status_code == 200
    assert holder.sign_in().get("/account/second-factor/").status_code == 200


def test_a_stranger_on_the_same_network_does_not_lock_out_a_known_device(person):
    holder = person()
    network = address()
    holder.sign_in(holder.client, REMOTE_ADDR=network)
    holder.client.post("/sign-out/", REMOTE_ADDR=network)
    for _ in range(throttle.PASSWORDS_OF_NETWORK.failures + 2):
        tried(browser(network), holder.account.login)
    unknown_device = tried(browser(network), holder.account.login, holder.password)
    assert unknown_device.status_code == 200, "that network is slowed down"
    holder.sign_in(holder.client, REMOTE_ADDR=network)


def test_sign_ins_that_succeed_are_not_counted(person):
    holder = person(factor=False)
    network = address()
    for _ in range(throttle.PASSWORDS_OF_NETWORK.failures + 3):
        holder.sign_in(browser(network))


def test_parallel_guesses_are_all_counted(rf, db):
    request = rf.post("/sign-in/", REMOTE_ADDR=address())
    together = threading.Barrier(16)

    def guess(_) -> int:
        try:
            together.wait()
            return sum(throttle.password(request, None).allowed for _ in range(4))
        finally:
            connection.close()

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(guess, range(16))) == throttle.PASSWORDS_OF_NETWORK.failures


def test_one_subscriber_with_a_whole_prefix_is_one_network(rf, db):
    prefix = f"2001:db8:{int(address().split('.')[-1]):x}:1"
    counted = [
        throttle.password(rf.post("/", REMOTE_ADDR=f"{prefix}::{n:x}"), None).allowed
        for n in range(throttle.PASSWORDS_OF_NETWORK.failures + 1)
    ]
    assert counted[-1] is False


def test_the_journal_names_no_login_that_was_typed(person, fresh, connect):
    unknown = fresh("nobody")
    tried(browser(), unknown)
    owner = connect("owner")
    found = owner.execute(
        "select count(*) from journal.entry e where e::text like %s", [f"%{unknown}%"]
    ).fetchone()
    assert found == (0,)
    refused = owner.execute(
        "select count(*) from journal.entry where tag = 'access:session:refused' and account is null"
    ).fetchone()
    assert refused[0] >= 1


def test_a_flood_of_failures_is_not_a_flood_of_entries(person, connect):
    holder = person()
    network = address()
    for _ in range(throttle.PASSWORDS_OF_PAIR.failures + 15):
        tried(browser(network), holder.account.login)
    entries = (
        connect("owner")
        .execute(
            "select count(*) from journal.entry where tag = 'access:session:refused' and network = %s::inet",
            [network],
        )
        .fetchone()
    )
    assert entries == (throttle.PASSWORDS_OF_PAIR.failures + 1,)


# ------------------------------------------------------------------------------- a thousand networks


def test_a_thousand_addresses_guess_and_the_owners_known_device_signs_in_at_once(person, connect, rf):
    holder = person(factor=False)
    holder.sign_in()
    holder.client.post("/sign-out/")
    login, most = holder.account.login, throttle.PASSWORDS_OF_STRANGERS.failures
    let = sum(
        throttle.password(rf.post("/", REMOTE_ADDR=address()), holder.account, login).allowed
        for _ in range(1000)
    )
    assert let == most
    page = tried(browser(), login, holder.password)
    assert page.status_code == 200, "from an unknown device not even the right password is tried"
    assert "poste habituel, votre clé d’accès, votre carte ou Pro Santé Connect" in page.content.decode()
    began = time.monotonic()
    assert holder.sign_in().get("/account/second-factor/").status_code == 200
    assert time.monotonic() - began < 2


def test_the_owner_is_told_once_that_strangers_are_guessing(person, monkeypatch, connect):
    monkeypatch.setattr(throttle, "PASSWORDS_OF_STRANGERS", throttle.Limit(3, timedelta(hours=1)))
    holder = person()
    for _ in range(7):
        tried(browser(), holder.account.login)
    assert list(Notice.objects.filter(account=holder.account).values_list("kind", flat=True)) == [
        "access:session:refused"
    ]
    reasons = connect("owner").execute(
        "select reason, count(*) from journal.entry"
        " where account = %s and verdict = 'refused' group by 1 order by 1",
        [holder.account.pk],
    )
    assert reasons.fetchall() == [("password", 3), ("too_many_strangers", 1)]


def test_one_network_alone_cannot_spend_the_accounts_part(person):
    holder = person()
    network = address()
    for _ in range(throttle.PASSWORDS_OF_PAIR.failures + 30):
        tried(browser(network), holder.account.login)
    assert holder.sign_in(browser()).get("/account/second-factor/").status_code == 200


def test_a_login_that_nobody_has_is_slowed_down_alike(person, fresh, monkeypatch):
    monkeypatch.setattr(throttle, "PASSWORDS_OF_STRANGERS", throttle.Limit(3, timedelta(hours=1)))
    known, unknown = person().account.login, fresh("nobody")
    pages = [[tried(browser(), login) for _ in range(5)] for login in (known, unknown)]
    read = [
        [text_of(page).replace(login, "…") for page in some]
        for some, login in zip(pages, (known, unknown), strict=True)
    ]
    assert read[0] == read[1]


# ------------------------------------------------------------------------------------------ campaigns


def campaigns(connect, reason, where, value):
    found = connect("owner").execute(
        "select details from journal.entry"
        f" where tag = 'access:campaign:seen' and reason = %s and {where} = %s",
        [reason, value],
    )
    return [row[0] for row in found.fetchall()]


def test_one_network_on_many_accounts_is_journaled_once(connect, fresh, db):
    network = address()
    for _ in range(14):
        tried(browser(network), fresh("many"), fresh("guess"))
    assert campaigns(connect, "network", "network", network) == [{"accounts": 10}]


def test_one_password_on_many_accounts_is_journaled_once_and_nothing_typed_is_kept(connect, fresh, db):
    guess, logins, networks = fresh("guess"), [fresh("many") for _ in range(8)], [address() for _ in range(8)]
    for login, network in zip(logins, networks, strict=True):
        tried(browser(network), login, guess)
    assert campaigns(connect, "password", "network", networks[4]) == [{"accounts": 5}]
    assert all(
        campaigns(connect, "password", "network", other) == [] for other in networks[:4] + networks[5:]
    )
    for table in ("access.access_tried", "access.access_attempts", "journal.entry"):
        for typed in (guess, *logins):
            kept = connect("owner").execute(
                f"select count(*) from {table} t where t::text like %s", [f"%{typed}%"]
            )
            assert kept.fetchone() == (0,)


def test_one_account_mistyped_again_and_again_is_no_campaign(person, connect):
    network = address()
    holder = person()
    for _ in range(9):
        tried(browser(network), holder.account.login, "always the same")
    assert campaigns(connect, "network", "network", network) == []
