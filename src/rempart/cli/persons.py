"""`rempart persons erase|erased`: an insured person leaves; the journal stays what it is."""

import getpass
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

import psycopg
from cyclopts import App, Parameter, validators

from rempart.cli import screen
from rempart.cli.options import DATA, Data, Json
from rempart.database import directory
from rempart.database.connect import dsn
from rempart.exposure import names
from rempart.vocabulary.faults import Fault

app = App(name="persons", help="Insured persons who leave.")

_KEEP = 400
"""Days for which a breach found later can still be told to somebody who was erased."""


@app.command
def erase(
    request: Annotated[str, Parameter(help="Reference R-… of an answer about the person.")],
    /,
    *,
    keep: Annotated[
        int,
        Parameter(
            env_var="REMPART_ERASED_DAYS",
            help="Days that the link for a later notification is kept.",
            validator=validators.Number(gte=0, lte=3_650),
        ),
    ] = _KEEP,
    apply: Annotated[
        bool, Parameter(name="--apply", negative="", help="Do it, do not only show it.")
    ] = False,
    data: Data = DATA,
) -> None:
    """Erase the person whom an answer was about. Who saw them stays known, by a number that names nobody.

    Look the person up with the purpose of their own request first: its reference is what this wants, so that
    no number of a person is ever typed here.
    """
    until = datetime.now(UTC).date() + timedelta(days=keep)
    with psycopg.connect(dsn("owner", directory.existing(data)), autocommit=True) as connection:
        person = names.person_of(connection, request)
        if not person or person < 0 or not _is_there(connection, person):
            raise Fault(
                "No person who is still insured here stands behind that reference.",
                "copy it from an answer: R-7F3K-29QD-M4TW",
            )
        if apply:
            connection.execute("select registry.erase(%s, %s, %s)", [person, until, getpass.getuser()])
    kept = f"the link for a later notification is kept until {until}" if keep else "no link is kept"
    if apply:
        screen.step(
            f"Erased; {kept}. Have the insurer take the person out of its file: an import adds them anew."
        )
    else:
        screen.step(f"One person would be erased; {kept}. To do it: rempart persons erase {request} --apply")


def _is_there(connection: psycopg.Connection[tuple[object, ...]], person: int) -> bool:
    return connection.execute("select from registry.person where id = %s", [person]).fetchone() is not None


@app.command
def erased(*, data: Data = DATA, json: Json = False) -> None:
    """How many links are kept for later notifications, by the day on which they end."""
    query = "select until, count(*) from registry.erased group by 1 order by 1"
    with psycopg.connect(dsn("owner", directory.existing(data)), autocommit=True) as connection:
        rows: list[tuple[date, int]] = connection.execute(query).fetchall()
    if json:
        screen.out.print_json(data=[{"until": str(until), "persons": count} for until, count in rows])
    elif not rows:
        screen.out.print("Nobody was erased, or their links have ended.")
    else:
        screen.table("until", "persons", rows=[(str(until), f"{count:,}") for until, count in rows])
