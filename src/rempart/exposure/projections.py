"""Sorted copies of finished days, so that one account's month or one person's readers are found at once.

Segments stand in the order of the Merkle tree, where an account or a person is everywhere. A projection
holds the same entries (only the columns that exposure asks for, and each one's leaf), sorted by account or
by person, in small row groups whose smallest and largest values a reader looks at first. Derived, never the
truth: what a projection does not cover is read from the segments, and any of them may be deleted.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import duckdb

from rempart.exposure.duck import files_of
from rempart.exposure.errors import SourceFault
from rempart.exposure.source import ACCOUNT, PERSON, checkpoint_of, segments
from rempart.exposure.statements import COLUMNS
from rempart.journal.objects import Objects
from rempart_verify.layout import Span

FOLDER = "exposure"
"""Below the data directory."""
_GROUP = 40_960
"""Entries in a row group: what a reader that looks for one account reads of a day."""
_NAMES = ", ".join(f'"{name}"' for name in COLUMNS)
_KINDS = {ACCOUNT: ("true", 'account, "at"'), PERSON: ("person > 0", 'person, "at"')}
"""Kind → which entries, in which order."""


@dataclass(frozen=True, slots=True)
class Day:
    """A day's segments, end to end. `finished`: entries of a later day are sealed."""

    day: str
    spans: tuple[Span, ...]
    finished: bool

    @property
    def start(self) -> int:
        return self.spans[0].start

    @property
    def end(self) -> int:
        return self.spans[-1].end

    @property
    def file(self) -> str:
        """The name of its projections."""
        return f"{self.start:016}-{self.end:016}.parquet"


def days(objects: Objects) -> list[Day]:
    """The sealed days, oldest first, with the segments that count."""
    checkpoint = checkpoint_of(objects)
    found = [
        (day, tuple(spans))
        for day, spans in groupby(segments(objects, checkpoint.size if checkpoint else 0), key=_day_of)
    ]
    return [Day(day, spans, number < len(found)) for number, (day, spans) in enumerate(found, 1)]


def build(objects: Objects, folder: Path, day: Day, memory: str = "") -> None:
    """Write a day's projections, each seen whole or not at all; older ones of its range go."""
    for kind, (which, order) in _KINDS.items():
        above = folder / kind
        above.mkdir(parents=True, exist_ok=True)
        path, beside = above / day.file, above / f".{day.file}"
        with _connection(folder, memory) as run:
            rows = f"{_truth(objects, day)} where {which} order by {order}, leaf"
            form = f"format parquet, compression zstd, row_group_size {_GROUP}"
            run.execute(f"copy ({rows}) to '{_escaped(beside)}' ({form})")
        beside.replace(path)
        for other in above.glob("*.parquet"):
            start, end = (int(number) for number in other.stem.split("-"))
            if other != path and day.start <= start and end <= day.end:
                other.unlink()


def rebuild(
    objects: Objects,
    folder: Path,
    *,
    everything: bool = False,
    memory: str = "",
    shown: Callable[[int, int], None] = lambda *_: None,
) -> int:
    """Build what is missing of every finished day, or `everything` anew. Gives how many days were built."""
    wanted = [day for day in days(objects) if day.finished and (everything or not _stands(folder, day))]
    for number, day in enumerate(wanted):
        shown(number, len(wanted))
        build(objects, folder, day, memory)
    return len(wanted)


def check(objects: Objects, folder: Path) -> list[dict[str, Any]]:
    """Each projected day against its segments: entries and a hash of their contents, in any order."""
    return [
        _compared(objects, folder, day, kind)
        for day in days(objects)
        for kind in _KINDS
        if _has(folder, day, kind)
    ]


def _compared(objects: Objects, folder: Path, day: Day, kind: str) -> dict[str, Any]:
    which, _ = _KINDS[kind]
    with _connection(folder, "") as run:
        truth = _sums(run, f"{_truth(objects, day)} where {which}")
        copy = _sums(run, f"select leaf, {_NAMES} from {files_of([folder / kind / day.file])}")  # noqa: S608
    return {"day": day.day, "kind": kind, "entries": truth[0], "agrees": truth == copy}


def _sums(run: duckdb.DuckDBPyConnection, rows: str) -> tuple[int, int]:
    found = run.execute(f"select count(*), sum(hash(leaf, {_NAMES})::hugeint) from ({rows})").fetchone()  # noqa: S608
    return (found[0], found[1]) if found else (0, 0)


_LEAF = r"regexp_extract(filename, '(\d{16})-\d{16}\.parquet$', 1)::bigint + file_row_number"


def _truth(objects: Objects, day: Day) -> str:
    """A day's entries out of its segments, each with its leaf."""
    return f"select {_LEAF} as leaf, {_NAMES} from {_files(objects, day)}"  # noqa: S608  # our own files' names


def _files(objects: Objects, day: Day) -> str:
    if objects.url.startswith("s3://"):
        raise SourceFault(
            "Projections are made from a folder of this machine.",
            "questions read the bucket's segments without them",
        )
    return files_of([f"{objects.url}/{span.name}" for span in day.spans], numbered=True)


@contextmanager
def _connection(folder: Path, memory: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """What does not fit in memory is sorted on the disk where the projections stand."""
    with TemporaryDirectory(prefix=".sort-", dir=folder) as spill:
        config: dict[str, str | bool | int | float | list[str]] = {"temp_directory": spill}
        config |= {"memory_limit": memory} if memory else {}
        with duckdb.connect(config=config) as connection:
            connection.execute("set enable_progress_bar = false")
            yield connection


def _escaped(path: Path) -> str:
    return str(path).replace("'", "''")


def _stands(folder: Path, day: Day) -> bool:
    return all(_has(folder, day, kind) for kind in _KINDS)


def _has(folder: Path, day: Day, kind: str) -> bool:
    return (folder / kind / day.file).exists()


def _day_of(span: Span) -> str:
    return span.name.partition("day=")[2].partition("/")[0]
