"""Persons opened, and sealed again under the data keys that seal them: by hand, as the owner, for decoys.

Households are opened whole, for decoys are made in their shape. Nothing that is opened is kept.
"""

import secrets
from collections import defaultdict
from collections.abc import Collection, Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from rempart.registry import store
from rempart.registry.data_keys import Sealing
from rempart.registry.rules.records import PersonRecord
from rempart.registry.synthetic.decoys import Member
from rempart.vault.errors import KeyWithdrawnError, UnknownDataKeyError
from rempart.vault.master import load_master
from rempart.vault.opening import Opener, unwrap
from rempart.vault.sealing import sealer_of
from rempart.vault.store import StoredKeys
from rempart.vocabulary.cover import CivilStatus, Contract, Numbers, Rights
from rempart.vocabulary.words import Category

_COLUMNS = "id, insurer, data_key, policyholder, sealed_civil, sealed_nir, sealed_rights, sealed_contract"
_HEADS = "select id from registry.person where policyholder is null and id >= %s order by id limit %s"
_MEMBERS = f"""
    select {_COLUMNS} from registry.person where id = any (%s)
     union all
    select {_COLUMNS} from registry.person where policyholder = any (%s)"""  # noqa: S608  # a constant
_GOING_ON = """
    select d.id from vault.data_key d join registry.batch b on b.id = d.batch where b.finished_at is null"""
_OF = f"select {_COLUMNS} from registry.person where id = any (%s)"  # noqa: S608  # a constant

Household = dict[int, Member]
"""Person id → member, the policyholder first."""


class Opened:
    """What the master key opens of the registry, and seals."""

    def __init__(self, dsn: str, keys_dir: Path) -> None:
        self._master = load_master(keys_dir)
        self._source = StoredKeys(dsn)
        self._opener = Opener(self._master, self._source)
        self._sealings: dict[int, Sealing] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._source.close()

    def drawn(self, connection: store.Connection, most: int, without: Collection[int]) -> list[Household]:
        """Some households at random: ids are random, so those that follow a random one are.

        None of an import under way: it would take a person who meets a decoy of its own for a duplicate.
        """
        start = secrets.randbits(62)
        heads = [row[0] for row in connection.execute(_HEADS, [start, most])]
        if len(heads) < most:
            heads = list(
                dict.fromkeys(heads + [row[0] for row in connection.execute(_HEADS, [0, most - len(heads)])])
            )
        wanted = [head for head in heads if head not in without]
        going_on = {row[0] for row in connection.execute(_GOING_ON)}
        return [
            household
            for household in self._households(connection.execute(_MEMBERS, [wanted, wanted]).fetchall())
            if going_on.isdisjoint(member.data_key for member in household.values())
        ]

    def of(self, connection: store.Connection, persons: Collection[int]) -> list[Household]:
        """The households that these persons form, those of withdrawn insurers left out."""
        return self._households(connection.execute(_OF, [list(persons)]).fetchall())

    def sealing(self, data_key: int) -> Sealing:
        """Seal more persons under a data key that exists. Raises KeyWithdrawnError."""
        if data_key not in self._sealings:
            row = self._source.data_key(data_key)
            if row is None:
                raise UnknownDataKeyError(data_key)
            if row.withdrawn:
                raise KeyWithdrawnError(row.insurer)
            sealer = sealer_of(row.insurer, unwrap(self._master, row))
            self._sealings[data_key] = Sealing(row.insurer, data_key, sealer)
        return self._sealings[data_key]

    def _households(self, rows: Iterable[tuple[Any, ...]]) -> list[Household]:
        members: defaultdict[int, Household] = defaultdict(dict)
        closed = set()
        for row in sorted(rows, key=lambda row: row[3] is not None):
            person, head = row[0], row[3] or row[0]
            try:
                members[head][person] = self._member(row)
            except KeyWithdrawnError:
                closed.add(head)
        return [household for head, household in members.items() if head not in closed and head in household]

    def _member(self, row: tuple[Any, ...]) -> Member:
        person, insurer, data_key, _, civil, nir, rights, contract = row

        def plain(category: Category, sealed: bytes) -> bytes:
            return self._opener.open(data_key, insurer, person, category, bytes(sealed))

        record = PersonRecord(
            line=0,
            insurer="",
            civil=CivilStatus.from_bytes(plain(Category.CIVIL_STATUS, civil)),
            numbers=Numbers.from_bytes(plain(Category.NIR, nir)),
            rights=Rights.from_bytes(plain(Category.RIGHTS, rights)),
            contract=Contract.from_bytes(plain(Category.CONTRACT, contract)) if contract else None,
        )
        return Member(record, insurer, data_key)
