"""`rempart import …`: persons, the directory of professionals, insurers.

Exit codes: 0 everything came in; 1 some lines were set aside; the faults' own otherwise.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO, Literal

import orjson
import psycopg
from cyclopts import App, Parameter
from rich.progress import BarColumn, DownloadColumn, ProgressColumn, TextColumn, TimeRemainingColumn

from rempart.access.directory.load import load_directory
from rempart.cli import screen
from rempart.cli.options import DATA, Data, Json
from rempart.database import directory as data_directory
from rempart.database import embedded
from rempart.database.connect import dsn
from rempart.database.errors import DatabaseDownError
from rempart.database.incoming import IncomingFileError, SetAsideFile, beside, open_incoming
from rempart.registry.csv_file import ColumnMap, read_csv, read_map
from rempart.registry.fhir_file import FhirOptions, read_fhir
from rempart.registry.insurers import Insurer, add_insurers
from rempart.registry.load import load_persons
from rempart.tariffs.rules.guarantees import Guarantee
from rempart.vocabulary.amc import parse_amc
from rempart.vocabulary.faults import Fault
from rempart.vocabulary.intake import Report, Why

app = App(name="import", help="Bring in persons, the directory of professionals, insurers.")

SOME_SET_ASIDE = 1
_GUARANTEES = frozenset(guarantee.value for guarantee in Guarantee)
_CSV_ENDINGS = frozenset({".csv", ".txt", ".tsv"})

File = Annotated[Path, Parameter(help="The file to import.")]
Rejected = Annotated[
    Path | None,
    Parameter(name="--rejected", help="Where lines set aside are noted (number and reason, never the line)."),
]


class ImportStoppedError(Fault):
    """The database refused or went away; chunks already written stay."""

    exit_code = 6


@app.command
def persons(
    file: File,
    *,
    kind: Annotated[
        Literal["fhir", "csv"] | None,
        Parameter(name="--format", help="Found by the file's ending otherwise."),
    ] = None,
    insurer: Annotated[
        str | None, Parameter(help="AMC number of the insurer who answers for the whole file.")
    ] = None,
    map_file: Annotated[
        Path | None, Parameter(name="--map", help="TOML map of a CSV file's columns.")
    ] = None,
    rejected: Rejected = None,
    data: Data = DATA,
    json: Json = False,
) -> int:
    """Import insured persons with their rights and contracts, from FHIR R4 or CSV."""
    kind = kind or ("csv" if map_file or file.suffix.lower() in _CSV_ENDINGS else "fhir")
    if insurer is not None:
        insurer = _amc(insurer)
    mapping = read_map(map_file) if map_file else ColumnMap()
    options = FhirOptions(insurer, _GUARANTEES)

    def load(incoming: BinaryIO, aside: SetAsideFile, tell: Callable[[int], None]) -> Report:
        records = (
            read_fhir(incoming, options)
            if kind == "fhir"
            else read_csv(incoming, mapping, insurer=insurer, guarantees=_GUARANTEES)
        )
        return load_persons(
            records,
            dsn=dsn("intake", data),
            keys_dir=data / "keys",
            source=kind,
            progress=tell,
            set_aside=aside.write,
            ignored=options.ignored,
        )

    ending = "csv" if kind == "csv" else "ndjson"
    return _import(file, rejected or beside(file, ending), data, load, json=json)


@app.command
def directory(file: File, *, rejected: Rejected = None, data: Data = DATA, json: Json = False) -> int:
    """Import professionals and organisations from the public extraction (PS_LibreAcces_Personne_activite)."""

    def load(incoming: BinaryIO, aside: SetAsideFile, tell: Callable[[int], None]) -> Report:
        return load_directory(incoming, dsn=dsn("intake", data), progress=tell, set_aside=aside.write)

    return _import(file, rejected or beside(file, "csv"), data, load, json=json)


@app.command
def insurer(
    amc_number: Annotated[
        str, Parameter(help="8 or 9 digits, or AMO-<scheme> for persons without a contract.")
    ],
    name: Annotated[str, Parameter(help="As pages show it.")],
    *,
    data: Data = DATA,
) -> None:
    """Add an insurer and give it its key pair; the owner's business, with the master key at hand."""
    data = data_directory.make(data)
    with embedded.running(data, screen.step), one_line_for_database_errors():
        add_insurers([Insurer(_amc(amc_number), name)], dsn=dsn("owner", data), keys_dir=data / "keys")
    screen.step(f"Insurer {amc_number} is ready.")


def _amc(text: str) -> str:
    if text.startswith("AMO-"):
        return text
    try:
        return parse_amc(text)
    except ValueError:
        raise IncomingFileError("An AMC number has 8 or 9 digits.") from None


def _import(
    file: Path,
    rejected: Path,
    data: Path,
    load: Callable[[BinaryIO, SetAsideFile, Callable[[int], None]], Report],
    *,
    json: bool,
) -> int:
    data = data_directory.make(data)
    with (
        open_incoming(file) as incoming,
        embedded.running(data, screen.step),
        one_line_for_database_errors(),
        SetAsideFile(rejected) as aside,
        _watched(incoming, file) as (watched, tell),
    ):
        report = load(watched, aside, tell)
    _print(report, rejected if aside.count else None, json=json)
    return SOME_SET_ASIDE if report.set_aside else 0


@contextmanager
def _watched(incoming: BinaryIO, path: Path) -> Iterator[tuple[BinaryIO, Callable[[int], None]]]:
    """The file, read under a progress bar, and what to call with the number of records so far."""
    columns: tuple[ProgressColumn, ...] = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        TimeRemainingColumn(),
    )
    with screen.progress(*columns, TextColumn("{task.fields[done]}")) as progress:
        task = progress.add_task("Reading", total=path.stat().st_size, done="")

        def tell(count: int) -> None:
            progress.update(task, description="Writing", done=f"{count:,} records")

        yield progress.wrap_file(incoming, task_id=task), tell


@contextmanager
def one_line_for_database_errors() -> Iterator[None]:
    """A database's error repeats rows in its details: only its code is shown."""
    try:
        yield
    except psycopg.OperationalError:
        raise DatabaseDownError(
            "The database does not answer.", "rempart doctor; then import again"
        ) from None
    except psycopg.Error as error:
        raise ImportStoppedError(
            f"The database refused ({error.sqlstate}). What was written before stays.",
            "mend the cause, then import again: persons already in are updated, not doubled",
        ) from None


def _print(report: Report, rejected: Path | None, *, json: bool) -> None:
    if json:
        details = report.to_details() | {"rejected": str(rejected) if rejected else None}
        screen.out.out(orjson.dumps(details).decode(), highlight=False)
        return
    counts = {
        "read": report.read,
        "loaded": report.loaded,
        "updated": report.updated,
        "set aside": report.set_aside,
    }
    rows = [(name, f"{count:,}") for name, count in counts.items()]
    rows += [(name.replace("_", " "), f"{count:,}") for name, count in report.others.items()]
    screen.table("", report.source, rows=rows)
    for title, counter in (
        ("Set aside", report.reasons),
        ("Warnings", report.warnings),
        ("Ignored", report.ignored),
    ):
        if counter:
            screen.table(
                title, "", rows=[(reason, f"{count:,}") for reason, count in counter.most_common(20)]
            )
    if rejected:
        screen.step(f"Lines set aside are listed in {rejected}")
    if any(reason.startswith(Why.INSURER_UNKNOWN) for reason in report.reasons):
        screen.step('Add unknown insurers with: rempart import insurer AMC "NAME", then import again')
