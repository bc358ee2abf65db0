"""Who stands behind the journal's numbers, as far as reports say it: logins, places, insurers. No person."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import psycopg

from rempart.exposure.errors import SelectionFault

_ACCOUNTS = "select id, login from access.access_account where id = any(%s)"
_PLACES = "select id, name, commune, department from access.access_organisation where id = any(%s)"
_INSURERS = "select id, name from registry.insurer"


@dataclass(frozen=True, slots=True)
class Place:
    """Where an organisation is."""

    name: str
    commune: str
    department: str


@dataclass(frozen=True, slots=True)
class Names:
    """Number → name; a number that is not in it is printed as it is."""

    accounts: dict[int, str] = field(default_factory=dict)
    organisations: dict[int, Place] = field(default_factory=dict)
    insurers: dict[int, str] = field(default_factory=dict)

    def account(self, number: int | None) -> str:
        return self.accounts.get(number or 0, f"#{number}")

    def organisation(self, number: int | None) -> str:
        found = self.organisations.get(number or 0)
        return "" if number is None else (found.name if found else f"#{number}")

    def insurer(self, number: int | None) -> str:
        return self.insurers.get(number or 0, f"#{number}")


def look_up(
    connection: psycopg.Connection[Any], accounts: Iterable[int], organisations: Iterable[int | None]
) -> Names:
    """The names of these numbers, as the auditor's role may read them."""
    places = [number for number in set(organisations) if number is not None]
    return Names(
        dict(connection.execute(_ACCOUNTS, [list(set(accounts))]).fetchall()),
        {row[0]: Place(*row[1:]) for row in connection.execute(_PLACES, [places])},
        dict(connection.execute(_INSURERS).fetchall()),
    )


def number_of(connection: psycopg.Connection[Any], account: str) -> int:
    """An account's number, by its login or the number itself. Raises SelectionFault for an unknown login."""
    row = connection.execute("select gate.account_of(%s)", [account]).fetchone()
    if row and row[0] is not None:
        return int(row[0])
    if account.isascii() and account.isdigit() and len(account) < len(str(1 << 63)):
        return int(account)
    raise SelectionFault("No account has that login.", "rempart account list; or the account's number")


def person_of(connection: psycopg.Connection[Any], request: str) -> int | None:
    """The person that a look-up was about, by the reference on its answer, where the table still holds it."""
    row = connection.execute(
        "select person from journal.entry where request = %s and tag = 'gate:lookup:granted'", [request]
    ).fetchone()
    return row[0] if row else None
