"""`rempart oncall …`: whom an alert calls and in what order; whom else the night card names."""

import secrets
from base64 import b64encode
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

import psycopg
from cyclopts import App, Parameter, validators

from rempart.access.post import NotReachedError, checked
from rempart.cli import screen
from rempart.cli.options import DATA, Data, Json
from rempart.database.connect import dsn
from rempart.vocabulary.faults import Fault

app = App(name="oncall", help="Whom an alert calls, in what order; whom the night card names.")

Kind = Literal["email", "webhook", "matrix", "mattermost", "telephone"]
Role = Literal["operations", "dpo", "insurer", "authority", "provider"]
_NAMES = ("id", "name", "kind", "role", "address", "telephone", "after", "least_risk", "language")
_LISTED = """
    select id, name, kind, role, case when kind in ('email', 'telephone') then address else
           regexp_replace(address, '^(https?://[^/]+).*$', '\\1/…') end, telephone,
           extract(epoch from after)::integer / 60, least_risk, language
      from containment.contact where ended_at is null order by role <> 'operations', after, name
"""
_ADD = """
    insert into containment.contact
        (name, kind, role, address, room, secret, telephone, after, least_risk, is_private, language)
    values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) returning id
"""
_END = "update containment.contact set ended_at = now() where id = %s and ended_at is null"
_RECORD = (
    "select journal.record(%s, actor => 'command line', details => jsonb_build_object('contact', %s::bigint))"
)
_TRIED = "select ended_at is not null, reached, outcome from containment.call where id = %s"


class ContactFault(Fault):
    """The contact cannot be called like this."""


@app.default
def show(*, data: Data = DATA, json: Json = False) -> None:
    """Everybody on the list, those who are called first at the top. Secrets are not shown."""
    with _owner(data) as connection:
        found = [dict(zip(_NAMES, row, strict=True)) for row in connection.execute(_LISTED)]
    if json:
        screen.out.print_json(data=found)
    elif found:
        screen.table(*_NAMES, rows=[tuple(str(cell or "") for cell in line.values()) for line in found])
    else:
        screen.out.print('Nobody is called: rempart oncall add email "Night" night@example.org')


@Parameter(name="*")
@dataclass(frozen=True, slots=True)
class Ways:
    """When and how a contact is called; each field is an option."""

    role: Role = "operations"
    after: Annotated[
        int,
        Parameter(
            validator=validators.Number(gte=0, lte=720), help="Minutes untaken before they are called."
        ),
    ] = 0
    least_risk: Annotated[float, Parameter(help="Risk of the alert from which they are called.")] = 60
    telephone: Annotated[str | None, Parameter(help="To be rung, on the night card.")] = None
    room: Annotated[str | None, Parameter(help="Matrix: !room:server.")] = None
    secret_file: Annotated[Path | None, Parameter(help="Matrix: access token. Webhook: whsec_…")] = None
    private: Annotated[
        bool, Parameter(negative="", help="The address is inside our own network: otherwise refused.")
    ] = False
    language: Literal["fr", "en"] = "fr"


_USUAL = Ways()


@app.command
def add(
    kind: Annotated[Kind, Parameter(help="How they are reached.")],
    name: str,
    address: Annotated[str, Parameter(help="E-mail address, URL, or telephone number.")],
    *,
    ways: Ways = _USUAL,
    data: Data = DATA,
    json: Json = False,
) -> None:
    """Add somebody. A webhook without a key is given one: it is shown once."""
    secret = ways.secret_file.read_text("utf-8").strip() if ways.secret_file else None
    made = kind == "webhook" and secret is None
    secret = "whsec_" + b64encode(secrets.token_bytes(32)).decode() if made else secret
    _check(kind, address, ways.room, secret, private=ways.private)
    telephone = ways.telephone or (address if kind == "telephone" else None)
    with _owner(data) as connection:
        row = connection.execute(
            _ADD,
            (
                *(name, kind, ways.role, address, ways.room, secret, telephone),
                *(timedelta(minutes=ways.after), ways.least_risk, ways.private, ways.language),
            ),
        ).fetchone()
        number = row[0] if row else None
        connection.execute(_RECORD, ("installation:contact:added", number))
    if json:
        screen.out.print_json(data={"contact": number} | ({"secret": secret} if made else {}))
        return
    then = "" if kind == "telephone" else f" Now: rempart oncall test {number}"
    screen.out.print(f"Contact {number} is on the list.{then}")
    if made:
        screen.out.print(f"The webhook's key, shown this once: {secret}", soft_wrap=True)


@app.command
def remove(
    contact: int,
    *,
    yes: Annotated[
        bool, Parameter(negative="", help="Do it; otherwise only say who would be removed.")
    ] = False,
    data: Data = DATA,
) -> None:
    """Call somebody no more."""
    with _owner(data) as connection:
        row = connection.execute(
            "select name from containment.contact where id = %s and ended_at is null", [contact]
        ).fetchone()
        if row is None:
            raise ContactFault(f"No contact has the number {contact}.", "rempart oncall")
        if not yes:
            screen.out.print(f"{row[0]} would be called no more: add --yes to do it.")
            return
        connection.execute(_END, [contact])
        connection.execute(_RECORD, ("installation:contact:ended", contact))
    screen.out.print(f"{row[0]} is called no more.")


@app.command(name="test")
def send_test(contact: int, *, data: Data = DATA, json: Json = False) -> int:
    """Send a test through the worker, and wait for what becomes of it."""
    with _owner(data) as connection:
        row = connection.execute("select containment.test_call(%s, 'command line')", [contact]).fetchone()
        if row is None or row[0] is None:
            raise ContactFault(
                f"Contact {contact} cannot be tested now.",
                "look at `rempart oncall`; wait ten seconds between tests",
            )
        reached, outcome = _await(connection, row[0])
    told = {
        True: "reached",
        False: "not reached",
        None: "no worker has tried yet: is `rempart serve` running?",
    }
    if json:
        screen.out.print_json(data={"reached": reached, "outcome": outcome})
    else:
        screen.out.print(f"{told[reached]}{f' ({outcome})' if outcome else ''}")
    return 0 if reached else 1


def _await(connection: psycopg.Connection[Any], call: int) -> tuple[bool | None, str | None]:
    with screen.progress() as progress:
        task = progress.add_task("waiting for the worker", total=40)
        for _second in range(40):
            connection.execute("select pg_sleep(1)")
            progress.advance(task)
            ended, reached, outcome = connection.execute(_TRIED, [call]).fetchone() or (False, None, None)
            if ended:
                return reached, outcome
    return None, None


def _check(kind: str, address: str, room: str | None, secret: str | None, *, private: bool) -> None:
    if kind == "email" and ("@" not in address or any(sign.isspace() for sign in address)):
        raise ContactFault("This is no e-mail address.", "write it as name@example.org")
    if kind in {"webhook", "matrix", "mattermost"}:
        try:
            checked(address, is_private=private)
        except NotReachedError as wrong:
            raise ContactFault(
                f"{wrong}.", "give an https:// address, or --private for one of your own"
            ) from None
    if kind == "matrix" and not (room and secret):
        raise ContactFault("Matrix needs a room and an access token.", "give --room and --secret-file")


def _owner(data: Path) -> psycopg.Connection[Any]:
    return psycopg.connect(dsn("owner", data), autocommit=True)
