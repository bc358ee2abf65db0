"""Accounts for tests: opened as the owner, used through pages as anybody would."""

import itertools
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from allauth.mfa.totp.internal.auth import format_hotp_value, generate_totp_secret, hotp_value
from django.db import connections
from django.test import Client
from django.utils import timezone
from psycopg.conninfo import conninfo_to_dict

from rempart.access.models import Account, Organisation
from rempart.access.open_account import open_account
from rempart.database.connect import dsn
from rempart.vocabulary.words import STAFF, Profession

PASSWORD = "correct horse battery staple"
_addresses = itertools.count(1)


@dataclass
class Person:
    """An account, what its holder knows, and a browser of theirs."""

    account: Account
    password: str
    secret: str
    client: Client
    used: int = 0

    def code(self, at: float | None = None) -> str:
        """The code of this moment; a later one when it was already taken."""
        step = max(int(time.time() if at is None else at) // 30, self.used + 1)
        self.used = step
        return format_hotp_value(hotp_value(self.secret, step))

    def sign_in(self, client: Client | None = None, **headers) -> Client:
        client = client or self.client
        page = client.post("/sign-in/", {"login": self.account.login, "password": self.password}, **headers)
        assert page.status_code == 302, page.content.decode()
        if self.secret:
            page = client.post("/sign-in/code/", {"code": self.code()}, **headers)
            assert page.status_code == 302, page.content.decode()
        return client


def address() -> str:
    """An address that no other test calls from."""
    n = next(_addresses)
    return f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}"


def browser(network: str | None = None) -> Client:
    return Client(REMOTE_ADDR=network or address(), HTTP_USER_AGENT="Mozilla/5.0 (Windows) Firefox/140.0")


@contextmanager
def as_owner(data: Path) -> Iterator[None]:
    """Django with the owner's role inside this block, as the command line has it."""
    connection = connections["default"]
    before = dict(connection.settings_dict)
    known = conninfo_to_dict(dsn("owner", data))
    connection.close()
    connection.settings_dict |= {"USER": known["user"], "PASSWORD": known["password"]}
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict.update(before)


def open_person(
    data: Path,
    login: str,
    profession: Profession = Profession.PHARMACIST,
    *,
    factor: bool = True,
    networks: Sequence[str] = (),
) -> Person:
    """`networks`: those that the account's organisation declared; there a new browser is at home at once."""
    secret = generate_totp_secret() if factor else ""
    with as_owner(data):
        organisation = (
            None
            if profession in STAFF
            else Organisation.objects.create(
                technical_id=f"org-{login}", name="Pharmacie de l'Exemple", declared_networks=list(networks)
            )
        )
        account = open_account(
            login,
            password=PASSWORD,
            profession=profession,
            organisation=organisation,
            totp_secret=secret or None,
            card_until=timezone.now(),
        )
    return Person(account, PASSWORD, secret, browser())
