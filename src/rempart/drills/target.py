"""The running demonstration that a replay attacks: where it listens and whose secrets were stolen."""

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from rempart.database import directory
from rempart.drills.tally import Person
from rempart.drills.wire import Address
from rempart.vocabulary.faults import Fault

HIJACKED, PHISHED, RACER, PREY = "hijacked", "phished", "racer", "prey"
"""Roles of the demonstration's accounts that belong to the replays; each live attack restricts some prey."""


class NothingRunsError(Fault):
    """There is no demonstration to attack: start one, or name its directory."""

    exit_code = 7


@dataclass(frozen=True, slots=True, repr=False)
class Victim:
    """An account whose secrets the attacker holds."""

    login: str
    profession: str
    token: str
    password: str | None
    totp_secret: str | None

    def code(self, now: float) -> str:
        """The six digits of that moment, as the holder's authenticator shows them (RFC 6238)."""
        secret = base64.b32decode(self.totp_secret or "")
        return TOTP(secret, 6, SHA1(), 30).generate(int(now)).decode()  # noqa: S303  # RFC 6238


@dataclass(frozen=True, slots=True, repr=False)
class Target:
    """One running demonstration."""

    data: Path
    pages: Address
    api: Address
    accounts: dict[str, list[Victim]]
    """Role → accounts."""
    persons: list[Person]

    def victims(self, role: str) -> list[Victim]:
        """The accounts of a role. Raises NothingRunsError when this demonstration has none."""
        found = self.accounts.get(role)
        if not found:
            raise NothingRunsError(
                f"The demonstration of {self.data} has no account to play {role}.",
                "rempart demo --data with a new directory",
            )
        return found


def find(data: Path) -> Target:
    """The demonstration that runs in `data`. Raises NothingRunsError."""
    data = data.expanduser().resolve()
    remedy = f"rempart demo --data {data}"
    try:
        told = json.loads((data / "demo" / "demo.json").read_text("utf-8"))
        persons = json.loads((data / "demo" / "attack_list.json").read_text("utf-8"))
    except FileNotFoundError:
        raise NothingRunsError(f"{data} holds no demonstration to attack.", remedy) from None
    if directory.holder(data) is None:
        raise NothingRunsError(f"The demonstration of {data} does not run.", remedy)
    return Target(
        data=data,
        pages=Address.of(told["url"]),
        api=Address.of(told["api"]),
        accounts=_by_role(told["accounts"]),
        persons=[Person(row["nir"], row["birth_date"], row.get("birth_rank")) for row in persons],
    )


def _by_role(rows: list[dict[str, Any]]) -> dict[str, list[Victim]]:
    accounts: dict[str, list[Victim]] = {}
    for row in rows:
        accounts.setdefault(row["role"], []).append(
            Victim(
                row["login"], row["profession"], row["api_token"], row.get("password"), row.get("totp_secret")
            )
        )
    return accounts
