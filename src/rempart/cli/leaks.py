"""`rempart leaks …`: passwords and mailboxes that were found in leaks.

Passwords come as hashes, so whose they are is known only when their holder signs in. Exit codes: the faults'
own; an import that stopped at a wrong line leaves what was installed before as it was.
"""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, BinaryIO

from cyclopts import App, Parameter
from rich.progress import BarColumn, DownloadColumn, ProgressColumn, TextColumn, TimeRemainingColumn
from rich.progress import TransferSpeedColumn as Speed

from rempart.access.leaks.corpus import ENDING, Corpus, CorpusFault
from rempart.cli import screen
from rempart.cli.accounts import as_owner
from rempart.cli.options import DATA, Data, Json
from rempart.database import directory
from rempart.database.errors import NotSetUpError
from rempart.vocabulary.faults import Fault

app = App(name="leaks", help="Passwords and mailboxes that were found in leaks.")

File = Annotated[Path, Parameter(help="The file; - for standard input.", allow_leading_hyphen=True)]
Apply = Annotated[bool, Parameter(negative="", help="Do it; without this it is only said.")]
FOLDER = "leaks"
_STANDARD_INPUT = Path("-")
_LATER = "known at next sign-in: hashes do not say whose they are"


class LeaksFault(Fault):
    """What was asked for cannot be done: the message says what to change."""


@app.command(name="import")
def import_hashes(
    file: File,
    *,
    name: Annotated[str | None, Parameter(help="The corpus's name; the file's otherwise.")] = None,
    data: Data = DATA,
    json: Json = False,
) -> None:
    """Import SHA-1 hashes of leaked passwords, `HASH:COUNT` a line, ordered by hash. Run again to go on."""
    from rempart.access.leaks.writing import import_corpus  # noqa: PLC0415  # numpy, which others do without

    name = _name(name or file.stem)
    folder = directory.make(data) / FOLDER
    with _opened(file) as source, _watched(source, file) as tell, _full_disk_is_told():
        done = import_corpus(source, folder, name, tell)
    if done.resumed_at:
        screen.step(f"Went on at byte {done.resumed_at:,}, where an import of this file was interrupted.")
    report = {
        "corpus": name,
        "hashes": done.count,
        "bytes": done.size,
        "replaced": done.replaced,
        "accounts_concerned": _LATER,
        **_accounts(data),
    }
    _print(report, as_json=json)


@app.command(name="list")
def listpaths(*, data: Data = DATA, json: Json = False) -> None:
    """The corpora that sign-in asks."""
    rows = [_line(path) for path in paths(data)]
    if json:
        screen.out.print_json(data=rows)
    elif rows:
        screen.table(*rows[0], rows=[tuple(str(value) for value in row.values()) for row in rows])
    else:
        screen.step("No corpus is imported: rempart leaks import FILE")


@app.command
def remove(name: str, *, apply: Apply = False, data: Data = DATA, json: Json = False) -> None:
    """Remove a corpus. What it led to stays: passwords that must be renewed must be renewed."""
    from rempart.access.leaks.writing import remove_corpus  # noqa: PLC0415

    found = {path.name.removesuffix(ENDING): path for path in paths(data)}
    if name not in found:
        raise LeaksFault("No corpus has this name.", "rempart leaks list")
    report = {"corpus": name, "bytes": found[name].stat().st_size, "removed": apply}
    if apply:
        remove_corpus(found[name].parent, name)
    _print(report, as_json=json)
    _say_dry(f"rempart leaks remove {name} --apply", applied=apply)


@app.command
def addresses(file: File, *, apply: Apply = False, data: Data = DATA, json: Json = False) -> None:
    """Find the accounts whose e-mail address is in a list; with --apply they must renew their password."""
    with _opened(file) as source, as_owner(data):
        from rempart.access.leaks import mailboxes  # noqa: PLC0415  # needs Django

        with _watched(source, file) as tell:
            found = mailboxes.find(source, tell)
        report = {
            "lines": found.lines,
            "addresses": found.addresses,
            "accounts_concerned": len(found.accounts),
            "applied": apply,
            **_renewals(found.accounts, apply=apply),
        }
    _print(report, as_json=json)
    _say_dry(f"rempart leaks addresses {file} --apply", applied=apply)


# ----------------------------------------------------------------------------------------------------


def _renewals(numbers: tuple[int, ...], *, apply: bool) -> dict[str, int]:
    """Who must renew from now on, and who had to already."""
    from rempart.access.leaks.mailboxes import must_renew  # noqa: PLC0415
    from rempart.access.models import Account  # noqa: PLC0415

    accounts = Account.objects.filter(pk__in=numbers)
    if not apply:
        return {"already_asked": accounts.exclude(renew_since=None).count()}
    ended = [must_renew(account) for account in accounts.order_by("pk")]
    asked = [count for count in ended if count is not None]
    return {
        "already_asked": len(ended) - len(asked),
        "asked_to_renew": len(asked),
        "sessions_ended": sum(asked),
    }


def _accounts(data: Path) -> dict[str, int | None]:
    """How many accounts the corpora will be held against, and how many were found in them so far."""
    try:
        directory.existing(data)
    except NotSetUpError:
        return {"accounts_to_check": None, "accounts_found_so_far": None}
    with as_owner(data):
        from rempart.access.models import Account  # noqa: PLC0415

        open_ = Account.objects.filter(is_active=True)
        return {
            "accounts_to_check": open_.exclude(password__startswith="!").count(),  # noqa: S106  # none is set
            "accounts_found_so_far": open_.filter(renew_reason="leaked_password").count(),
        }


def paths(data: Path) -> list[Path]:
    """The corpora of a data directory, in order of their names."""
    return sorted((data.expanduser().resolve() / FOLDER).glob(f"*{ENDING}"))


def _line(path: Path) -> dict[str, Any]:
    try:
        hashes: int | None = Corpus(path).shape.count
    except CorpusFault:
        hashes = None
    facts = path.stat()
    return {
        "corpus": path.name.removesuffix(ENDING),
        "hashes": hashes if hashes is not None else "broken: import it again",
        "bytes": facts.st_size,
    }


def _name(asked: str) -> str:
    from rempart.access.leaks.writing import NAME  # noqa: PLC0415

    name = asked.lower()
    if not NAME.fullmatch(name):
        raise LeaksFault(
            "A corpus's name has small letters, digits, dots, hyphens and underscores.",
            "rempart leaks import FILE --name NAME",
        )
    return name


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO]:
    if path == _STANDARD_INPUT:
        yield sys.stdin.buffer
        return
    try:
        file = path.open("rb")
    except OSError as fault:
        raise LeaksFault(f"{path} cannot be read ({fault.strerror}).", "check the path") from None
    with file:
        yield file


@contextmanager
def _full_disk_is_told() -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        raise LeaksFault(
            f"The corpus cannot be written ({fault.strerror}). Nothing was installed.",
            "make room, then run the same command: it goes on where it stopped",
        ) from None


@contextmanager
def _watched(source: BinaryIO, path: Path) -> Iterator[Callable[[int, int], None]]:
    """A bar with rate and time left; what to call with the bytes and the lines that are done."""
    columns: tuple[ProgressColumn, ...] = (
        TextColumn("{task.description}"),
        BarColumn(),
        DownloadColumn(),
        Speed(),
        TimeRemainingColumn(),
    )
    total = os.fstat(source.fileno()).st_size if path != _STANDARD_INPUT else None
    with screen.progress(*columns, TextColumn("{task.fields[done]}")) as progress:
        task = progress.add_task("Reading", total=total, done="")

        def tell(read: int, lines: int) -> None:
            progress.update(task, completed=read, done=f"{lines:,} lines")

        yield tell


def _print(report: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        screen.out.print_json(data=report)
        return
    for name, value in report.items():
        shown = f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else value
        screen.out.print(f"{name.replace('_', ' ')}: {shown}", markup=False, soft_wrap=True)


def _say_dry(command: str, *, applied: bool) -> None:
    if not applied:
        screen.step(f"Nothing was changed. To do it: {command}")
