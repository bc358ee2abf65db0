"""An insurer's key pair: created and withdrawn on the gate's side, which alone holds the master key."""

from dataclasses import dataclass
from typing import Any

import psycopg
from tink import proto_keyset_format

from rempart.vault import primitives
from rempart.vault.errors import InsurerKeyMissingError
from rempart.vault.labels import private_keyset_label


@dataclass(frozen=True, slots=True, repr=False)
class KeyPair:
    """What is stored of a pair: the public half plain, the private half under the master key."""

    public_keyset: bytes
    private_keyset: bytes


def new_pair(master: Any, insurer: int) -> KeyPair:
    """A fresh HPKE pair for one insurer."""
    handle = primitives.new_hybrid_keyset()
    return KeyPair(
        proto_keyset_format.serialize_without_secret(handle.public_keyset_handle()),
        proto_keyset_format.serialize_encrypted(handle, master, private_keyset_label(insurer)),
    )


def create(connection: psycopg.Connection[Any], master: Any, insurer: int) -> int:
    """Give an insurer its key pair and return the pair's number; one that stands is kept.

    The caller's transaction. A withdrawn insurer gets a new pair: what was sealed before stays closed.
    """
    connection.execute("select pg_advisory_xact_lock(hashtextextended('vault.insurer_key', %s))", [insurer])
    try:
        return current(connection, insurer)[0]
    except InsurerKeyMissingError:
        return insert(connection, insurer, new_pair(master, insurer))


def insert(connection: psycopg.Connection[Any], insurer: int, pair: KeyPair) -> int:
    """Store a pair; the caller has made sure that the insurer has no other in use."""
    rows = connection.execute(
        "insert into vault.insurer_key (insurer, public_keyset, private_keyset) values (%s, %s, %s)"
        " returning id",
        [insurer, pair.public_keyset, pair.private_keyset],
    ).fetchall()
    return int(rows[0][0])


def current(connection: psycopg.Connection[Any], insurer: int) -> tuple[int, bytes]:
    """Number and public keyset of the pair in use. Raises InsurerKeyMissingError."""
    row = connection.execute(
        "select id, public_keyset from vault.insurer_key"
        " where insurer = %s and withdrawn_at is null order by id desc limit 1",
        [insurer],
    ).fetchone()
    if row is None:
        raise InsurerKeyMissingError(
            f"Insurer {insurer} has no key in use.", "rempart import insurer AMC NAME, or give it a new key"
        )
    return int(row[0]), bytes(row[1])


def withdraw(connection: psycopg.Connection[Any], insurer: int) -> int:
    """Close everything sealed for an insurer; return how many key pairs that ended.

    From the commit on the gate's look-up finds none of its persons, and an `Opener` that still holds a
    data key drops it at its next refresh. Nothing is destroyed: `withdrawn_at` is the whole change.
    """
    return connection.execute(
        "update vault.insurer_key set withdrawn_at = now() where insurer = %s and withdrawn_at is null",
        [insurer],
    ).rowcount
