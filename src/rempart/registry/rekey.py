"""Rotate the blind index: give every person keys of the current version, then forget the older ones.

The one place outside the gate where persons are opened: by hand, as the owner, with the master key.
What is opened is the number, the birth date and the member number, to be digested anew; nothing is kept.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg

from rempart.registry import store
from rempart.registry.chunk import keys_of
from rempart.vault.blind_index import BlindIndex
from rempart.vault.errors import KeyWithdrawnError, VaultFault
from rempart.vault.master import load_master
from rempart.vault.opening import Opener
from rempart.vault.rotation import drop_old_index_versions, promote_index_version
from rempart.vault.store import StoredKeys
from rempart.vocabulary.cover import CivilStatus, Contract, Numbers
from rempart.vocabulary.words import Category

_CHUNK = 1_000
_LACKING = """
    select p.id, p.insurer, p.data_key, p.sealed_civil, p.sealed_nir, p.sealed_contract
      from registry.person p
     where p.id > %s and not exists
           (select from registry.person_key k where k.person = p.id and k.version = %s)
     order by p.id limit %s"""


def finish_index_rotation(
    *, dsn: str, keys_dir: Path, progress: Callable[[int], None] | None = None
) -> tuple[int, int]:
    """Write with the newest version, re-key everyone, drop the older versions.

    To run once every gate has read the version that `add_index_version` added; safe to run again after
    a cut. Returns how many persons were keyed anew, and how many stayed behind because their insurer
    withdrew its key: those are closed, and no longer found. Raises VaultFault when no version waits.
    """
    if len(BlindIndex.load(keys_dir).versions) == 1:
        raise VaultFault("No new version of the index is waiting.", "rempart keys rotate-index")
    promote_index_version(keys_dir)
    index = BlindIndex.load(keys_dir)
    source = StoredKeys(dsn)
    try:
        opener = Opener(load_master(keys_dir), source)
        with psycopg.connect(dsn, autocommit=True) as connection:
            keyed = sum(_rekey_all(connection, opener, index, progress))
            behind = _drop_old(connection, keys_dir, index.current)
            store.journal(
                connection,
                "intake:index:rotated",
                {"version": index.current, "keyed": keyed, "behind": behind},
            )
    finally:
        source.close()
    return keyed, behind


def _rekey_all(
    connection: store.Connection, opener: Opener, index: BlindIndex, progress: Callable[[int], None] | None
) -> Iterator[int]:
    last, done = 0, 0
    while True:
        with connection.transaction():
            store.one_chunk_at_a_time(connection)  # no import changes these persons meanwhile
            rows = connection.execute(_LACKING, [last, index.current, _CHUNK]).fetchall()
            keyed = [row for row in rows if _rekey(connection, opener, index, row)]
        if not rows:
            return
        last, done = rows[-1][0], done + len(keyed)
        if progress:
            progress(done)
        yield len(keyed)


def _rekey(connection: store.Connection, opener: Opener, index: BlindIndex, row: tuple[Any, ...]) -> bool:
    person, insurer, data_key, civil, nir, contract = row

    def opened(category: Category, sealed: bytes) -> bytes:
        return opener.open(data_key, insurer, person, category, bytes(sealed))

    try:
        keys = keys_of(
            Numbers.from_bytes(opened(Category.NIR, nir)),
            CivilStatus.from_bytes(opened(Category.CIVIL_STATUS, civil)).birth_date,
            Contract.from_bytes(opened(Category.CONTRACT, contract)) if contract else None,
            index,
        )
    except KeyWithdrawnError:
        return False
    store.insert_keys(connection, [(key, person, index.current) for key in keys])
    return True


def _drop_old(connection: store.Connection, keys_dir: Path, current: int) -> int:
    """Under the imports' lock: whoever still lacks a current key is a withdrawn insurer's."""
    with connection.transaction():
        store.one_chunk_at_a_time(connection)
        lacking = connection.execute(
            "select count(*), count(*) filter (where k.withdrawn_at is null)"
            "  from registry.person p join vault.data_key d on d.id = p.data_key"
            "  join vault.insurer_key k on k.id = d.insurer_key where not exists"
            " (select from registry.person_key n where n.person = p.id and n.version = %s)",
            [current],
        ).fetchall()
        if lacking[0][1]:
            raise VaultFault("Persons came in meanwhile.", "run the same command again")
        connection.execute("delete from registry.person_key where version <> %s", [current])
        drop_old_index_versions(keys_dir)
    return int(lacking[0][0])
