"""`rempart gate keepers …` and the platform's ceiling: what only the owner of an installation decides."""

from pathlib import Path
from typing import Annotated, Any

import orjson
import psycopg
from cyclopts import App, Parameter

from rempart.cli.keeper_words import SecretFile, secret_of, show
from rempart.cli.options import DATA, Data, Json
from rempart.database.connect import dsn
from rempart.gate.keepers import KeeperFault, hash_secret

app = App(name="keepers", help="The people who may change these; added with the owner's role.")


@app.default
def show_keepers(*, data: Data = DATA, json: Json = False) -> None:
    """Who may propose and approve."""
    with _owner(data) as connection:
        rows = connection.execute(
            "select name, email, added_at, ended_at from gate.keeper order by 1"
        ).fetchall()
    names = ("name", "email", "added", "ended")
    show(
        [dict(zip(names, row, strict=True)) for row in rows],
        as_json=json,
        empty="No keeper yet: `rempart gate keepers add`.",
    )


@app.command(name="add")
def add_keeper(
    name: str, *, email: str | None = None, secret_file: SecretFile = None, data: Data = DATA
) -> None:
    """Add a keeper: at installation, or when somebody joins."""
    hashed = hash_secret(secret_of(secret_file, again=True))
    with _owner(data) as connection:
        connection.execute(
            "insert into gate.keeper (name, secret, email) values (%s, %s, %s)", [name, hashed, email]
        )
        connection.execute("select journal.record('installation:keeper:added', actor => %s)", [name])


@app.command(name="end")
def end_keeper(
    name: str,
    *,
    reason: Annotated[str, Parameter(help="Why: journaled.")],
    data: Data = DATA,
    json: Json = False,
) -> None:
    """End a keeper at once: what they proposed still waits for somebody else, what they approved stands."""
    with _owner(data) as connection:
        ended = connection.execute(
            "update gate.keeper set ended_at = now() where name = %s and ended_at is null", [name]
        ).rowcount
        if not ended:
            raise KeeperFault("No keeper of this name is active: `rempart gate keepers`.")
        _record(connection, "installation:keeper:ended", name, {"reason": reason})
    show([{"name": name, "ended": True}], as_json=json)


def set_ceiling(
    persons: Annotated[
        int, Parameter(help="Distinct persons without a card in an hour, on the whole platform.")
    ],
    *,
    reason: Annotated[str, Parameter(help="Why: journaled.")],
    data: Data = DATA,
    json: Json = False,
) -> None:
    """Set the platform's ceiling, with the owner's role: nothing and nobody raises the breaker above it."""
    with _owner(data) as connection:
        row: Any = connection.execute("select ceiling, floor from gate.breaker").fetchone()
        before, floor = row
        if persons < floor:
            raise KeeperFault(f"The ceiling cannot be below the floor of {floor}.")
        connection.execute(
            "update gate.breaker set ceiling = %s, current = least(current, %s)", [persons, persons]
        )
        _record(
            connection, "installation:breaker:ceiling", "command line", {"persons": persons, "reason": reason}
        )
    show([{"ceiling": persons, "before": before}], as_json=json)


def _owner(data: Path) -> "psycopg.Connection[tuple[object, ...]]":
    return psycopg.connect(dsn("owner", data))


def _record(
    connection: "psycopg.Connection[tuple[object, ...]]", tag: str, actor: str, details: dict[str, object]
) -> None:
    connection.execute(
        "select journal.record(%s, actor => %s, details => %s)", [tag, actor, orjson.dumps(details).decode()]
    )
