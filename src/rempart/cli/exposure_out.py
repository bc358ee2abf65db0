"""What `rempart exposure` prints and writes."""

import csv as csv_files
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from rempart.cli import screen
from rempart.database import directory
from rempart.exposure import answer, report, words
from rempart.exposure.answer import Answer, Engine
from rempart.exposure.errors import SelectionFault
from rempart.exposure.names import Names

_SHOWN = 15
"""Accounts and insurers on the screen."""


def write_list(running: Engine, parquet: Path | None, into: Path | None) -> None:
    """The list of persons, row by row, so that millions fit in no memory at all."""
    if not parquet and not into:
        return
    with _parquet(parquet) as table, _csv(into) as lines:
        for batch in answer.listed(running):
            if table:
                table.write_batch(batch)
            if lines:
                lines.writerows(
                    [
                        " ".join(map(str, value)) if isinstance(value, list) else written(value)
                        for value in row.values()
                    ]
                    for row in batch.to_pylist()
                )


@contextmanager
def _parquet(path: Path | None) -> Iterator[pq.ParquetWriter | None]:
    if path is None:
        yield None
        return
    with pq.ParquetWriter(_private(path), answer.ROWS, compression="zstd") as writer:
        yield writer


@contextmanager
def _csv(path: Path | None) -> Iterator[Any]:
    if path is None:
        yield None
        return
    with _private(path).open("w", encoding="utf-8", newline="") as file:
        writer = csv_files.writer(file)
        writer.writerow(answer.ROWS.names)
        yield writer


def _private(path: Path) -> Path:
    """An empty file that only its owner reads. Raises SelectionFault."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, directory.PRIVATE)
        os.fchmod(descriptor, directory.PRIVATE)
        os.close(descriptor)
    except OSError as error:
        raise SelectionFault(f"{path} cannot be written ({error.strerror}).", "name another file") from None
    return path


def write_page(path: Path, page: str) -> None:
    _private(path).write_text(page, "utf-8")


def written(value: object) -> object:
    return value.isoformat() if hasattr(value, "isoformat") else value


def plain(summary: Answer, about: report.About, asked: dict[str, Any]) -> dict[str, Any]:
    return {
        "asked": asked,
        "totals": summary.totals,
        "asked_only": summary.asked_only,
        "not_found": summary.not_found,
        **summary.parts,
        "read": {"sealed": about.sealed, "live": about.live, "engine": about.engine},
    }


def print_summary(summary: Answer, known: Names, about: report.About) -> None:
    """The summary on the screen: persons, then by insurer, account and day, then what was not disclosed."""
    totals, parts = summary.totals, summary.parts
    screen.out.print(
        f"[bold]{totals['persons']:,} persons[/bold] exposed in {totals['lookups']:,} look-ups,"
        f" by {totals['accounts']:,} accounts, of {totals['insurers']:,} insurers"
    )
    if totals["persons"]:
        first, last = (words.moment(totals[name], "en") for name in ("first", "last"))
        screen.out.print(f"between {first} and {last} (Paris)")
    _table(("insurer", "persons", "opened"), [_insurer(row, known) for row in parts["insurers"]])
    columns = ("account", "organisation", "persons", "look-ups", "with card")
    _table(columns, [_account(row, known) for row in parts["accounts"]])
    _table(("day", "persons", "look-ups"), [_day(row) for row in parts["days"]])
    _table(("not disclosed", "why", "look-ups"), [_refusal(row) for row in parts["not_disclosed"]])
    screen.out.print(
        f"{summary.asked_only:,} persons asked about and not disclosed; {summary.not_found['questions']:,}"
        f" questions found nobody; {len(parts['professionals']):,} professionals' own pages within reach"
    )
    read = f"{about.sealed:,} sealed entries and {about.live:,} live ones, by {about.engine}"
    screen.out.print(f"[dim]{read}[/dim]")


def _table(columns: tuple[str, ...], rows: list[tuple[str, ...]]) -> None:
    """The first rows, and how many more there are."""
    if not rows:
        return
    screen.out.print()
    screen.table(*columns, rows=rows[:_SHOWN])
    if len(rows) > _SHOWN:
        screen.out.print(f"[dim]… and {len(rows) - _SHOWN:,} more[/dim]")


def _day(row: dict[str, Any]) -> tuple[str, ...]:
    return str(row["day"]), f"{row['persons']:,}", f"{row['lookups']:,}"


def _refusal(row: dict[str, Any]) -> tuple[str, ...]:
    return row["verdict"] or "", row["reason"], f"{row['lookups']:,}"


def _insurer(row: dict[str, Any], known: Names) -> tuple[str, ...]:
    return known.insurer(row["insurer"]), f"{row['persons']:,}", words.categories(row["categories"], "en")


def _account(row: dict[str, Any], known: Names) -> tuple[str, ...]:
    counts = (f"{row[name]:,}" for name in ("persons", "lookups", "with_card"))
    return known.account(row["account"]), known.organisation(row["organisation"]), *counts
