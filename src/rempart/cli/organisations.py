"""`rempart organisation …`: find an organisation, and declare the networks that are its own."""

import ipaddress
from pathlib import Path
from typing import Annotated, Any

import orjson
import psycopg
from cyclopts import App, Parameter

from rempart.cli import screen
from rempart.cli.options import DATA, Data, Json
from rempart.database import directory, embedded
from rempart.database.connect import dsn
from rempart.vocabulary.faults import Fault

app = App(name="organisation", help="Pharmacies, practices, hospitals of the directory.")

_FOUND = """
    select id, technical_id, name, commune, finess, declared_networks, active
      from access.access_organisation
     where technical_id = %(text)s or finess = %(text)s or siret = %(text)s
        or name ilike '%%' || %(like)s || '%%'
     order by technical_id <> %(text)s, name, id limit 50
"""
_DECLARED = "select declared_networks from access.access_organisation where technical_id = %s"
_DECLARE = """
    update access.access_organisation set declared_networks = %s, updated_at = now() where technical_id = %s
"""
_RECORD = """
    select journal.record('installation:organisation:networks', actor => 'command line', details => %s)
"""
_NAMES = ("id", "organisation", "name", "commune", "finess", "networks", "active")


_WIDEST = {4: 8, 6: 29}
"""The largest networks that one body is given."""


class OrganisationFault(Fault):
    """What was asked for does not exist, or is no network."""


@app.command
def find(
    text: Annotated[str, Parameter(help="Identifier, FINESS, SIRET, or a part of the name.")],
    *,
    data: Data = DATA,
    json: Json = False,
) -> None:
    """Find organisations; the first column is the number by which card terminals are enrolled."""
    like = text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    rows = _run(data, _FOUND, {"text": text, "like": like})
    found = [dict(zip(_NAMES, row, strict=True)) for row in rows]
    if json:
        screen.out.print_json(data=found)
    elif found:
        screen.table(*_NAMES, rows=[tuple(_plain(cell) for cell in line.values()) for line in found])
    else:
        screen.out.print("None found: `rempart import directory FILE` brings the directory in.")


@app.command
def networks(
    organisation: Annotated[str, Parameter(help="Its identifier in the directory.")],
    *declared: Annotated[str, Parameter(help="Its own egress addresses, 192.0.2.0/24; none: no longer any.")],
    reason: Annotated[str, Parameter(help="Why: journaled.")],
    apply: Annotated[
        bool, Parameter(negative="", help="Do it; otherwise only show what would change.")
    ] = False,
    data: Data = DATA,
    json: Json = False,
) -> None:
    """Declare an organisation's networks: look-ups from there count under its limit, not the network's."""
    wanted = [_network(text) for text in declared]
    before = _run(
        data,
        "select declared_networks from access.access_organisation where technical_id = %s",
        [organisation],
    )
    if not before:
        raise OrganisationFault("No organisation has this identifier.", "rempart organisation find NAME")
    if apply:
        _declare(data, organisation, wanted, reason)
    said = {"organisation": organisation, "before": before[0][0], "after": wanted, "applied": apply}
    if json:
        screen.out.print_json(data=said)
        return
    screen.out.print(
        f"{organisation}: {_plain(before[0][0]) or 'none'} → {_plain(wanted) or 'none'}", markup=False
    )
    if not apply:
        screen.out.print("Nothing was changed: add --apply.")


def _declare(data: Path, organisation: str, wanted: list[str], reason: str) -> None:
    with psycopg.connect(dsn("owner", data)) as owner:
        owner.execute(_DECLARE, [wanted, organisation])
        details = {"organisation": organisation, "networks": wanted, "reason": reason}
        owner.execute(_RECORD, [orjson.dumps(details).decode()])


def _run(data: Path, query: str, values: Any) -> list[tuple[Any, ...]]:
    data = directory.make(data)
    with embedded.running(data, screen.step), psycopg.connect(dsn("owner", data)) as owner:
        return owner.execute(query.encode(), values).fetchall()


def _network(text: str) -> str:
    try:
        found = ipaddress.ip_network(text)
    except ValueError as fault:
        raise OrganisationFault(
            f"{text} is no network.", "write it as 192.0.2.0/24 or 2001:db8::/48"
        ) from fault
    if found.prefixlen < _WIDEST[found.version]:
        raise OrganisationFault(f"{text} is wider than any organisation's own.", "name its real addresses")
    return str(found)


def _plain(cell: Any) -> str:
    return ", ".join(cell) if isinstance(cell, list) else "" if cell is None else str(cell)
