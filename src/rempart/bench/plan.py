"""What a load generator needs to know: whose tokens and terminals, and whom to look up."""

import json
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from rempart.database.directory import write_private


@dataclass(frozen=True, slots=True, repr=False)
class Account:
    """An account of the throw-away house: its token, and the terminal that stands beside it."""

    login: str
    token: str
    terminal: int
    key: Ed25519PrivateKey


@dataclass(frozen=True, slots=True, repr=False)
class Plan:
    """The cast of a benchmark. Persons are synthetic: NIR (13 characters) and birth date."""

    accounts: list[Account]
    persons: list[tuple[str, str]]


def write(path: Path, plan: Plan) -> None:
    """Keep a plan, readable by its owner only."""
    accounts = [[a.login, a.token, a.terminal, a.key.private_bytes_raw().hex()] for a in plan.accounts]
    write_private(path, json.dumps({"accounts": accounts, "persons": plan.persons}))


def read(path: Path) -> Plan:
    """Read what `write` kept. Raises FileNotFoundError."""
    found = json.loads(path.read_bytes())
    return Plan(
        accounts=[
            Account(login, token, terminal, Ed25519PrivateKey.from_private_bytes(bytes.fromhex(key)))
            for login, token, terminal, key in found["accounts"]
        ],
        persons=[(nir, birth_date) for nir, birth_date in found["persons"]],
    )
