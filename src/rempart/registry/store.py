"""Intake's queries. It reads of a person what an import must link by; sealed columns go in only."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

Connection = psycopg.Connection[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Held:
    """A person already held, as far as intake may see one."""

    person: int
    insurer: int
    birth_rank: int
    data_key: int


@dataclass(frozen=True, slots=True)
class Row:
    """A row of `registry.person`, in the order of its columns."""

    id: int
    insurer: int
    data_key: int
    birth_rank: int
    policyholder: int | None
    sealed_civil: bytes
    sealed_nir: bytes
    sealed_rights: bytes
    sealed_contract: bytes | None

    def values(self) -> tuple[Any, ...]:
        return (
            self.id,
            self.insurer,
            self.data_key,
            self.birth_rank,
            self.policyholder,
            self.sealed_civil,
            self.sealed_nir,
            self.sealed_rights,
            self.sealed_contract,
        )


def open_batch(connection: Connection, source: str) -> int:
    return _number(connection, "insert into registry.batch (source) values (%s) returning id", source)


def close_batch(connection: Connection, batch: int, loaded: int, set_aside: int) -> None:
    connection.execute(
        "update registry.batch set finished_at = now(), loaded = %s, set_aside = %s where id = %s",
        [loaded, set_aside, batch],
    )


def journal(connection: Connection, tag: str, details: dict[str, object]) -> None:
    """Write an event: counts only, never a name or a number of a person."""
    connection.execute(
        "select journal.record(%s, details => %s, channel => 'command')", [tag, Jsonb(details)]
    )


def insurer_by_amc(connection: Connection, amc_number: str) -> int | None:
    row = connection.execute("select id from registry.insurer where amc_number = %s", [amc_number]).fetchone()
    return row[0] if row else None


def insurer_key(connection: Connection, insurer: int) -> tuple[int, bytes] | None:
    """Number and public keyset of the insurer's key pair in use."""
    row = connection.execute(
        "select id, public_keyset from vault.insurer_key"
        " where insurer = %s and withdrawn_at is null order by id desc limit 1",
        [insurer],
    ).fetchone()
    return (row[0], bytes(row[1])) if row else None


def insert_data_key(
    connection: Connection, insurer: int, batch: int, insurer_key: int, wrapped: bytes
) -> int:
    return _number(
        connection,
        "insert into vault.data_key (insurer, batch, insurer_key, wrapped)"
        " values (%s, %s, %s, %s) returning id",
        insurer,
        batch,
        insurer_key,
        wrapped,
    )


def one_chunk_at_a_time(connection: Connection) -> None:
    """Two imports at once must not both find that a person is new. Held to the transaction's end."""
    connection.execute("select pg_advisory_xact_lock(hashtextextended('registry.person', 0))")


def find(connection: Connection, keys: Iterable[bytes]) -> dict[bytes, list[Held]]:
    """Who is held under each of these blind keys."""
    found: dict[bytes, list[Held]] = {}
    rows = connection.execute(
        "select k.key, p.id, p.insurer, p.birth_rank, p.data_key"
        "  from registry.person_key k join registry.person p on p.id = k.person where k.key = any (%b)",
        [list(keys)],
    )
    for key, *held in rows:
        found.setdefault(bytes(key), []).append(Held(*held))
    return found


def insert_persons(connection: Connection, rows: Iterable[Row]) -> None:
    with (
        connection.cursor() as cursor,
        cursor.copy(
            "copy registry.person (id, insurer, data_key, birth_rank, policyholder, sealed_civil, sealed_nir,"
            " sealed_rights, sealed_contract) from stdin (format binary)"
        ) as copy,
    ):
        copy.set_types(["int8", "int2", "int4", "int2", "int8", "bytea", "bytea", "bytea", "bytea"])
        for row in rows:
            copy.write_row(row.values())


def update_persons(connection: Connection, rows: list[Row]) -> None:
    """Replace all that is held of these persons; their ids stay. Their keys are inserted anew."""
    columns = [list(column) for column in zip(*(row.values() for row in rows), strict=True)]
    del columns[1]  # the insurer: a person found within it keeps it
    connection.execute(
        "update registry.person p set data_key = n.data_key, birth_rank = n.birth_rank,"
        " policyholder = n.policyholder, sealed_civil = n.civil, sealed_nir = n.nir,"
        " sealed_rights = n.rights, sealed_contract = n.contract"
        " from unnest(%b::bigint[], %b::integer[], %b::smallint[], %b::bigint[], %b::bytea[], %b::bytea[],"
        " %b::bytea[], %b::bytea[])"
        " as n (id, data_key, birth_rank, policyholder, civil, nir, rights, contract) where p.id = n.id",
        columns,
    )
    connection.execute("delete from registry.person_key where person = any (%b::bigint[])", [columns[0]])


def insert_keys(connection: Connection, keys: Iterable[tuple[bytes, int, int]]) -> None:
    """(key, person, version of the index key)."""
    with (
        connection.cursor() as cursor,
        cursor.copy("copy registry.person_key (key, person, version) from stdin (format binary)") as copy,
    ):
        copy.set_types(["bytea", "int8", "int2"])
        for key in keys:
            copy.write_row(key)


def _number(connection: Connection, query: str, *values: object) -> int:
    rows = connection.execute(query.encode(), values).fetchall()
    return int(rows[0][0])
