"""hydra, the password guesser of Debian, at the sign-in page of a running installation.

The owner's password stands in its list. hydra runs no script and reads no hidden field, so as it comes it
does not even reach the comparison; the strongest form brings a form's proof of its own making.
"""

import re
import shutil
import subprocess
import threading

import httpx
import pytest

from rempart.access import throttle
from tests.access.house import PASSWORD, open_person

pytestmark = pytest.mark.skipif(
    shutil.which("hydra") is None, reason="no hydra on this machine: apt-get install hydra"
)

TRIES, FLOOD = 3, 4 << 20
"""Now and then hydra repeats one line without end, gigabytes of it: it is cut off, and run again."""
PROOF = "a" * 32
"""Any 32 letters are a form's proof where cookie and field hold the same: it stops other sites only."""
TYPED = "login=^USER^&password=^PASS^"
AS_IT_COMES = f"/sign-in/:{TYPED}:S=one-time-code"
WITH_COOKIES = f"/sign-in/:{TYPED}:C=/sign-in/:S=one-time-code"
STRONGEST = f"/sign-in/:csrfmiddlewaretoken={PROOF}&{TYPED}:g=:H=Cookie\\: csrf={PROOF}:2=:F=gatehouse"
"""A redirection is its sign of success: the page of the code comes after a right password."""


@pytest.fixture
def hydra(pages, tmp_path):
    """Run hydra against one login; gives the passwords that it believes it found."""

    def run(login, passwords, form, tasks=4):
        listed = tmp_path / "passwords.txt"
        listed.write_text("\n".join(passwords) + "\n")
        host, port = pages.removeprefix("http://").split(":")
        command = ["hydra", "-I", "-l", login, "-P", str(listed), "-s", port, "-t", str(tasks), "-w", "20"]
        said = tmp_path / "said.txt"
        for _ in range(TRIES):
            with said.open("wb") as file:
                done = subprocess.run(
                    ["prlimit", f"--fsize={FLOOD}", *command, host, "http-post-form", form],
                    stdout=file,
                    stderr=subprocess.STDOUT,
                    check=False,
                    timeout=300,
                    cwd=tmp_path,
                )
            if said.stat().st_size < FLOOD:
                break
        text = said.read_text("utf-8", "replace")[:10_000]
        assert "1 of 1 target" in text, (done.returncode, text)
        assert "[ERROR]" not in text, text
        return re.findall(r"login: \S+\s+password: (.+)", text)

    return run


def listed(count, *, right_at=None):
    words = [f"guess-{n:04d}" for n in range(count)]
    if right_at is not None:
        words[right_at] = PASSWORD
    return words


@pytest.fixture
def refusals(connect):
    reader = connect("auditor")
    start = reader.execute("select clock_timestamp()").fetchone()[0]

    def of(account):
        rows = reader.execute(
            "select reason from journal.entry where account = %s and at >= %s"
            " and tag = 'access:session:refused' order by at",
            [account.pk, start],
        )
        return [row[0] for row in rows]

    return of


@pytest.fixture
def levels(connect):
    owner = connect("owner")

    def of(account):
        rows = owner.execute(
            "select assurance from access.access_session where account_id = %s and ended_at is null",
            [account.pk],
        )
        return [row[0] for row in rows]

    return of


class AtHome:
    """The owner's own browser, which has signed in here before."""

    def __init__(self, pages, person):
        self.person = person
        self.client = httpx.Client(
            base_url=pages, timeout=30, headers={"User-Agent": "Firefox/140.0 Windows"}
        )

    def sign_in(self):
        self._send("/sign-in/", login=self.person.account.login, password=self.person.password)
        answer = self._send("/sign-in/code/", code=self.person.code())
        assert not answer.headers["location"].startswith("/sign-in/")
        assert self.client.get("/account/second-factor/").status_code == 200

    def sign_out(self):
        self._send("/sign-out/", page="/account/second-factor/")

    def _send(self, path, page=None, **typed):
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.client.get(page or path).text)
        answer = self.client.post(path, data=typed | {"csrfmiddlewaretoken": found.group(1)})
        assert answer.status_code == 302, answer.text
        return answer


@pytest.fixture
def owner(pages, db, cluster, connect, fresh):
    """An account, its owner at home; nobody has failed from this machine so far."""
    connect("owner").execute("delete from access.access_attempts")
    home = AtHome(pages, open_person(cluster, fresh("owner")))
    with home.client:
        yield home


def test_as_it_comes_hydra_never_reaches_the_comparison(hydra, owner, refusals):
    login = owner.person.account.login
    for form in (AS_IT_COMES, WITH_COOKIES):
        assert hydra(login, listed(12, right_at=3), form) == []
    assert refusals(owner.person.account) == []


def test_the_strongest_form_stops_at_the_limit_while_the_owner_signs_in_next_door(
    hydra, owner, refusals, levels
):
    account = owner.person.account
    owner.sign_in()
    owner.sign_out()
    found = []
    guessing = threading.Thread(
        target=lambda: found.extend(hydra(account.login, listed(150, right_at=100), STRONGEST))
    )
    guessing.start()
    owner.sign_in()
    guessing.join()
    assert found == []
    assert refusals(account).count("password") <= throttle.PASSWORDS_OF_PAIR.failures
    assert "too_many_passwords" in refusals(account)
    assert levels(account) == [2], "the owner's, and nobody else's"


def test_a_right_password_among_its_first_gets_hydra_to_the_second_factor_and_no_further(
    hydra, owner, levels
):
    account = owner.person.account
    found = hydra(account.login, listed(8, right_at=4), STRONGEST, tasks=1)
    assert found == [PASSWORD], "it knows that the password is right"
    assert levels(account) == [], "which opens no session"


def test_a_right_password_past_the_limit_is_not_even_compared(hydra, owner, levels):
    account = owner.person.account
    assert hydra(account.login, listed(60, right_at=59), STRONGEST, tasks=8) == []
    assert levels(account) == []
