"""One data key for each insurer of an import: made at its first person, forgotten when the import ends."""

from dataclasses import dataclass

import psycopg

from rempart.registry import store
from rempart.vault.sealing import Sealer, new_data_key
from rempart.vocabulary.intake import Why

_TRIES = 3


@dataclass(frozen=True, slots=True, repr=False)
class Sealing:
    """What seals an insurer's persons in this import."""

    insurer: int
    data_key: int
    sealer: Sealer


class DataKeys:
    """Finds or makes them. The answer for an insurer that cannot be imported is the reason why."""

    def __init__(self, connection: store.Connection, batch: int) -> None:
        self._connection = connection
        self._batch = batch
        self._known: dict[str, Sealing | Why] = {}

    def of(self, amc_number: str) -> Sealing | Why:
        """By AMC number. Call it outside the persons' transaction: a chunk that fails keeps its key."""
        known = self._known.get(amc_number)
        if known is None:
            known = self._known[amc_number] = self._make(amc_number)
        return known

    def _make(self, amc_number: str) -> Sealing | Why:
        insurer = store.insurer_by_amc(self._connection, amc_number)
        if insurer is None:
            return Why.INSURER_UNKNOWN
        for _ in range(_TRIES):
            key = store.insurer_key(self._connection, insurer)
            if key is None:
                break
            sealer, wrapped = new_data_key(key[1], insurer, self._batch)
            try:
                number = store.insert_data_key(self._connection, insurer, self._batch, key[0], wrapped)
            except psycopg.errors.ForeignKeyViolation:
                continue  # the insurer's pair was rotated a moment ago: wrap to the new one
            return Sealing(insurer, number, sealer)
        return Why.INSURER_WITHOUT_KEY
