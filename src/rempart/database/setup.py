"""Make the database ready, from nothing or from an earlier run: roles, schemas, migrations, grants.

Everything is safe to repeat. The embedded server must be running (`embedded.running`); an external one is
named in the environment by DATABASE_URL, an administrator's address that is used here and kept nowhere.
"""

import hashlib
import os
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from rempart.database import directory, roles
from rempart.database.connect import SUPERUSER, dsn, role_name, url
from rempart.database.embedded import NAME
from rempart.database.errors import DatabaseDownError, OtherVersionError
from rempart.database.spawn import run
from rempart.vocabulary.faults import Fault

OLDEST = 15
_GRANTS = Path(__file__).with_name("sql") / "grants.sql"
_SOURCE = Path(__file__).parents[1]
_NOTE = "made by SQL "
_CARRIED = ("sslmode", "sslrootcert", "channel_binding", "target_session_attrs")
"""Options of DATABASE_URL that the roles' own addresses keep."""


def is_external() -> bool:
    return bool(os.environ.get("DATABASE_URL"))


def remember_external(data_dir: Path) -> None:
    """Write `database.json` for the server of DATABASE_URL; its administrator's password is not kept."""
    given = conninfo_to_dict(os.environ["DATABASE_URL"])
    directory.write_address(
        data_dir,
        {
            "host": given.get("host", "localhost"),
            "port": int(given.get("port") or 5432),
            "name": NAME,
            "external": True,
            "options": {name: given[name] for name in _CARRIED if name in given},
        },
    )


def require_same_database(data_dir: Path) -> None:
    """Raise when DATABASE_URL and the directory speak of two databases, one embedded and one external.

    Without this an empty database would quietly take the place of the one that holds the data.
    """
    if not (data_dir / "database.json").exists():
        return
    was_external = directory.read_address(data_dir)["external"]
    if was_external and not is_external():
        raise Fault(
            f"The database of {data_dir} is on an external server, and DATABASE_URL is not set.",
            "set DATABASE_URL to its administrator's address, or choose another directory with --data",
        )
    if is_external() and not was_external:
        raise Fault(
            f"The database of {data_dir} is the embedded one, and DATABASE_URL names another.",
            "unset DATABASE_URL, or choose another directory with --data",
        )


def setup(data_dir: Path, say: Callable[[str], None] = lambda _: None) -> None:
    """Create what is missing, migrate, then grant. Raises Fault when the server is unfit or refuses."""
    require_same_database(data_dir)
    if is_external():
        remember_external(data_dir)
    say("Roles and schemas")
    _prepare(data_dir)
    say("Tables and functions")
    before = _migrations_run(data_dir)
    _migrate(data_dir)
    if _migrations_run(data_dir) > before:
        _note_version(data_dir)
    _require_current(data_dir)
    say("Grants")
    grant(data_dir)


def grant(data_dir: Path) -> None:
    """Apply grants.sql, which revokes everything first, in one transaction."""
    with psycopg.connect(dsn(roles.OWNER, data_dir)) as owner:
        owner.execute(_GRANTS.read_text("utf-8").encode())


def fingerprint() -> str:
    """Digest of every SQL file and migration: which tables and functions this version makes."""
    files = sorted([*_SOURCE.glob("*/sql/*.sql"), *_SOURCE.glob("*/migrations/*.py")])
    files.remove(_GRANTS)  # applied each time
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{file.relative_to(_SOURCE)}\0".encode() + file.read_bytes())
    return digest.hexdigest()[:32]


def is_current(connection: psycopg.Connection[tuple[object, ...]]) -> bool:
    """Was the database made by this version's SQL?"""
    row = connection.execute(
        "select obj_description(oid, 'pg_namespace') from pg_catalog.pg_namespace where nspname = 'gate'"
    ).fetchone()
    return row is not None and row[0] == _NOTE + fingerprint()


def _note_version(data_dir: Path) -> None:
    with psycopg.connect(dsn(roles.OWNER, data_dir)) as owner:
        owner.execute(sql.SQL("comment on schema gate is {}").format(sql.Literal(_NOTE + fingerprint())))


def _require_current(data_dir: Path) -> None:
    """What decides and journals must be this version's own: an older function is not merely slower."""
    with psycopg.connect(dsn(roles.OWNER, data_dir)) as owner:
        if not is_current(owner):
            raise OtherVersionError(
                f"The tables and functions in {data_dir} are another version's, and no migration leads here.",
                "go back to the version that made them, or begin a new directory with --data",
            )


def _migrations_run(data_dir: Path) -> int:
    with psycopg.connect(dsn(roles.OWNER, data_dir)) as owner:
        if owner.execute("select to_regclass('access.django_migrations')").fetchone() == (None,):
            return 0
        row = owner.execute("select count(*)::int from access.django_migrations").fetchone()
    return int(str(row[0])) if row else 0


def _prepare(data_dir: Path) -> None:
    with _admin(data_dir) as admin:
        _check_version(admin)
        roles.create_roles(admin, data_dir)
        roles.create_database(admin, NAME)
        if not is_external():
            roles.close_other_databases(admin)
    with _admin(data_dir, NAME) as admin:
        if roles.is_superuser(admin):
            roles.close_what_is_open_to_all(admin)
    with psycopg.connect(dsn(roles.OWNER, data_dir), autocommit=True) as owner:
        roles.create_schemas(owner)


def _admin(data_dir: Path, database: str | None = None) -> psycopg.Connection[tuple[object, ...]]:
    try:
        if is_external():
            return psycopg.connect(os.environ["DATABASE_URL"], autocommit=True, dbname=database)
        address = directory.read_address(data_dir)
        password = directory.secret(data_dir, SUPERUSER)
        where = url(address, role_name(SUPERUSER), password, database=database or "postgres")
        return psycopg.connect(where, autocommit=True)
    except psycopg.OperationalError as error:
        first = str(error).strip().splitlines()[0]
        raise DatabaseDownError(f"PostgreSQL does not answer: {first}", "rempart doctor") from None


def _check_version(admin: psycopg.Connection[tuple[object, ...]]) -> None:
    found = admin.info.server_version // 10_000
    if found < OLDEST:
        raise OtherVersionError(
            f"The PostgreSQL of DATABASE_URL is version {found}; Rempart needs {OLDEST} or later.",
            "upgrade that server, or unset DATABASE_URL to use the embedded one",
        )


def _migrate(data_dir: Path) -> None:
    """In a child of its own: this process may serve another role, and Django is configured only once."""
    log = data_dir / "log" / "migrate.log"
    log.unlink(missing_ok=True)
    code = run(
        [sys.executable, "-m", "django", "migrate", "--no-input", "--skip-checks", "--verbosity", "0"],
        env={
            "DJANGO_SETTINGS_MODULE": "rempart.config.settings",
            "REMPART_ROLE": roles.OWNER,
            "REMPART_DSN": dsn(roles.OWNER, data_dir),
            "REMPART_DATA": str(data_dir),
            "REMPART_SECRET_KEY_FILE": str(secret_key_file(data_dir)),
        },
        log=log,
    )
    if code != 0:
        reason = [*log.read_text("utf-8").strip().splitlines(), "no reason given"][-2:][0]
        raise DatabaseDownError(f"The migrations stopped: {reason}", f"read {log}")


def secret_key_file(data_dir: Path) -> Path:
    """The file of Django's SECRET_KEY, made when it is missing."""
    directory.secret(data_dir, "django")
    return data_dir / "secrets" / "django"
