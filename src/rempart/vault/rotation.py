"""Change keys without losing anyone: an insurer's key pair, and the key of the blind index.

Both run on the gate's side. Every step can be run again after a cut.
"""

import secrets
from pathlib import Path
from typing import Any

import psycopg

from rempart.vault import blind_index, insurer_keys
from rempart.vault.errors import VaultFault
from rempart.vault.key_files import replace
from rempart.vault.opening import WrappedDataKey, unwrap
from rempart.vault.sealing import wrap


def rotate_insurer_key(connection: psycopg.Connection[Any], master: Any, insurer: int) -> int:
    """Give an insurer a new pair, wrap its data keys to it, and destroy the old private half.

    The caller's transaction; returns how many data keys were wrapped again. No person is touched. An
    import that was about to store a data key wrapped to the old pair fails on its reference to it, and
    asks for the new one. Raises InsurerKeyMissingError for a withdrawn insurer, SealBrokenError.
    """
    old, _ = insurer_keys.current(connection, insurer)
    # No data key can be added for the old pair from here on: its reference waits for this lock.
    connection.execute("select from vault.insurer_key where id = %s for update", [old])
    pair = insurer_keys.new_pair(master, insurer)
    new = insurer_keys.insert(connection, insurer, pair)
    rows = connection.execute(
        "select d.id, d.insurer, d.batch, d.wrapped, k.id, k.private_keyset, false"
        "  from vault.data_key d join vault.insurer_key k on k.id = d.insurer_key where k.id = %s",
        [old],
    ).fetchall()
    for number, *columns in rows:
        key = WrappedDataKey(*columns)
        wrapped = wrap(unwrap(master, key), pair.public_keyset, key.insurer, key.batch)
        connection.execute(
            "update vault.data_key set wrapped = %s, insurer_key = %s where id = %s", [wrapped, new, number]
        )
    connection.execute("delete from vault.insurer_key where id = %s", [old])
    return len(rows)


def add_index_version(keys_dir: Path) -> int:
    """First step: add a version to `index.json`, searched but not yet written with. Returns it.

    Raises VaultFault while an earlier rotation is unfinished.
    """
    keys, current = blind_index.read_file(keys_dir / blind_index.FILE)
    if max(keys) > current:
        return max(keys)
    if len(keys) > 1:
        raise VaultFault("An earlier rotation of the index is unfinished.", "drop its old version first")
    keys[current + 1] = secrets.token_bytes(blind_index.KEY_BYTES)
    replace(keys_dir / blind_index.FILE, blind_index.write_content(keys, current))
    return current + 1


def promote_index_version(keys_dir: Path) -> int:
    """Second step, once every gate has read the file again: write with the newest version."""
    keys, _ = blind_index.read_file(keys_dir / blind_index.FILE)
    replace(keys_dir / blind_index.FILE, blind_index.write_content(keys, max(keys)))
    return max(keys)


def drop_old_index_versions(keys_dir: Path) -> list[int]:
    """Last step, once every person has keys of the current version: forget the others."""
    keys, current = blind_index.read_file(keys_dir / blind_index.FILE)
    replace(keys_dir / blind_index.FILE, blind_index.write_content({current: keys[current]}, current))
    return sorted(set(keys) - {current})
