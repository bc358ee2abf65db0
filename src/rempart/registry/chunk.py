"""Some thousand records, written in one transaction."""

import secrets
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from rempart.registry import store
from rempart.registry.data_keys import DataKeys, Sealing
from rempart.registry.rules.records import PersonRecord
from rempart.vault.blind_index import BlindIndex
from rempart.vocabulary.cover import Contract, Numbers
from rempart.vocabulary.intake import SetAside, Why
from rempart.vocabulary.words import Category

_ID_BITS = 62


class IndexRotatedError(Exception):
    """The blind index was rotated since the chunk's keys were made: make them again."""


@dataclass(slots=True)
class Outcome:
    """What became of a chunk's records."""

    loaded: int = 0
    updated: int = 0
    set_aside: list[SetAside] = field(default_factory=list)
    waiting: list[PersonRecord] = field(default_factory=list)
    warnings: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True, repr=False)
class _Entry:
    record: PersonRecord
    sealing: Sealing
    own: tuple[bytes, ...]
    """Blind keys of the person's own identity, every version of the index."""
    policyholder: tuple[bytes, ...]


class Chunk:
    """Collects records, then writes them; `write` may be called again after a rollback."""

    def __init__(self, index: BlindIndex, keys: DataKeys, *, may_wait: bool) -> None:
        self._index = index
        self._keys = keys
        self._may_wait = may_wait
        self._entries: list[_Entry] = []
        self._refused: list[SetAside] = []

    def add(self, record: PersonRecord) -> None:
        sealing = self._keys.of(record.insurer)
        if isinstance(sealing, Why):
            self._refused.append(SetAside(record.line, sealing, (record.insurer,)))
            return
        numbers, birth_date = record.numbers, record.civil.birth_date
        own = self._digests(numbers.payment_nir, birth_date)
        if numbers.own_nir and numbers.own_nir != numbers.payment_nir:
            own += self._digests(numbers.own_nir, birth_date)
        held_by = self._digests(numbers.payment_nir, record.policyholder[0]) if record.policyholder else ()
        self._entries.append(_Entry(record, sealing, own, held_by))

    def write(self, connection: store.Connection, still_current: Callable[[int], bool]) -> Outcome:
        """Policyholders first, then those whom they cover.

        `still_current` tells whether a version is the one to write with: asked under the lock, so that a
        rotation of the index never leaves a person behind. Raises IndexRotatedError, psycopg.Error;
        then nothing is written.
        """
        outcome = Outcome(set_aside=list(self._refused))
        if not self._entries:
            return outcome
        with connection.transaction():
            store.one_chunk_at_a_time(connection)
            if not still_current(self._index.current):
                raise IndexRotatedError
            writing = _Writing(self._index, connection, self._entries, outcome)
            for entry in sorted(self._entries, key=lambda entry: entry.record.policyholder is not None):
                writing.place(entry, may_wait=self._may_wait)
            writing.flush()
        return outcome

    def _digests(self, nir: str, birth_date: str) -> tuple[bytes, ...]:
        return tuple(key for _, key in self._index.person_candidates(nir, birth_date))


class _Writing:
    def __init__(
        self, index: BlindIndex, connection: store.Connection, entries: list[_Entry], outcome: Outcome
    ) -> None:
        self._index = index
        self._connection = connection
        self._outcome = outcome
        self._held = store.find(connection, {key for e in entries for key in (*e.own, *e.policyholder)})
        self._new: list[store.Row] = []
        self._changed: list[store.Row] = []
        self._keys: list[tuple[bytes, int, int]] = []

    def place(self, entry: _Entry, *, may_wait: bool) -> None:
        """Decide about one record: new, update, wait or aside."""
        record = entry.record
        policyholder: int | None = None
        if record.policyholder:
            policyholder = self._policyholder(entry, record.policyholder[1])
            if policyholder is None and may_wait:
                self._outcome.waiting.append(record)
                return
            if policyholder is None:
                self._outcome.set_aside.append(SetAside(record.line, Why.POLICYHOLDER_MISSING))
                return
        held = {p.person: p for p in self._matches(entry, entry.own, record.civil.birth_rank)}
        if len(held) > 1:
            self._outcome.set_aside.append(SetAside(record.line, Why.AMBIGUOUS))
        elif any(p.data_key == entry.sealing.data_key for p in held.values()):
            self._outcome.set_aside.append(SetAside(record.line, Why.DUPLICATE))
        else:
            self._accept(entry, next(iter(held), None), policyholder)

    def _policyholder(self, entry: _Entry, rank: int) -> int | None:
        """Within the insurer first; a beneficiary's own insurer may be another one's."""
        near = self._matches(entry, entry.policyholder, rank)
        far = [p for key in entry.policyholder for p in self._held.get(key, ()) if p.birth_rank == rank]
        return next((held.person for held in near + far), None)

    def _matches(self, entry: _Entry, keys: tuple[bytes, ...], rank: int) -> list[store.Held]:
        return [
            held
            for key in keys
            for held in self._held.get(key, ())
            if held.insurer == entry.sealing.insurer and held.birth_rank == rank
        ]

    def _accept(self, entry: _Entry, held: int | None, policyholder: int | None) -> None:
        record, sealing = entry.record, entry.sealing
        person = held or new_id()
        row = sealed(record, sealing, person, policyholder)
        (self._new if held is None else self._changed).append(row)
        keys = keys_of(record.numbers, record.civil.birth_date, record.contract, self._index)
        self._keys += [(key, person, self._index.current) for key in keys]
        if held is None:
            self._outcome.loaded += 1
        else:
            self._outcome.updated += 1
        self._outcome.warnings.update(record.warnings)
        mark = store.Held(person, sealing.insurer, record.civil.birth_rank, sealing.data_key)
        for key in entry.own:  # those who follow in this chunk find this one
            known = [p for p in self._held.get(key, ()) if p.person != person]
            self._held[key] = [*known, mark]

    def flush(self) -> None:
        if self._new:
            store.insert_persons(self._connection, self._new)
        if self._changed:
            store.update_persons(self._connection, self._changed)
        if self._keys:
            store.insert_keys(self._connection, self._keys)


def new_id() -> int:
    """A person's number: random, so that order and size say nothing."""
    return secrets.randbits(_ID_BITS) + 1


def keys_of(numbers: Numbers, birth_date: str, contract: Contract | None, index: BlindIndex) -> set[bytes]:
    """Every digest under which a look-up may find a person, current version of the index."""
    nirs = {numbers.payment_nir, numbers.own_nir, numbers.other_payment_nir} - {None}
    keys = {index.person_key(str(nir), birth_date) for nir in nirs}
    if contract:
        keys.add(index.member_key(contract.amc_number, contract.member_number, birth_date))
    return keys


def sealed(record: PersonRecord, sealing: Sealing, person: int, policyholder: int | None) -> store.Row:
    """A person's row, each category sealed apart."""
    seal = sealing.sealer.seal
    contract = record.contract
    return store.Row(
        id=person,
        insurer=sealing.insurer,
        data_key=sealing.data_key,
        birth_rank=record.civil.birth_rank,
        policyholder=policyholder,
        sealed_civil=seal(person, Category.CIVIL_STATUS, record.civil.to_bytes()),
        sealed_nir=seal(person, Category.NIR, record.numbers.to_bytes()),
        sealed_rights=seal(person, Category.RIGHTS, record.rights.to_bytes()),
        sealed_contract=seal(person, Category.CONTRACT, contract.to_bytes()) if contract else None,
    )
