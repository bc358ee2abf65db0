"""`rempart software …`: register, list and withdraw vendors' software, with the owner's role."""

import json as json_
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Parameter

from rempart.cli import screen
from rempart.cli.accounts import as_owner
from rempart.cli.options import DATA, Data, Json
from rempart.vocabulary.faults import Fault

app = App(name="software", help="Vendors' software: which there is, and the end of one.")

_LARGEST = 65_536


class KeysFileFault(Fault):
    """The file of keys cannot be read."""


@app.command
def register(  # each is an option
    *,
    name: Annotated[str, Parameter(help="The software, as professionals know it.")],
    vendor: Annotated[str, Parameter(help="The company that makes it.")],
    keys: Annotated[Path, Parameter(help="Its public keys: a JWKS (RFC 7517), no private key in it.")],
    redirect: Annotated[
        list[str],
        Parameter(
            negative="",
            help="Where browsers are sent back to: https://…, or http://127.0.0.1/PATH. May be repeated.",
        ),
    ],
    data: Data = DATA,
    json: Json = False,
) -> None:
    """Register a software and print its client_id. It discloses nothing until a professional allows it."""
    document = _read(keys)
    with as_owner(data):
        from rempart.access.vendors import registry  # noqa: PLC0415  # needs Django

        made = registry.register(name, vendor, document, redirect)
        line = {"client_id": made.client_id, "name": made.name, "vendor": made.vendor, "keys": len(made.keys)}
    if json:
        screen.out.print_json(data=line)
    else:
        screen.out.print(f"client_id: {made.client_id}", markup=False)


@app.command(name="list")
def list_software(*, data: Data = DATA, json: Json = False) -> None:
    """List the software, and on how many workstations each is allowed now."""
    with as_owner(data):
        from rempart.access.vendors import registry  # noqa: PLC0415

        lines = registry.every()
    if json:
        screen.out.print_json(data=lines)
    elif lines:
        shown = ("client_id", "name", "vendor", "workstations", "revoked_at")
        screen.table(
            *shown,
            rows=[tuple("" if line[name] is None else str(line[name]) for name in shown) for line in lines],
        )


@app.command
def revoke(
    client_id: Annotated[str, Parameter(help="As `rempart software list` shows it.")],
    *,
    apply: Annotated[
        bool, Parameter(negative="", help="Do it; without it, only say what would end.")
    ] = False,
    data: Data = DATA,
    json: Json = False,
) -> None:
    """Withdraw one software from everybody: its tokens end with their next use, no other's. For ever."""
    with as_owner(data):
        from rempart.access.vendors import registry  # noqa: PLC0415

        software = registry.find(client_id)
        workstations = registry.revoke(software) if apply else registry.in_force(software)
        line: dict[str, Any] = {
            "client_id": client_id,
            "name": software.name,
            "workstations": workstations,
            "revoked": apply,
        }
    if json:
        screen.out.print_json(data=line)
    elif apply:
        screen.out.print(f"{software.name}: revoked, {workstations} workstations ended.", markup=False)
    else:
        screen.out.print(
            f"{software.name}: {workstations} workstations would end. Nothing was done: add --apply.",
            markup=False,
        )


def _read(file: Path) -> Any:
    try:
        if file.stat().st_size > _LARGEST:
            raise KeysFileFault(f"{file} is too large to be a JWKS.")
        return json_.loads(file.read_text("utf-8"))
    except OSError as fault:
        raise KeysFileFault(f"{file} cannot be read: {fault.strerror}.") from None
    except ValueError:
        raise KeysFileFault(f"{file} is no JSON document in UTF-8.", "see RFC 7517") from None
