"""What commands print: one style for progress, tables and faults, in one place."""

import sys
from collections.abc import Sequence
from typing import NoReturn

from rich.console import Console
from rich.progress import Progress, ProgressColumn
from rich.table import Table

from rempart.vocabulary.faults import Fault

_WIDE = 200
"""Columns when nobody looks: a table in a file or a pipe is not folded."""

out = Console(highlight=False, width=None if sys.stdout.isatty() else _WIDE)
err = Console(stderr=True, highlight=False)


def step(message: str) -> None:
    """A line of progress, on standard error so that the output stays clean for programs."""
    err.print(f"[dim]·[/dim] {message}", markup=True, soft_wrap=True)


def progress(*columns: ProgressColumn) -> Progress:
    """A bar on standard error while something long goes on; none when nobody looks.

    It leaves the streams alone: a reader that stops half-way would put back ones that are closed by then.
    """
    return Progress(
        *columns,
        console=err,
        transient=True,
        redirect_stdout=False,
        redirect_stderr=False,
        disable=not err.is_terminal,
    )


def fail(fault: Fault) -> NoReturn:
    """One clear line, the way to mend it, and the fault's exit code."""
    err.print(f"[red]rempart:[/red] {_plain(str(fault))}", soft_wrap=True)
    if fault.remedy:
        err.print(f"  → {_plain(fault.remedy)}", soft_wrap=True)
    sys.exit(fault.exit_code)


def table(*columns: str, rows: Sequence[tuple[str, ...]], title: str | None = None) -> None:
    """A plain table, as wide as what stands in it."""
    drawn = Table(title=title, box=None, header_style="bold", title_justify="left", pad_edge=False)
    for number, column in enumerate(columns):
        drawn.add_column(column, no_wrap=number == 0, overflow="fold")
    for row in rows:
        drawn.add_row(*(_plain(cell) for cell in row))
    out.print(drawn)


def _plain(text: str) -> str:
    return text.replace("[", r"\[")
