"""The gate's half: unwrap data keys with insurers' private keys and open sealed values.

Opening costs about two microseconds once the data key is in memory, and about two hundred the first time.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from time import monotonic
from typing import Any, Protocol

import tink
from tink import proto_keyset_format

from rempart.vault import primitives
from rempart.vault.errors import KeyWithdrawnError, SealBrokenError, UnknownDataKeyError
from rempart.vault.labels import data_key_context, private_keyset_label, seal_label


@dataclass(frozen=True, slots=True, repr=False)
class WrappedDataKey:
    """A row of `vault.data_key` with its insurer's key pair."""

    insurer: int
    batch: int
    wrapped: bytes
    insurer_key: int
    private_keyset: bytes
    withdrawn: bool


class KeySource(Protocol):
    """Where wrapped keys are read; `store.StoredKeys` in the service, a dict in tests."""

    def data_key(self, data_key_id: int) -> WrappedDataKey | None:
        """The row of that number."""

    def live(self) -> frozenset[int]:
        """Numbers of the insurer key pairs in use: neither withdrawn nor rotated away."""


class _Held:
    __slots__ = ("decrypt", "insurer", "insurer_key")

    def __init__(self, insurer: int, insurer_key: int, decrypt: Callable[[bytes, bytes], bytes]) -> None:
        self.insurer = insurer
        self.insurer_key = insurer_key
        self.decrypt = decrypt


class Opener:
    """Opens sealed values; keeps the `capacity` data keys used last.

    Which pairs are in use is asked again when the last answer is older than `trusted_for` seconds, so a
    withdrawal is felt within that time even where no one calls `refresh`. Safe between threads.
    """

    def __init__(
        self, master: Any, source: KeySource, *, capacity: int = 1024, trusted_for: float = 1.0
    ) -> None:
        self._master = master
        self._source = source
        self._capacity = capacity
        self._trusted_for = trusted_for
        self._asked_at = float("-inf")
        self._lock = Lock()
        self._held: OrderedDict[int, _Held] = OrderedDict()

    def open(self, data_key_id: int, insurer: int, person_id: int, category: int, sealed: bytes) -> bytes:
        """The plaintext of one category of one person.

        Raises UnknownDataKeyError, KeyWithdrawnError, SealBrokenError; and whatever the source raises
        when the database does not answer, for an opener that cannot ask what was withdrawn stays shut.
        """
        if monotonic() - self._asked_at > self._trusted_for:
            self.refresh()
        held = self._held.get(data_key_id) or self._load(data_key_id)
        if held.insurer != insurer:
            raise UnknownDataKeyError(data_key_id)
        try:
            return held.decrypt(sealed, seal_label(insurer, person_id, category))
        except tink.TinkError:
            raise SealBrokenError(data_key_id) from None

    def refresh(self) -> None:
        """Drop the data keys of pairs no longer in use. To call about every second, off the event loop."""
        at = monotonic()
        live = self._source.live()
        with self._lock:
            self._asked_at = at
            for number in [n for n, held in self._held.items() if held.insurer_key not in live]:
                del self._held[number]

    def _load(self, data_key_id: int) -> _Held:
        row = self._source.data_key(data_key_id)
        if row is None:
            raise UnknownDataKeyError(data_key_id)
        if row.withdrawn:
            raise KeyWithdrawnError(row.insurer)
        held = _Held(row.insurer, row.insurer_key, primitives.aead_of(unwrap(self._master, row)).decrypt)
        with self._lock:
            self._held[data_key_id] = held
            while len(self._held) > self._capacity:
                self._held.popitem(last=False)
        return held


def unwrap(master: Any, row: WrappedDataKey) -> Any:
    """The data key's keyset handle. Raises SealBrokenError when a key is not the one it was wrapped with."""
    try:
        private = proto_keyset_format.parse_encrypted(
            row.private_keyset, master, private_keyset_label(row.insurer)
        )
        decrypt = primitives.hybrid_decrypt_of(private)
        return primitives.from_clear_bytes(decrypt(row.wrapped, data_key_context(row.insurer, row.batch)))
    except tink.TinkError:
        raise SealBrokenError("a wrapped key does not open") from None
