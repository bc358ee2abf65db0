"""The attestation of a card terminal: what it signs, and whether a signature is genuine.

Ed25519 (RFC 8032). Bound to terminal, account, person, minute and a nonce: moved to another
account, person or time, it no longer verifies.
"""

from typing import Protocol

import tink
from cryptography.exceptions import InvalidSignature

_DOMAIN = "rempart-attestation-v1"


def attestation(  # the signed fields, by name
    *, terminal: int, login: str, number: str, birth_date: str, birth_rank: int | None, at: str, nonce: str
) -> bytes:
    """The bytes that a terminal signs. `number` is the NIR's 13 characters, or `amc:member`."""
    rank = "" if birth_rank is None else str(birth_rank)
    return "\n".join([_DOMAIN, str(terminal), login, number, birth_date, rank, at, nonce]).encode()


class Verifier(Protocol):
    """A public key, of Tink or of `cryptography`."""

    def verify(self, signature: bytes, data: bytes, /) -> None:
        """Raises TinkError or InvalidSignature."""


def is_genuine(public_key: Verifier, signature: bytes, message: bytes) -> bool:
    try:
        public_key.verify(signature, message)
    except (tink.TinkError, InvalidSignature):
        return False
    return True
