"""The nine roles: each logs in with its own secret, none inherits, none may create or use temporary tables.

Every statement is safe to repeat. Run by the embedded server's administrator, or by the one named in
DATABASE_URL (needs CREATEROLE and CREATEDB).
"""

from pathlib import Path

import psycopg
from psycopg import sql

from rempart.database import directory
from rempart.database.connect import role_name

OWNER, GATE, WEB, WORKER = "owner", "gate", "web", "worker"
INTAKE, RESPONDER, AUDITOR, DETECTOR = "intake", "responder", "auditor", "detector"
SEALER = "sealer"
ROLES = (OWNER, GATE, WEB, WORKER, INTAKE, RESPONDER, AUDITOR, DETECTOR, SEALER)
SCHEMAS = ("access", "registry", "vault", "journal", "gate", "detection", "containment")

_SETTINGS = {
    OWNER: {"search_path": "access", "lock_timeout": "10s"},
    GATE: {"search_path": "", "statement_timeout": "5s", "idle_in_transaction_session_timeout": "5s"},
    WEB: {"search_path": "access", "statement_timeout": "10s", "idle_in_transaction_session_timeout": "30s"},
    WORKER: {"search_path": "access", "idle_in_transaction_session_timeout": "5min"},
    INTAKE: {"search_path": "", "idle_in_transaction_session_timeout": "5min"},
    RESPONDER: {"search_path": "", "idle_in_transaction_session_timeout": "5min"},
    DETECTOR: {"search_path": "", "statement_timeout": "30s", "idle_in_transaction_session_timeout": "30s"},
    # Nothing is published before its reading is durable: what a restart or a standby could undo.
    SEALER: {"search_path": "", "synchronous_commit": "on", "idle_in_transaction_session_timeout": "5min"},
    AUDITOR: {
        "search_path": "",
        "default_transaction_read_only": "on",
        "idle_in_transaction_session_timeout": "5min",
    },
}
"""Defaults of a session. They help honest code; no promise rests on them, for a session may change them."""

_Connection = psycopg.Connection[tuple[object, ...]]


def create_roles(admin: _Connection, data_dir: Path) -> None:
    """Make the roles that are missing and give each the secret kept in `secrets/<role>`."""
    for role in ROLES:
        name = role_name(role)
        if not _one(admin, "select 1 from pg_catalog.pg_roles where rolname = %s", name):
            admin.execute(sql.SQL("create role {}").format(sql.Identifier(name)))
        # The verifier is computed here: a password in a statement would stand in pg_stat_activity.
        verifier = admin.pgconn.encrypt_password(
            directory.secret(data_dir, role).encode(), name.encode(), b"scram-sha-256"
        )
        admin.execute(
            sql.SQL("alter role {} login noinherit nocreatedb nocreaterole password {}").format(
                sql.Identifier(name), sql.Literal(verifier.decode())
            )
        )
        for setting, value in ({"timezone": "UTC"} | _SETTINGS[role]).items():
            admin.execute(
                sql.SQL("alter role {} set {} = {}").format(
                    sql.Identifier(name), sql.Identifier(setting), sql.Literal(value)
                )
            )


def create_database(admin: _Connection, name: str) -> None:
    """Make the database, owned by the owner's role and closed to everyone else."""
    if not is_superuser(admin):
        admin.execute(
            sql.SQL("grant {} to current_user").format(sql.Identifier(role_name(OWNER)))
        )  # to give a database to a role, one must be able to act as it
    if not _one(admin, "select 1 from pg_catalog.pg_database where datname = %s", name):
        admin.execute(
            sql.SQL(
                "create database {} owner {} encoding 'UTF8' lc_collate 'C' lc_ctype 'C' template template0"
            ).format(sql.Identifier(name), sql.Identifier(role_name(OWNER)))
        )
    admin.execute(sql.SQL("revoke all on database {} from public").format(sql.Identifier(name)))


def close_what_is_open_to_all(admin: _Connection) -> None:
    """Take from PUBLIC what PostgreSQL gives to every role; `admin` is connected to our database.

    Languages (no DO block, no function of one's own), the schema `public`, large objects, writing to the
    log of changes. Only a superuser may, so an external server without one keeps PostgreSQL's defaults.
    """
    owner = sql.Identifier(role_name(OWNER))
    admin.execute("revoke all on schema public from public")
    for language in ("sql", "plpgsql"):
        admin.execute(sql.SQL("revoke all on language {} from public").format(sql.Identifier(language)))
        admin.execute(sql.SQL("grant usage on language {} to {}").format(sql.Identifier(language), owner))
    for (signature,) in admin.execute(
        "select oid::regprocedure::text from pg_catalog.pg_proc "
        "where pronamespace = 'pg_catalog'::regnamespace "
        "and (proname like 'lo\\_%' or proname in ('loread', 'lowrite', 'pg_logical_emit_message'))"
    ).fetchall():
        admin.execute(f"revoke all on function {signature} from public")
        if str(signature).startswith("pg_logical_emit_message("):
            # The owner's own `gate.flush` writes an empty message, so that it has something to make durable.
            admin.execute(
                sql.SQL("grant execute on function {} to {}").format(sql.SQL(str(signature)), owner)
            )


def close_other_databases(admin: _Connection) -> None:
    """On the embedded server nobody but its administrator enters the databases that initdb made."""
    for name in ("postgres", "template1"):
        admin.execute(sql.SQL("revoke all on database {} from public").format(sql.Identifier(name)))


def create_schemas(owner: _Connection) -> None:
    """One schema per room that keeps tables; run as the owner. Nothing it makes later is open to PUBLIC."""
    owner.execute("alter default privileges revoke execute on functions from public")
    owner.execute("alter default privileges revoke usage on types from public")
    for schema in SCHEMAS:
        owner.execute(sql.SQL("create schema if not exists {}").format(sql.Identifier(schema)))


def is_superuser(connection: _Connection) -> bool:
    return bool(_one(connection, "select rolsuper from pg_catalog.pg_roles where rolname = current_user"))


def _one(connection: _Connection, query: str, *values: object) -> object:
    row = connection.execute(query, values).fetchone()
    return row[0] if row else None
