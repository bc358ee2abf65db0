"""`rempart journal retain|hold|restored`: how long the table keeps what, and what to do after a restore."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

import psycopg
from cyclopts import App, Parameter

from rempart.cli import screen
from rempart.cli.options import DATA, Data, Json
from rempart.database import directory
from rempart.database.connect import dsn
from rempart.journal import restored as restoring
from rempart.journal import retention, sealer
from rempart.vocabulary.faults import Fault
from rempart_verify.main import read_key, told
from rempart_verify.place import Place
from rempart_verify.verify import verify

hold = App(name="hold", help="Legal holds: while one stands, nothing of the journal is dropped.")
Apply = Annotated[bool, Parameter(name="--apply", negative="", help="Do it, do not only show it.")]


@contextmanager
def _owner(data: Any) -> Iterator[psycopg.Connection[Any]]:
    with psycopg.connect(dsn("owner", directory.existing(data)), autocommit=True) as connection:
        yield connection


def retain(
    *,
    keep: Annotated[
        int, Parameter(env_var="REMPART_JOURNAL_DAYS", help="Days that stay in the table.")
    ] = 400,
    apply: Apply = False,
    data: Data = DATA,
    json: Json = False,
) -> None:
    """Drop days that are older, once the sealed files verify and hold each of their entries."""
    with _owner(data) as connection:
        days = list(retention.old(connection, keep, datetime.now(UTC).date()))
        if held := [one["id"] for one in retention.holds(connection) if one["lifted_at"] is None]:
            raise retention.RetentionFault(f"{len(held)} legal hold(s) suspend it.", "rempart journal hold")
        if days:
            place = Place(sealer.place(data))
            sealed = _verified(place)
            for day in days:
                retention.prove(connection, place, day, sealed)
                if apply:
                    retention.drop(connection, day, getpass.getuser())
    report = [{"day": str(one.day), "entries": one.entries, "dropped": apply} for one in days]
    if json:
        screen.out.print_json(data=report)
    elif not report:
        screen.out.print(f"Nothing is older than {keep} days.")
    else:
        screen.table("day", "entries", rows=[(str(one.day), f"{one.entries:,}") for one in days])
        if not apply:
            screen.step("Each entry is in verified files. To drop these days: rempart journal retain --apply")


def _verified(place: Place) -> int:
    """How many entries verified files hold. Raises RetentionFault."""
    with screen.progress() as bar:
        task = bar.add_task("verifying", total=None)
        report = verify(
            place, read_key(place, None), progress=lambda n, of: bar.update(task, completed=n, total=of)
        )
    if not report.intact:
        screen.err.print(told(report), markup=False)
        raise retention.RetentionFault("The sealed journal does not verify.", "rempart journal verify")
    return report.size


@hold.default
def holds(*, data: Data = DATA, json: Json = False) -> None:
    """The legal holds there are and were."""
    with _owner(data) as connection:
        found = retention.holds(connection)
    if json:
        screen.out.print_json(data=found, default=str)
    elif not found:
        screen.out.print("No legal hold. To place one: rempart journal hold add REASON")
    else:
        rows = [tuple("" if value is None else str(value) for value in one.values()) for one in found]
        screen.table("hold", "reason", "placed", "by", "lifted", "by", rows=rows)


@hold.command(name="add")
def add_hold(
    reason: Annotated[str, Parameter(help="A case's number; no name of a person.")], /, *, data: Data = DATA
) -> None:
    """Suspend dropping, from now on."""
    with _owner(data) as connection:
        try:
            row = connection.execute(
                "select journal.place_hold(%s, %s)", [reason, getpass.getuser()]
            ).fetchone()
        except psycopg.errors.CheckViolation:
            raise Fault("A reason has 3 to 500 characters.", "name the case") from None
    screen.step(f"hold {row[0] if row else ''} placed")


@hold.command
def lift(number: int, /, *, data: Data = DATA) -> None:
    """End a legal hold."""
    with _owner(data) as connection:
        row = connection.execute("select journal.lift_hold(%s, %s)", [number, getpass.getuser()]).fetchone()
    if not row or not row[0]:
        raise Fault(f"No active hold has the number {number}.", "rempart journal hold")
    screen.step(f"hold {number} lifted")


def restored(*, apply: Apply = False, data: Data = DATA, json: Json = False) -> None:
    """After a restore from a backup: let the database know what is sealed, and begin a new epoch.

    Stop `rempart serve` first, or start only the database. Nothing is lost: see what it says it will do.
    """
    data = directory.existing(data)
    with sealer.opened(data) as (store, log), _owner(data) as connection:
        found = restoring.gap(connection, log, store.newest())
        epoch = restoring.mend(connection, log, found, getpass.getuser()) if apply else None
    report = asdict(found) | {"since": len(found.since), "epoch": epoch}
    if json:
        screen.out.print_json(data=report)
        return
    screen.out.print(f"{found.sealed:,} entries are sealed; the restored database knows of {found.known:,}.")
    screen.out.print(f"{found.lost:,} stand in the sealed files alone: exposure answers from them.")
    screen.out.print(f"{len(found.since):,} were written since the restore, and go on in a new epoch.")
    screen.step(
        f"epoch {epoch} begun" if epoch else "Nothing was changed. To do it: rempart journal restored --apply"
    )
