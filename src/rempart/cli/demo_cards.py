"""The demonstration's card terminals: the keys they sign with, and the attestation of one card.

A real terminal reads the patient's card and signs inside its own hardware. Here `demo/terminals.json`
(read by its owner only) holds the private keys, and whoever asks plays the card.
"""

import base64
import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from rempart.gate.rules.proof import attestation
from rempart.vocabulary.faults import Fault

_NONCE_BYTES = 16


@dataclass(frozen=True, slots=True)
class Card:
    """What a card tells: NIR (13 characters), birth date (ISO), birth rank where it is written."""

    nir: str
    birth_date: str
    birth_rank: int | None = None


@dataclass(frozen=True, slots=True, repr=False)
class Terminal:
    """A terminal of one organisation, with the accounts that use it."""

    id: int
    organisation: int
    logins: tuple[str, ...]
    key: Ed25519PrivateKey

    def sign(self, login: str, card: Card, now: datetime) -> dict[str, Any]:
        """The proof that goes with a look-up, as the gate's API takes it."""
        at = now.strftime("%Y-%m-%dT%H:%M:%SZ")
        nonce = _text(secrets.token_bytes(_NONCE_BYTES))
        message = attestation(
            terminal=self.id,
            login=login,
            number=card.nir,
            birth_date=card.birth_date,
            birth_rank=card.birth_rank,
            at=at,
            nonce=nonce,
        )
        return {
            "kind": "card",
            "terminal": self.id,
            "at": at,
            "nonce": nonce,
            "signature": _text(self.key.sign(message)),
        }


def card_text(proof: dict[str, Any], card: Card) -> str:
    """The line that a reader types into the page: `RP1|terminal|at|nonce|nir|birth date|rank|signature`."""
    rank = "" if card.birth_rank is None else str(card.birth_rank)
    fields = (proof["terminal"], proof["at"], proof["nonce"], card.nir, card.birth_date, rank)
    return "|".join(["RP1", *(str(field) for field in fields), proof["signature"]])


def load(path: Path) -> list[Terminal]:
    """The terminals of `demo/terminals.json`. Raises Fault when there are none."""
    try:
        rows = json.loads(path.read_text("utf-8"))["terminals"]
    except FileNotFoundError:
        raise Fault("There are no demonstration terminals here.", "rempart demo") from None
    return [
        Terminal(
            id=row["id"],
            organisation=row["organisation"],
            logins=tuple(row["logins"]),
            key=Ed25519PrivateKey.from_private_bytes(base64.urlsafe_b64decode(row["private_key"])),
        )
        for row in rows
    ]


def for_login(terminals: list[Terminal], login: str) -> Terminal:
    """The terminal that stands beside an account. Raises Fault when its organisation has none."""
    for terminal in terminals:
        if login in terminal.logins:
            return terminal
    raise Fault(f"No terminal stands beside the account {login}.", "rempart demo accounts lists the accounts")


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()
