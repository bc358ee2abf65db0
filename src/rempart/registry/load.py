"""Bring persons in: find who is held, seal, index, write. Runs as the role intake, which opens nothing.

A person already held is found by blind key, never by reading: the payment number or the own number
with the birth date, and the birth rank, within one insurer. Found, all that is held of them is
replaced and their id stays; else they are new. Records go in by chunks, each a transaction, so that
there is never half a person and an import that was cut can simply be run again.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TypeVar

import psycopg

from rempart.registry import store
from rempart.registry.chunk import Chunk, IndexRotatedError, Outcome
from rempart.registry.data_keys import DataKeys
from rempart.registry.rules.records import PersonRecord
from rempart.registry.staging import Stage
from rempart.vault.blind_index import FILE, BlindIndex, read_file
from rempart.vocabulary.intake import Report, SetAside

CHUNK = 2_000
_TRIES = 3
_Item = TypeVar("_Item")


def load_persons(  # the command line's and the demonstration's one door
    records: Iterable[PersonRecord | SetAside],
    *,
    dsn: str,
    keys_dir: Path,
    source: str,
    progress: Callable[[int], None] | None = None,
    set_aside: Callable[[SetAside], None] | None = None,
    ignored: Counter[str] | None = None,
) -> Report:
    """Import records and return the counts.

    `dsn` is of the role intake, `keys_dir` holds `index.json`, `source` names the kind of file for the
    journal. `progress` is called with the number of records read so far, `set_aside` with each line
    that was not imported; `ignored` is what the reader of the file counts besides. Insurers must exist
    with a key (`insurers.add_insurers`). Raises KeysMissingError and psycopg.Error; chunks written before
    stay, and running again brings in the rest.
    """
    BlindIndex.load(keys_dir)  # before anything is written, for its error
    report = Report(source, ignored=Counter() if ignored is None else ignored)
    with psycopg.connect(dsn, autocommit=True) as connection, Stage() as waiting:
        batch = store.open_batch(connection, source)
        loader = _Loader(connection, DataKeys(connection, batch), keys_dir, report, set_aside)
        for chunk in _chunks(records, CHUNK):
            report.read += len(chunk)
            loader.load(chunk, waiting)
            if progress:
                progress(report.read)
        late = (PersonRecord.from_bytes(value) for _, _, value in waiting.scan())
        for late_chunk in _chunks(late, CHUNK):
            loader.load(late_chunk, None)
        with connection.transaction():
            store.close_batch(connection, batch, report.loaded + report.updated, report.set_aside)
            store.journal(connection, "intake:persons:imported", {"batch": batch} | report.to_details())
    return report


class _Loader:
    def __init__(
        self,
        connection: store.Connection,
        keys: DataKeys,
        keys_dir: Path,
        report: Report,
        set_aside: Callable[[SetAside], None] | None,
    ) -> None:
        self._connection = connection
        self._keys = keys
        self._keys_dir = keys_dir
        self._report = report
        self._set_aside = set_aside

    def load(self, items: Iterable[PersonRecord | SetAside], waiting: Stage | None) -> None:
        """Write a chunk. Beneficiaries whose policyholder is not there wait, or are set aside."""
        records: list[PersonRecord] = []
        for item in items:
            if isinstance(item, SetAside):
                self._put_aside(item)
            else:
                records.append(item)
        outcome = self._write(records, may_wait=waiting is not None)
        self._report.loaded += outcome.loaded
        self._report.updated += outcome.updated
        self._report.warnings.update(outcome.warnings)
        for item in outcome.set_aside:
            self._put_aside(item)
        for record in outcome.waiting:
            assert waiting is not None  # noqa: S101  # for the type checker: only then does one wait
            waiting.put("", 0, record.line, record.to_bytes())

    def _write(self, records: list[PersonRecord], *, may_wait: bool) -> Outcome:
        for _ in range(_TRIES - 1):
            try:
                return self._write_once(records, may_wait=may_wait)
            except (psycopg.errors.UniqueViolation, IndexRotatedError):
                continue  # a random id was taken, once in many million imports; or the index just changed
        return self._write_once(records, may_wait=may_wait)

    def _write_once(self, records: list[PersonRecord], *, may_wait: bool) -> Outcome:
        chunk = Chunk(BlindIndex.load(self._keys_dir), self._keys, may_wait=may_wait)
        for record in records:
            chunk.add(record)
        return chunk.write(self._connection, self._is_current)

    def _is_current(self, version: int) -> bool:
        return read_file(self._keys_dir / FILE)[1] == version

    def _put_aside(self, item: SetAside) -> None:
        self._report.put_aside(item)
        if self._set_aside:
            self._set_aside(item)


def _chunks(items: Iterable[_Item], size: int) -> Iterator[list[_Item]]:
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk
