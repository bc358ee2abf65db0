"""Intake's half: seal a person's categories under a data key that only the gate can open later.

A data key lives in intake's memory while its batch is written and nowhere else; what is stored is the
key wrapped to the insurer's public key.
"""

from collections.abc import Callable
from typing import Any

from rempart.vault import primitives
from rempart.vault.labels import data_key_context, seal_label
from rempart.vocabulary.words import Category


class Sealer:
    """Seals for one insurer and one batch. It keeps the way in and no way back."""

    __slots__ = ("_encrypt", "insurer")

    def __init__(self, insurer: int, encrypt: Callable[[bytes, bytes], bytes]) -> None:
        self.insurer = insurer
        self._encrypt = encrypt

    def seal(self, person_id: int, category: Category, plaintext: bytes) -> bytes:
        """Ciphertext bound to the insurer, person and category: moved elsewhere it does not open."""
        return self._encrypt(plaintext, seal_label(self.insurer, person_id, category))


def new_data_key(public_keyset: bytes, insurer: int, batch: int) -> tuple[Sealer, bytes]:
    """A new data key for a batch: its sealer, and the key wrapped for `vault.data_key`."""
    handle = primitives.new_aead_keyset()
    return sealer_of(insurer, handle), wrap(handle, public_keyset, insurer, batch)


def sealer_of(insurer: int, handle: Any) -> Sealer:
    """Seals under a data key that is at hand."""
    return Sealer(insurer, _only_encrypt(handle))


def wrap(handle: Any, public_keyset: bytes, insurer: int, batch: int) -> bytes:
    """A data key as only the holder of the insurer's private key can read it."""
    clear = primitives.to_clear_bytes(handle)
    return primitives.hybrid_encrypt_of(public_keyset)(clear, data_key_context(insurer, batch))


def _only_encrypt(handle: Any) -> Callable[[bytes, bytes], bytes]:
    aead = primitives.aead_of(handle)

    def encrypt(plaintext: bytes, associated_data: bytes) -> bytes:
        return aead.encrypt(plaintext, associated_data)  # type: ignore[no-any-return]

    return encrypt
