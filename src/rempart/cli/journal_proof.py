"""`rempart journal export|verify|prove|consistency`: a journal that proves itself to whoever doubts."""

import json as jsonlib
from datetime import date
from pathlib import Path
from typing import Annotated

import psycopg
from cyclopts import Parameter

from rempart.cli import screen
from rempart.cli.options import DATA, Data, Json
from rempart.database.connect import dsn
from rempart.journal import prove as proving
from rempart.journal.export import export as copy
from rempart.journal.reading import journaled
from rempart.journal.sealer import place as sealed_place
from rempart.vocabulary.faults import Fault
from rempart_verify.main import read_key, told
from rempart_verify.note import Checkpoint, NoteError, opened, read
from rempart_verify.place import Place
from rempart_verify.proof import Inclusion
from rempart_verify.verify import verify as look

Out = Annotated[Path | None, Parameter(name="--out", help="Write the proof here; otherwise it is printed.")]
Key = Annotated[
    str | None, Parameter(help="The public key or its file; otherwise the one beside the journal.")
]


def export(
    to: Annotated[Path, Parameter(help="A folder that is not there yet.")],
    /,
    *,
    since: Annotated[date | None, Parameter(name="--from", help="First day, UTC.")] = None,
    until: Annotated[date | None, Parameter(name="--to", help="Last day, UTC.")] = None,
    data: Data = DATA,
    json: Json = False,
) -> None:
    """Copy the sealed journal for an auditor, up to the newest checkpoint. That it was read is journaled."""
    with psycopg.connect(dsn("auditor", data), autocommit=True) as connection:
        days = {"from": since and since.isoformat(), "to": until and until.isoformat()}
        journaled(connection, "export", days)
    with screen.progress() as bar:
        task = bar.add_task("files", total=None)
        entries = copy(
            Place(sealed_place(data)), to, since, until, lambda n, of: bar.update(task, completed=n, total=of)
        )
    if json:
        screen.out.print_json(data={"folder": str(to), "entries": entries})
    else:
        partial = " --partial" if since or until else ""
        screen.out.print(f"{entries:,} entries in {to}. Whoever has the public key checks them without us:")
        screen.out.print(f"  rempart-verify {to} --key KEY{partial}")


def verify(  # each is an option
    journal: Annotated[
        str | None, Parameter(help="An export, or s3://…; otherwise this installation's.")
    ] = None,
    /,
    *,
    key: Key = None,
    last: Annotated[Path | None, Parameter(help="A signed checkpoint kept from earlier.")] = None,
    partial: Annotated[bool, Parameter(negative="", help="The export leaves days out on purpose.")] = False,
    data: Data = DATA,
    json: Json = False,
) -> None:
    """Hash every entry again, up to every signed root. Exit status 0 only where all is intact."""
    place = Place(journal or sealed_place(data))
    try:
        chosen = read_key(place, key)
        kept = opened(last.read_text("utf-8"), chosen) if last else None
    except (NoteError, OSError) as fault:
        raise Fault(
            f"The key or the checkpoint cannot be used: {fault}.", "--key FILE, --last FILE"
        ) from None
    with screen.progress() as bar:
        task = bar.add_task("entries", total=None)
        report = look(
            place,
            chosen,
            last=kept or (None if journal else _known(data)),
            partial=partial,
            progress=lambda n, of: bar.update(task, completed=n, total=of),
        )
    if key is None:
        report.remarks.append("The key lay with the journal: an auditor has it from elsewhere (--key).")
    if json:
        screen.out.out(jsonlib.dumps(report.as_json(), indent=1), highlight=False)
    else:
        screen.out.out(told(report), highlight=False)
    if not report.intact:
        raise SystemExit(1)


def _known(data: Path) -> Checkpoint | None:
    """What this installation's database knows as sealed: files that went back behind it are found out."""
    query = "select size, root, at from journal.checkpoint order by size desc limit 1"
    with psycopg.connect(dsn("sealer", data), autocommit=True) as connection:
        row = connection.execute(query).fetchone()
    return Checkpoint("", row[0], bytes(row[1]), row[2], "") if row else None


def prove(
    entry: Annotated[str, Parameter(help="Its number in the journal, or an answer's reference R-….")],
    /,
    *,
    out: Out = None,
    data: Data = DATA,
) -> None:
    """A proof that one entry is in the journal, which stands on its own: rempart-verify FILE --key KEY."""
    place = Place(sealed_place(data))
    with psycopg.connect(dsn("auditor", data), autocommit=True) as connection:
        journaled(connection, "prove", {"entry": entry})
    if entry.isdecimal():
        numbers = [int(entry)]
    else:
        with screen.progress() as bar:
            task = bar.add_task("segments", total=None)
            numbers = proving.find(place, entry, lambda n, of: bar.update(task, completed=n, total=of))
    if not numbers:
        raise Fault(
            "No sealed entry has that reference.", "an entry is sealed a second or two after its answer"
        )
    _give([proving.included(place, number) for number in numbers], out)


def _give(proofs: list[Inclusion], out: Path | None) -> None:
    for number, proof in enumerate(proofs):
        if out is None:
            screen.out.out(str(proof), highlight=False, end="")
            continue
        file = out if not number else out.with_name(f"{out.stem}-{number + 1}{out.suffix}")
        file.write_text(str(proof), "utf-8")
        screen.step(f"entry {proof.index} → {file}")


def consistency(
    old: Annotated[Path, Parameter(help="A signed checkpoint kept from earlier.")],
    /,
    *,
    out: Out = None,
    data: Data = DATA,
) -> None:
    """A proof that the journal only grew since a checkpoint: nothing of it was changed or taken away."""
    try:
        kept = read(old.read_text("utf-8"))
    except (NoteError, OSError) as fault:
        raise Fault(f"{old} is no checkpoint: {fault}.", "keep the file `checkpoint` of an export") from None
    proof = proving.consistent(Place(sealed_place(data)), kept)
    if out is None:
        screen.out.out(str(proof), highlight=False, end="")
    else:
        out.write_text(str(proof), "utf-8")
        screen.step(f"{kept.size:,} entries → {out}")
