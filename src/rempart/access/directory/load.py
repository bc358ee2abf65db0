"""Import the directory: streaming, by chunks of one transaction each; safe to run again.

A row is a professional at a workplace, so both come many times. Numbers of ours stay the same from one
import to the next: accounts hang on them.
"""

from collections.abc import Callable, Iterator
from itertools import islice
from typing import BinaryIO

import psycopg

from rempart.access.directory import store
from rempart.access.directory.columns import Ignored, Row, Unfit, places_of, read_row
from rempart.database.incoming import IncomingFileError, encoding_of, read_lines
from rempart.vocabulary.intake import Report, SetAside, Why

CHUNK = 5_000
_ENDS = "|"


def load_directory(
    file: BinaryIO,
    *,
    dsn: str,
    progress: Callable[[int], None] | None = None,
    set_aside: Callable[[SetAside], None] | None = None,
) -> Report:
    """Import an extraction and return the counts; `loaded` and `updated` count professionals.

    `dsn` is of the role intake. Raises IncomingFileError when the header is not the directory's, and
    psycopg.Error; chunks written before stay, and running again brings in the rest.
    """
    report = Report("directory")
    rows = read_directory(file)
    with psycopg.connect(dsn, autocommit=True) as connection:
        while chunk := list(islice(rows, CHUNK)):
            report.read += len(chunk)
            for line, item in chunk:
                _note(line, item, report, set_aside)
            _write(connection, [item for _, item in chunk if isinstance(item, Row)], report)
            if progress:
                progress(report.read)
        store.journal(connection, report.to_details())
    return report


def read_directory(file: BinaryIO) -> Iterator[tuple[int, Row | Ignored | Unfit]]:
    """(line, row) for every line after the header. Raises IncomingFileError."""
    encoding = encoding_of(file)
    lines = read_lines(file)
    header = (next(lines, (1, None))[1] or b"").decode(encoding, errors="replace").split(_ENDS)
    try:
        places = places_of(header)
    except LookupError as error:
        raise IncomingFileError(
            f"This is not the directory's extraction: no column {error.args[0]}.",
            "take PS_LibreAcces_Personne_activite of annuaire.sante.fr, unpacked",
        ) from None
    for line, raw in lines:
        if raw is None:
            yield line, Unfit(Why.LINE_TOO_LONG)
        elif raw:
            yield line, _row(raw, encoding, len(header), places)


def _row(raw: bytes, encoding: str, width: int, places: dict[str, int]) -> Row | Ignored | Unfit:
    try:
        cells = raw.decode(encoding).split(_ENDS)
    except UnicodeDecodeError:
        return Unfit(Why.NOT_TEXT)
    if len(cells) == width + 1 and not cells[-1]:
        cells.pop()  # some extractions end their rows, and not their header, with the separator
    return read_row(cells, places) if len(cells) == width else Unfit(Why.WRONG_COLUMNS)


def _note(
    line: int, item: Row | Ignored | Unfit, report: Report, set_aside: Callable[[SetAside], None] | None
) -> None:
    if isinstance(item, Ignored):
        report.ignored[item.kind] += 1
    elif isinstance(item, Unfit):
        aside = SetAside(line, item.why, item.fields)
        report.put_aside(aside)
        if set_aside:
            set_aside(aside)
    elif item.organisation is None:
        report.warnings["no_workplace"] += 1


def _write(connection: store.Connection, rows: list[Row], report: Report) -> None:
    if not rows:
        return
    # Of several rows about one professional or place the last stands; sorted, so that two imports lock alike.
    professionals = {row.professional.rpps: row.professional for row in rows}
    organisations = {row.organisation.technical_id: row.organisation for row in rows if row.organisation}
    with connection.transaction():
        store.one_chunk_at_a_time(connection)
        people, new, changed = store.put_professionals(
            connection, [professionals[k] for k in sorted(professionals)]
        )
        report.loaded += new
        report.updated += changed
        if not organisations:
            return
        places, new, changed = store.put_organisations(
            connection, [organisations[k] for k in sorted(organisations)]
        )
        report.others.update(organisations_loaded=new, organisations_updated=changed)
        activities = {
            (
                people[row.professional.rpps],
                places[row.organisation.technical_id],
                row.professional.profession,
            ): row.mode
            for row in rows
            if row.organisation
        }
        new, changed = store.put_activities(
            connection, [(*key, activities[key]) for key in sorted(activities)]
        )
        report.others.update(activities_loaded=new, activities_updated=changed)
