"""A database to be thrown away: the product's own tables and functions, nothing durable, nobody in it."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from rempart.database import binaries, directory, embedded, setup
from rempart.database.binaries import MAJOR
from rempart.database.connect import SUPERUSER, dsn

__all__ = ["EMPTY", "MAJOR", "connect", "copy_database", "drop_database", "thrown_away"]

EMPTY = embedded.NAME
"""The database that `thrown_away` makes: a template for worlds."""
_CARELESS = {
    "autovacuum": "off",
    "synchronous_commit": "off",
    "checkpoint_timeout": "1h",
    "max_wal_size": "8GB",
}
"""Nothing here must survive a crash; a vacuum's transactions would hold the journal's horizon back."""


@contextmanager
def thrown_away(say: Callable[[str], None] = lambda _: None) -> Iterator[Path]:
    """The data directory of a running, migrated, granted database; afterwards nothing of it is left."""
    folder = Path(tempfile.mkdtemp(prefix="rempart-score-"))
    folder.chmod(directory.PASSABLE_DIRECTORY)
    data = directory.make(folder)
    try:
        with embedded.running(data, say):
            setup.setup(data)
            with connect(data, SUPERUSER, "postgres") as admin:
                for name, value in _CARELESS.items():
                    admin.execute(sql.SQL("alter system set {} = {}").format(sql.Identifier(name), value))
                admin.execute("select pg_reload_conf()")
            yield data
    finally:
        shutil.rmtree(binaries.home_of_cluster(data, say), ignore_errors=True)
        shutil.rmtree(data, ignore_errors=True)


def connect(data: Path, role: str, database: str) -> psycopg.Connection[Any]:
    """As a role, to one of the databases of the cluster; every statement commits by itself."""
    return psycopg.connect(dsn(role, data), dbname=database, autocommit=True)


def copy_database(data: Path, source: str, name: str) -> None:
    """A database like another, to which nobody may be connected just now."""
    with connect(data, SUPERUSER, "postgres") as admin:
        admin.execute(
            sql.SQL("create database {} template {} strategy file_copy").format(
                sql.Identifier(name), sql.Identifier(source)
            )
        )


def drop_database(data: Path, name: str) -> None:
    with connect(data, SUPERUSER, "postgres") as admin:
        admin.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
