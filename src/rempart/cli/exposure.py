"""`rempart exposure`: who was exposed, exactly; and who saw one person."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import psycopg
from cyclopts import App, Parameter

from rempart.cli import screen
from rempart.cli.exposure_out import plain, print_summary, write_list, write_page, written
from rempart.cli.options import DATA, Data, Json
from rempart.database import directory
from rempart.database.connect import dsn
from rempart.detection.decoys import Decoys, load_key
from rempart.exposure import answer, names, person_page, projections, report, selection, source
from rempart.exposure.answer import Answer
from rempart.exposure.duck import Duck
from rempart.exposure.errors import SelectionFault
from rempart.exposure.names import Names
from rempart.exposure.person import seen
from rempart.exposure.selection import Selection
from rempart.exposure.spark import Spark
from rempart.exposure.words import Language
from rempart.journal.objects import Objects, open_objects
from rempart.journal.reading import journaled
from rempart.journal.sealer import place

app = App(name="exposure", help="Who was exposed, exactly: persons, what was opened, to whom, when.")

Accounts = Annotated[
    list[str] | None, Parameter(name="--account", negative="", help="A login, or an account's number.")
]
Networks = Annotated[
    list[str] | None, Parameter(name="--network", negative="", help="An address or a network.")
]
Sessions = Annotated[
    list[str] | None, Parameter(name="--session", negative="", help="As the journal's column says it.")
]
Organisations = Annotated[list[int] | None, Parameter(name="--organisation", negative="", help="Its number.")]
From = Annotated[
    str | None,
    Parameter(name="--from", help="First moment: 2026-11-20, 2026-11-20T08:30 (Paris), or with +01:00."),
]
To = Annotated[
    str | None, Parameter(name="--to", help="Moment after the last; a day alone is included whole.")
]
Into = Annotated[Path | None, Parameter(help="Write it into this file.")]
Lang = Annotated[Language, Parameter(name="--lang", help="Of the page: fr or en.")]
EngineName = Annotated[
    Literal["duckdb", "spark"], Parameter(help="What computes it; the answer is the same.")
]


@app.default
def exposure(  # noqa: PLR0913  # each is an option
    *,
    account: Accounts = None,
    network: Networks = None,
    session: Sessions = None,
    organisation: Organisations = None,
    from_: From = None,
    to: To = None,
    parquet: Into = None,
    csv: Into = None,
    html: Into = None,
    lang: Lang = "fr",
    engine: EngineName = "duckdb",
    master: Annotated[str, Parameter(help="Spark's: local[2], spark://HOST:7077, yarn.")] = "local[*]",
    data: Data = DATA,
    json: Json = False,
) -> None:
    """Who was exposed: the summary on the screen, or --json; the list of persons by --parquet or --csv.

    Options of one kind are alternatives, kinds narrow one another; without any, the whole journal.
    """
    with _auditor(data) as connection:
        chosen = Selection(
            accounts=tuple(names.number_of(connection, login) for login in account or ()),
            networks=tuple(map(selection.network, network or ())),
            sessions=tuple(session or ()),
            organisations=tuple(organisation or ()),
            start=selection.instant(from_) if from_ else None,
            end=selection.instant(to, ends=True) if to else None,
        )
        journaled(connection, "exposure", _asked(chosen))
        found = _source(data, connection, source.ACCOUNT if engine == "duckdb" else None)
        with Duck(found) if engine == "duckdb" else Spark(found, master) as running, _decoys(data) as decoys:
            answer.choose(running, chosen, decoys)
            summary = answer.summed_up(running)
            write_list(running, parquet, csv)
        known = _names(connection, summary)
    about = report.About(datetime.now(UTC), _criteria(chosen, known), found.sealed, found.live, engine)
    if html:
        write_page(html, report.page(summary, known, about, lang))
    if json:
        screen.out.print_json(data=plain(summary, about, _asked(chosen)), default=written)
    else:
        print_summary(summary, known, about)


@app.command
def person(  # noqa: PLR0913  # each is an option
    *,
    request: Annotated[
        str | None, Parameter(help="The reference on an answer about the person: R-….")
    ] = None,
    person: Annotated[int | None, Parameter(help="The person's number in the journal.")] = None,
    reader: Annotated[
        person_page.Reader,
        Parameter(help="Who will read it: the person, or a representative (a minor's parent, a guardian)."),
    ] = "person",
    from_: From = None,
    to: To = None,
    html: Into = None,
    lang: Lang = "fr",
    data: Data = DATA,
    json: Json = False,
) -> None:
    """Who was shown this person's data, in words that the person may be given."""
    with _auditor(data) as connection:
        journaled(connection, "exposure person", {"request": request, "person": person, "reader": reader})
        number = _person(data, connection, request, person)
        found = _source(data, connection, source.PERSON)
        with Duck(found) as running:
            rows = seen(
                running,
                number,
                selection.instant(from_) if from_ else None,
                selection.instant(to, ends=True) if to else None,
            )
        known = names.look_up(connection, [], (row["organisation"] for row in rows))
    told = person_page.told(rows, known, reader, lang)
    if html:
        write_page(html, person_page.page(rows, known, datetime.now(UTC), reader, lang))
    if json:
        screen.out.print_json(data={"look_ups": len(rows), "told": told})
    elif not html:
        columns = list(told[0]) if told else ["when"]
        screen.table(*columns, rows=[tuple(str(row[name]) for name in columns) for row in told])


@app.command
def rebuild(
    *,
    everything: Annotated[
        bool, Parameter(name="--all", negative="", help="Also days that stand already.")
    ] = False,
    data: Data = DATA,
) -> None:
    """Make the sorted copies of finished days that answers about one account or one person read."""
    data = directory.existing(data)
    with screen.progress() as progress:
        bar = progress.add_task("days", total=None)
        built = projections.rebuild(
            sealed(data),
            data / projections.FOLDER,
            everything=everything,
            shown=lambda done, total: progress.update(bar, completed=done, total=total),
        )
    screen.step(f"{built} day(s) built")


@app.command
def check(*, data: Data = DATA, json: Json = False) -> None:
    """Do the sorted copies say what the sealed segments say? Exit status 1 where one does not."""
    data = directory.existing(data)
    rows = projections.check(sealed(data), data / projections.FOLDER)
    if json:
        screen.out.print_json(data=rows)
    else:
        screen.table(
            "day", "copy", "entries", "agrees", rows=[tuple(str(v) for v in row.values()) for row in rows]
        )
    if not all(row["agrees"] for row in rows):
        screen.step("[red]mend it:[/red] rempart exposure rebuild --all")
        raise SystemExit(1)


# ------------------------------------------------------------------------------------------------ reading


def sealed(data: Path) -> Objects:
    """Where this installation keeps its sealed journal."""
    return open_objects(place(data))


@contextmanager
def _auditor(data: Path) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(dsn("auditor", data), autocommit=True) as connection:
        yield connection


@contextmanager
def _decoys(data: Path) -> Iterator[answer.Decoys | None]:
    """Which persons do not exist, by the detectors' roll; None where none was ever planted."""
    with psycopg.connect(dsn("detector", data), autocommit=True) as connection:
        if connection.execute("select from detection.decoy limit 1").fetchone() is None:
            yield None
            return
        roll = Decoys.of(connection, load_key(data))
        yield lambda persons: persons[roll.among(connection, persons)]


def _source(data: Path, connection: psycopg.Connection[Any], kind: str | None) -> source.Source:
    folder = data.absolute() / projections.FOLDER
    return source.read(sealed(data), connection, folder if kind else None, kind or source.ACCOUNT)


def _person(data: Path, connection: psycopg.Connection[Any], request: str | None, person: int | None) -> int:
    if (request is None) == (person is None):
        raise SelectionFault("Name one person.", "--request R-… or --person NUMBER")
    if person is not None and person > 0:
        return person
    number = names.person_of(connection, request) if request else None
    if not number and request:  # the table may have let go of it by now
        found = source.read(sealed(data), None)
        with Duck(found) as running:
            number = running.person_of(request) if found.files else None
    if not number:
        raise SelectionFault("No answer has that reference.", "copy it from the answer: R-7F3K-29QD-M4TW")
    return number


def _names(connection: psycopg.Connection[Any], summary: Answer) -> Names:
    rows = summary.parts["accounts"] + summary.parts["professionals"]
    return names.look_up(connection, (row["account"] for row in rows), (row["organisation"] for row in rows))


def _asked(chosen: Selection) -> dict[str, Any]:
    """The question as the journal keeps it: numbers and networks."""
    kept = {name: value for name, value in asdict(chosen).items() if value}
    return {
        name: [str(one) for one in value] if isinstance(value, tuple) else value
        for name, value in kept.items()
    }


def _criteria(chosen: Selection, known: Names) -> Sequence[tuple[str, str]]:
    given = {
        "accounts_asked": [known.account(number) for number in chosen.accounts],
        "networks_asked": [str(network) for network in chosen.networks],
        "sessions_asked": list(chosen.sessions),
        "organisations_asked": [known.organisation(number) for number in chosen.organisations],
        "from_asked": [f"{chosen.start.astimezone(selection.ZONE):%Y-%m-%d %H:%M}"] if chosen.start else [],
        "to_asked": [f"{chosen.end.astimezone(selection.ZONE):%Y-%m-%d %H:%M}"] if chosen.end else [],
    }
    return [(name, ", ".join(values)) for name, values in given.items() if values]
