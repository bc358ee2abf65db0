"""`rempart database`: the database alone, for maintenance."""

import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter
from psycopg.conninfo import conninfo_to_dict

from rempart.cli.options import DATA, Data
from rempart.cli.screen import step
from rempart.cli.serve import start_database, supervised
from rempart.database import directory, embedded, setup
from rempart.database.binaries import find, runner_for
from rempart.database.connect import dsn
from rempart.database.errors import DirectoryInUseError
from rempart.database.spawn import environment
from rempart.vault.create_keys import create_keys

app = App(name="database", help="Start, stop, migrate, enter the database.")

_STOP_SECONDS = 90
_PSQL = {
    "host": "PGHOST",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
}
Role = Literal["owner", "gate", "web", "worker", "intake", "responder", "auditor", "detector", "superuser"]


@app.command
def start(*, data: Data = DATA) -> None:
    """Start the embedded database alone, migrated, in the foreground, until Ctrl-C or `database stop`."""
    data = directory.make(data)
    with supervised(data, step) as supervisor:
        start_database(supervisor, data, step)
        address = directory.read_address(data)
        step(f"PostgreSQL answers at {address['host']}:{address['port']}. Ctrl-C stops it.")
        supervisor.watch()


@app.command
def stop(*, data: Data = DATA) -> None:
    """Stop whatever serves the data directory: the database alone, or the whole installation."""
    data = directory.make(data)
    holder = directory.holder(data)
    if holder is None:
        if not setup.is_external():
            _stop_left_over(data)
        return
    os.kill(holder, signal.SIGTERM)
    deadline = time.monotonic() + _STOP_SECONDS
    while directory.holder(data) is not None:
        if time.monotonic() > deadline:
            raise DirectoryInUseError(f"Process {holder} does not stop.", f"kill -9 {holder}")
        time.sleep(0.1)


def _stop_left_over(data: Path) -> None:
    if (data / "postgres").exists():
        with directory.held(data):
            embedded.Cluster(data, step).end_left_over()


@app.command
def migrate(*, data: Data = DATA) -> None:
    """Make or update keys, roles, tables, functions and grants. Safe to repeat; loses nothing."""
    data = directory.make(data)
    create_keys(data)
    if setup.is_external():
        setup.setup(data, step)
        return
    with embedded.running(data, step):
        setup.setup(data, step)


@app.command
def psql(
    role: Role = "auditor",
    *arguments: Annotated[str, Parameter(allow_leading_hyphen=True)],
    data: Data = DATA,
) -> int:
    """Enter the database as one role (the auditor's unless another is named); further words go to psql."""
    data = directory.existing(data)
    with embedded.running(data, step):
        known = conninfo_to_dict(dsn(role, data))
        settings = {variable: str(known[key]) for key, variable in _PSQL.items() if key in known}
        programs = find(runner_for(data / "postgres"), step)
        # The password goes by the environment: a command line can be read by everybody on the machine.
        done = subprocess.run(
            [str(programs / "psql"), *arguments], check=False, env=environment(settings | _terminal())
        )
    return done.returncode


def _terminal() -> dict[str, str]:
    return {name: os.environ[name] for name in ("TERM", "PAGER", "EDITOR", "PSQLRC") if name in os.environ}
