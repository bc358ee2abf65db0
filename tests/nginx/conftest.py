import secrets
import shutil
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from stdnum import luhn

if TYPE_CHECKING:
    from tests.access.house import Person
    from tests.nginx.place import Place


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything here stands behind nginx; without one it is skipped, and says so."""
    here = Path(__file__).parent
    if shutil.which("nginx") or Path("/usr/sbin/nginx").exists():
        return
    for item in items:
        if item.path.parent == here:
            item.add_marker(pytest.mark.skip(reason="no nginx on this machine: apt-get install nginx-light"))


@pytest.fixture(scope="module")
def place(cluster: Path, django_db_setup: None) -> "Iterator[Place]":
    """nginx and the pages behind it, with an authority of cards of their own."""
    from tests.nginx.place import Place  # noqa: PLC0415  # needs Django, which is set up later

    with tempfile.TemporaryDirectory(prefix="rempart-nginx-") as folder:
        Path(folder).chmod(0o711)
        made = Place(cluster, Path(folder))
        try:
            made.start()
            yield made
        finally:
            made.stop()


@dataclass
class Practitioner:
    """Somebody of the directory with an account."""

    rpps: str
    number: int
    holder: "Person"

    @property
    def national_id(self) -> str:
        return f"8{self.rpps}"


def practitioner(cluster: Path, owner: Any, *, accounts: int = 1, active: bool = True) -> Practitioner:
    """A professional of the directory with accounts; `accounts=0`: one that is closed and nobody's."""
    from tests.access.house import open_person  # noqa: PLC0415  # needs Django, which is set up later

    digits = f"99{secrets.randbelow(10**8):08d}"
    rpps = digits + luhn.calc_check_digit(digits)
    number = owner.execute(
        "insert into access.access_professional (rpps, national_id, family_name, given_name, profession,"
        " active) values (%s, %s, 'TANGUY', 'Lucie', 'pharmacist', %s) returning id",
        [rpps, f"8{rpps}", active],
    ).fetchone()[0]
    people = []
    for _ in range(max(accounts, 1)):
        person = open_person(cluster, f"cps-{secrets.token_hex(5)}")
        people.append(person)
        owner.execute(
            "update access.access_account set professional_id = %s, is_active = %s where id = %s",
            [number if accounts else None, bool(accounts), person.account.pk],
        )
    return Practitioner(rpps, number, people[0])


@pytest.fixture
def known(db: None, cluster: Path, connect: Any) -> Callable[..., Practitioner]:
    """`known()`: a professional of the directory with an account."""
    return lambda **how: practitioner(cluster, connect("owner"), **how)


@pytest.fixture
def journal(connect: Any) -> Callable[..., list[tuple[Any, ...]]]:
    """Entries since the test began, by tag: verdict, reason, account, network."""
    reader = connect("auditor")
    start = reader.execute("select clock_timestamp()").fetchone()[0]

    def entries(tag: str) -> list[tuple[Any, ...]]:
        return reader.execute(
            "select verdict, reason, account, host(network) from journal.entry where tag = %s and at >= %s"
            " order by at",
            [tag, start],
        ).fetchall()

    return entries


@pytest.fixture
def sessions(connect: Any) -> Callable[[int], list[int]]:
    """Levels of the live sessions of an account."""
    owner = connect("owner")

    def levels(account: int) -> list[int]:
        rows = owner.execute(
            "select assurance from access.access_session where account_id = %s and ended_at is null",
            [account],
        )
        return [row[0] for row in rows]

    return levels
