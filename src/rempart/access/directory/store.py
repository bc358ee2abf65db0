"""The directory's queries: insert who is new, update who changed, and say how many of each."""

from collections.abc import Sequence
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from rempart.access.directory.columns import Organisation, Professional

Connection = psycopg.Connection[tuple[Any, ...]]
Activity = tuple[int, int, str, str]
"""Professional, organisation, profession, mode."""


def one_chunk_at_a_time(connection: Connection) -> None:
    """Two imports of the directory take turns. Held to the transaction's end."""
    connection.execute("select pg_advisory_xact_lock(hashtextextended('access.directory', 0))")


def put_professionals(
    connection: Connection, professionals: Sequence[Professional]
) -> tuple[dict[str, int], int, int]:
    """Numbers by RPPS, how many are new, how many changed."""
    rows = [
        (p.rpps, p.national_id, p.civility, p.family_name, p.given_name, p.profession) for p in professionals
    ]
    columns = "rpps, national_id, civility, family_name, given_name, profession"
    return _put(connection, "access_professional", columns, rows)


def put_organisations(
    connection: Connection, organisations: Sequence[Organisation]
) -> tuple[dict[str, int], int, int]:
    """Numbers by technical identifier, how many are new, how many changed."""
    rows = [
        (
            o.technical_id,
            o.name,
            o.siret,
            o.siren,
            o.finess,
            o.postcode,
            o.commune,
            o.department,
            o.kind,
            o.address,
        )
        for o in organisations
    ]
    columns = "technical_id, name, siret, siren, finess, postcode, commune, department, kind, address"
    return _put(connection, "access_organisation", columns, rows)


def put_activities(connection: Connection, activities: Sequence[Activity]) -> tuple[int, int]:
    """How many are new, how many changed."""
    columns = _columns(activities)
    new = connection.execute(
        "insert into access.access_activity (professional_id, organisation_id, profession, mode)"
        " select * from unnest(%b::bigint[], %b::bigint[], %b::text[], %b::text[])"
        " on conflict (professional_id, organisation_id, profession) do nothing",
        columns,
    ).rowcount
    changed = connection.execute(
        "update access.access_activity a set mode = n.mode, active = true"
        "  from unnest(%b::bigint[], %b::bigint[], %b::text[], %b::text[])"
        "    as n (professional, organisation, profession, mode)"
        " where (a.professional_id, a.organisation_id, a.profession)"
        "     = (n.professional, n.organisation, n.profession)"
        "   and (a.mode <> n.mode or not a.active)",
        columns,
    ).rowcount
    return new, changed


def journal(connection: Connection, details: dict[str, object]) -> None:
    """Write the import's event: counts only."""
    connection.execute(
        "select journal.record('intake:directory:imported', details => %s, channel => 'command')",
        [Jsonb(details)],
    )


def _put(
    connection: Connection, table: str, names: str, rows: Sequence[tuple[str, ...]]
) -> tuple[dict[str, int], int, int]:
    """`names` begins with the column that is unique; all are text."""
    columns = _columns(rows)
    key, *others = names.split(", ")
    arrays = ", ".join("%b::text[]" for _ in columns)
    inserted = connection.execute(
        f"insert into access.{table} ({names}) select * from unnest({arrays})"  # noqa: S608  # names of our own
        f" on conflict ({key}) do nothing returning {key}, id".encode(),
        columns,
    ).fetchall()
    olds, news = (", ".join(f"{alias}.{name}" for name in others) for alias in ("t", "n"))
    sets = ", ".join(f"{name} = n.{name}" for name in others)
    changed = connection.execute(
        f"update access.{table} t set {sets}, active = true, updated_at = now()"  # noqa: S608  # names of our own
        f"  from unnest({arrays}) as n ({names}) where t.{key} = n.{key}"
        f"   and (({olds}) is distinct from ({news}) or not t.active)".encode(),
        columns,
    ).rowcount
    known = connection.execute(
        f"select {key}, id from access.{table} where {key} = any (%b)".encode(),  # noqa: S608  # names of our own
        [columns[0]],
    ).fetchall()
    return dict(known), len(inserted), changed


def _columns(rows: Sequence[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]
