"""`rempart population`: a made-up French population, written as FHIR or loaded, for trials and benches."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Annotated, BinaryIO

import orjson
import psycopg
from cyclopts import App, Parameter
from cyclopts.validators import Number
from rich.progress import Progress

from rempart.cli import screen
from rempart.cli.importing import one_line_for_database_errors
from rempart.cli.options import DATA, Data, Json
from rempart.database import directory, embedded
from rempart.database.connect import dsn
from rempart.database.incoming import IncomingFileError
from rempart.registry.fhir_export import to_ndjson
from rempart.registry.insurers import add_insurers
from rempart.registry.load import load_persons
from rempart.registry.population import generate, insurers
from rempart.registry.rules.records import PersonRecord
from rempart.vocabulary.faults import Fault


class MadeUpAmongRealError(Fault):
    """A made-up population was to be loaded beside real persons."""


app = App(name="population", help="Make up a French population: nobody in it exists.")


@app.default
def population(
    *,
    persons: Annotated[int, Parameter(help="How many persons.", validator=Number(gte=1))] = 10_000,
    seed: Annotated[int, Parameter(help="The same seed gives the same persons.")] = 1,
    on: Annotated[
        date | None, Parameter(help="Day around which rights and contracts are drawn; today.")
    ] = None,
    ndjson: Annotated[
        Path | None, Parameter(help="Write them to this file, FHIR R4, one resource a line.")
    ] = None,
    load: Annotated[bool, Parameter(negative="", help="Load them into the installation.")] = False,
    data: Data = DATA,
    json: Json = False,
) -> None:
    """Make up persons, write them to a file, load them, or both. Never into a real installation."""
    done: dict[str, object] = {"persons": persons, "seed": seed}
    if ndjson:
        with _created(ndjson) as file:
            file.writelines(to_ndjson(_watched(generate(persons, seed, on=on), persons, "Writing")))
        done["ndjson"] = str(ndjson)
    if load:
        done |= _load(_watched(generate(persons, seed, on=on), persons, "Loading"), directory.make(data))
    if not ndjson and not load:
        screen.step("Nothing to do: say --ndjson FILE, or --load, or both.")
    if json:
        screen.out.out(orjson.dumps(done).decode(), highlight=False)


def _created(path: Path) -> BinaryIO:
    try:
        return path.open("wb")
    except OSError as error:
        raise IncomingFileError(f"{path} cannot be written ({error.strerror}).") from None


def _load(records: Iterator[PersonRecord], data: Path) -> dict[str, object]:
    with embedded.running(data, screen.step), one_line_for_database_errors():
        _refuse_among_real_ones(data)
        add_insurers(insurers(), dsn=dsn("owner", data), keys_dir=data / "keys")
        report = load_persons(records, dsn=dsn("intake", data), keys_dir=data / "keys", source="population")
    screen.step(f"{report.loaded:,} loaded, {report.updated:,} updated")
    return report.to_details()


def _refuse_among_real_ones(data: Path) -> None:
    made_up = [insurer.amc_number for insurer in insurers()]
    with psycopg.connect(dsn("intake", data)) as connection:
        others = connection.execute(
            "select count(*) from registry.insurer where amc_number <> all (%b)", [made_up]
        ).fetchall()
    if others[0][0]:
        raise MadeUpAmongRealError(
            "This installation holds insurers of its own: made-up persons do not belong there.",
            "choose another directory with --data",
        )


def _watched(records: Iterator[PersonRecord], total: int, what: str) -> Iterator[PersonRecord]:
    with screen.progress(*Progress.get_default_columns()) as shown:
        yield from shown.track(records, total=total, description=what)
