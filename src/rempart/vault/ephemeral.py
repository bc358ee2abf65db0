"""A seal for what waits on a disk for a moment: its key is in this process's memory only."""

from rempart.vault import primitives

_LABEL = b"rempart:ephemeral:1"


class EphemeralSeal:
    """Seals and opens values of this process; nothing opens them after it."""

    def __init__(self) -> None:
        self._aead = primitives.aead_of(primitives.new_aead_keyset())

    def seal(self, plaintext: bytes) -> bytes:
        return self._aead.encrypt(plaintext, _LABEL)  # type: ignore[no-any-return]

    def open(self, sealed: bytes) -> bytes:
        """The plaintext. Raises tink.TinkError when the file was changed meanwhile."""
        return self._aead.decrypt(sealed, _LABEL)  # type: ignore[no-any-return]
