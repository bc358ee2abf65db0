"""A list of leaked mailboxes: whom it concerns, what they must do, and that no line of it is ever shown."""

import io
import json
from hashlib import sha256

import pytest

from rempart.access import events
from rempart.access.leaks import mailboxes
from rempart.access.models import Account, Notice
from rempart.access.open_account import issue_token
from rempart.cli import leaks
from tests.access.house import as_owner, browser
from tests.access.test_sessions import row_of

RENEW = "/account/renew/"


@pytest.fixture
def mailbox(person, connect, fresh):
    """`mailbox()` → a person whose account has an e-mail address, and the address."""

    def make(**how):
        holder, address = person(**how), f"{fresh('Someone')}@Example.org"
        connect("owner").execute(
            "update access.access_account set email = %s where id = %s", [address, holder.account.pk]
        )
        return holder, address

    return make


@pytest.fixture
def run(cluster, capsys, tmp_path):
    """`run(b"lines", "--apply")` → the report, and everything that was printed."""

    def call(text, *options):
        file = tmp_path / "addresses.txt"
        file.write_bytes(text)
        with as_owner(cluster), pytest.raises(SystemExit) as ended:
            leaks.app(
                ["addresses", str(file), *options, "--data", str(cluster), "--json"], exit_on_error=False
            )
        assert not ended.value.code
        printed = capsys.readouterr()
        return json.loads(printed.out), printed.out + printed.err

    return call


def now(holder) -> Account:
    return Account.objects.get(pk=holder.account.pk)


def test_lines_are_counted_and_accounts_found_whatever_the_case(mailbox):
    (one, first), (two, second) = mailbox(), mailbox()
    text = f"{first.upper()}\n\nnobody@elsewhere.example\r\nrubbish\n{second.lower()}:pa:ss@word\n{second}\n"
    found = mailboxes.find(io.BytesIO(text.encode()), lambda *_: None)
    assert (found.lines, found.addresses) == (5, 4)
    assert found.accounts == tuple(sorted([one.account.pk, two.account.pk]))


@pytest.mark.parametrize(
    "line", ["{}:secret", "{};secret", "{}|x", '"{}","secret"', "  {}  ", "<{}>", "{}\tx"]
)
def test_the_address_is_taken_out_of_the_line(mailbox, line):
    holder, address = mailbox()
    text = line.format(address).encode()
    assert mailboxes.find(io.BytesIO(text), lambda *_: None).accounts == (holder.account.pk,)


def test_a_longer_address_is_another(mailbox):
    _, address = mailbox()
    text = f"x{address}\n{address}.fr\n{address[1:]}\n".encode()
    assert mailboxes.find(io.BytesIO(text), lambda *_: None).accounts == ()


def test_an_endless_line_is_one_line(mailbox):
    _, address = mailbox()
    text = b"x" * 50_000 + address.encode() + b"\n\xff\xfe\x00\n"
    found = mailboxes.find(io.BytesIO(text), lambda *_: None)
    assert (found.lines, found.accounts) == (2, ())


def test_it_is_dry_until_told_otherwise(mailbox, run):
    holder, address = mailbox()
    client = holder.sign_in()
    report, printed = run(f"{address}:their secret\n".encode())
    assert report["accounts_concerned"] == 1
    assert report["applied"] is False
    assert "--apply" in printed
    assert now(holder).renew_since is None
    assert client.get("/compte").status_code == 200


def test_applied_accounts_must_renew_are_told_and_are_out(mailbox, run, connect):
    holder, address = mailbox()
    client = holder.sign_in()
    report, printed = run(f"{address}:their secret\nother@example.net\n".encode(), "--apply")
    assert (report["lines"], report["accounts_concerned"], report["asked_to_renew"]) == (2, 1, 1)
    assert report["sessions_ended"] == 1
    assert "their secret" not in printed
    assert address not in printed
    assert row_of(client).ended_at
    assert client.get("/compte")["Location"].startswith("/sign-in/")
    assert now(holder).renew_reason == "leaked_mailbox"
    entry = connect("owner").execute(
        "select reason, details::text from journal.entry where account = %s and tag = %s",
        [holder.account.pk, events.Tag.RENEWAL_ASKED],
    )
    assert entry.fetchall() == [("leaked_mailbox", "{}")]
    assert Notice.objects.filter(account=holder.account, kind=events.Tag.RENEWAL_ASKED).count() == 1
    assert holder.sign_in(browser()).get("/")["Location"] == RENEW


def test_twice_asks_once(mailbox, run):
    holder, address = mailbox()
    run(address.encode(), "--apply")
    report, _ = run(address.encode(), "--apply")
    assert (report["asked_to_renew"], report["already_asked"]) == (0, 1)
    assert Notice.objects.filter(account=holder.account, kind=events.Tag.RENEWAL_ASKED).count() == 1


def test_the_gate_wants_the_card_until_the_renewal(mailbox, run, connect):
    holder, address = mailbox()
    gate = connect("gate")
    explain = "select gate.explain(%s, 'rights', 0::smallint, '192.0.2.1', 'api', now()) ->> 'reason'"
    assert gate.execute(explain, [holder.account.login]).fetchone() == (None,)
    run(address.encode(), "--apply")
    assert gate.execute(explain, [holder.account.login]).fetchone() == ("card_required",)
    client = holder.sign_in(browser())
    client.post(RENEW, {"password1": "quite another long one", "password2": "quite another long one"})
    assert gate.execute(explain, [holder.account.login]).fetchone() == (None,)


def test_a_token_of_the_account_is_held_to_the_card_as_well(mailbox, run, connect, cluster):
    holder, address = mailbox()
    with as_owner(cluster):
        digest = sha256(issue_token(holder.account, "till").encode()).digest()
    owner = connect("owner")
    held = (
        "select (gate.identify(null, %s, null, '192.0.2.1', now())).card_until > now() + interval '9 years'"
    )
    assert owner.execute(held, [digest]).fetchone() == (False,)
    run(address.encode(), "--apply")
    assert owner.execute(held, [digest]).fetchone() == (True,)


def test_a_closed_account_is_not_concerned(mailbox, connect):
    holder, address = mailbox()
    connect("owner").execute(
        "update access.access_account set is_active = false where id = %s", [holder.account.pk]
    )
    assert mailboxes.find(io.BytesIO(address.encode()), lambda *_: None).accounts == ()
