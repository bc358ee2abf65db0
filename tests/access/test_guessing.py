import re
import threading
from concurrent.futures import ThreadPoolExecutor

from django.db import connection

from rempart.access import throttle
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
    for _ in range(throttle.PASSWORDS_OF_NETWORK.failures + 15):
        tried(browser(network), holder.account.login)
    entries = (
        connect("owner")
        .execute(
            "select count(*) from journal.entry where tag = 'access:session:refused' and network = %s::inet",
            [network],
        )
        .fetchone()
    )
    assert entries == (throttle.PASSWORDS_OF_NETWORK.failures + 1,)
