"""`rempart letters …`: codes by post that wait, and their printing, with the owner's role."""

import os
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from rempart.cli import screen
from rempart.cli.accounts import as_owner
from rempart.cli.options import DATA, Data, Json
from rempart.vocabulary.faults import Fault

if TYPE_CHECKING:
    from rempart.access.models import Letter

app = App(
    name="letters", help="Codes by post for professionals who open their account: list them, print them."
)


class LetterFault(Fault):
    """The letters cannot be written there: name another directory."""


@app.command(name="list")
def list_letters(*, data: Data = DATA, json: Json = False) -> None:
    """Letters of the last weeks, and what became of them. Never a code."""
    with as_owner(data):
        from rempart.access.models import Letter  # noqa: PLC0415  # needs Django

        rows = [_line(one) for one in Letter.objects.select_related("organisation").order_by("pk")]
    if json:
        screen.out.print_json(data=rows)
    elif rows:
        screen.table(*rows[0], rows=[tuple(str(cell or "") for cell in row.values()) for row in rows])
    else:
        screen.out.print("No letter.")


@app.command(name="print")
def print_letters(
    *,
    out: Annotated[
        Path,
        Parameter(help="Directory for the PDF files, one a letter; made for you alone if it is not there."),
    ],
    url: Annotated[
        str | None, Parameter(help="Address of the pages, as the letters print it.", env_var="REMPART_URL")
    ] = None,
    data: Data = DATA,
    json: Json = False,
) -> None:
    """Write what waits as PDF files; their codes are erased from the database, and shown nowhere else."""
    out = _directory(out)
    with as_owner(data):
        from django.conf import settings  # noqa: PLC0415
        from django.db import transaction  # noqa: PLC0415
        from django.utils import timezone  # noqa: PLC0415

        from rempart.access import letters  # noqa: PLC0415

        pages = (url or settings.REMPART_URL).rstrip("/")
        files: list[dict[str, Any]] = []
        for letter in letters.to_print():
            with transaction.atomic():
                # The paper is safe on disk before its code is erased; a crash in between prints it again.
                name = f"letter-{letter.pk:06}.pdf"
                _keep(out / name, _page(letter, letters.code_of(letter), pages, timezone.localdate()))
                letters.printed(letter)
            files.append({"letter": letter.pk, "file": str(out / name)})
    if json:
        screen.out.print_json(data=files)
    else:
        for file in files:
            screen.out.print(file["file"], markup=False, soft_wrap=True)
        screen.out.print(f"{len(files)} to post, with the address {pages}. In their envelopes? Delete them.")


def _page(letter: "Letter", code: str, pages: str, today: Any) -> bytes:
    from django.urls import reverse  # noqa: PLC0415

    from rempart.access import letters  # noqa: PLC0415
    from rempart.access.letter_print import page  # noqa: PLC0415  # the typesetter is loaded here only

    holder = letter.professional
    return page(
        name=" ".join(filter(None, (holder.civility, holder.given_name, holder.family_name))),
        organisation=letter.organisation.name,
        address=letter.organisation.address,
        rpps=holder.rpps,
        code=code,
        url=f"{pages}{reverse('enrol_code')}",
        today=today,
        until=today + timedelta(days=letters.VALID.days),
    )


def _line(letter: "Letter") -> dict[str, Any]:
    def moment(at: Any) -> str | None:
        return at.isoformat(timespec="seconds") if at else None

    waits = bool(letter.sealed_code)
    return {
        "letter": letter.pk,
        "organisation": letter.organisation.technical_id,
        "asked": moment(letter.requested_at),
        "state": "waits"
        if waits
        else "used"
        if letter.used_at
        else "printed"
        if letter.printed_at
        else "void",
        "printed": moment(letter.printed_at),
        "expires": moment(letter.expires_at),
        "wrong_codes": letter.wrong,
    }


def _directory(out: Path) -> Path:
    try:
        out.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as fault:
        raise LetterFault(
            f"{out} is no directory that can be written ({fault.strerror}).", "--out DIR"
        ) from None
    return out


def _keep(path: Path, content: bytes) -> None:
    """Write durably, for the owner's eyes only; an earlier file of a crash is replaced."""
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:  # noqa: PTH123
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except OSError as fault:
        raise LetterFault(f"{path} cannot be written ({fault.strerror}).", "--out DIR") from None
