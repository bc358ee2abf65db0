"""`rempart demo`: a living demonstration with invented data, and what one needs to play in it."""

import base64
import json
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from cyclopts import App, Parameter, validators

from rempart.cli import demo_cards, processes, screen
from rempart.cli.demo_cards import Card
from rempart.cli.options import DATA, PORT, Data, GatePort, Json, Port
from rempart.cli.processes import LOOPBACK, Installation
from rempart.cli.screen import step
from rempart.cli.serve import start_database, start_doors, supervised
from rempart.cli.supervisor import Supervisor
from rempart.database import directory, setup
from rempart.database.connect import role_name
from rempart.database.roles import OWNER, WEB
from rempart.database.spawn import run
from rempart.vocabulary.births import parse_birth_date
from rempart.vocabulary.faults import Fault
from rempart.vocabulary.nir import parse

app = App(name="demo", help="A living demonstration with invented data.")

_SHOWN = ("professional", "operations", "dpo")
"""Roles of accounts that people play; the others belong to the drills."""
_DIGITS, _PERIOD = 6, 30


class NoDemonstrationError(Fault):
    """The directory holds no demonstration yet: start one."""

    exit_code = 7


@app.default
def demo(
    *,
    port: Port = PORT,
    data: Data = DATA,
    ready_file: Annotated[
        Path | None,
        Parameter(
            env_var="REMPART_READY_FILE", help="Write addresses, accounts and persons here once it serves."
        ),
    ] = None,
    persons: Annotated[int, Parameter(validator=validators.Number(gte=20, lte=2_000_000))] = 2_000,
    gate_port: GatePort = None,
) -> None:
    """Start everything, for this machine only; filled the first time, kept from then on."""
    data = directory.make(data)
    with supervised(data, step) as supervisor:
        processes.require_free(LOOPBACK, port)
        if ready_file:
            ready_file.unlink(missing_ok=True)
        place = Installation(data, LOOPBACK, port, processes.gate_port(data, gate_port), demo=True)
        try:
            told = _start(supervisor, place, persons)
            if ready_file:
                directory.write_private(
                    ready_file, json.dumps(_for_scripts(told), ensure_ascii=False, indent=1)
                )
            _welcome(told)
            supervisor.watch()
        finally:
            if ready_file:
                ready_file.unlink(missing_ok=True)


def _start(supervisor: Supervisor, place: Installation, persons: int) -> dict[str, Any]:
    """Start all; give what the demonstration's page and scripts may know."""
    start_database(supervisor, place.data, step)
    _seed(place, persons)
    seeded: dict[str, Any] = json.loads((place.data / "demo" / "seed.json").read_text("utf-8"))
    told = _addresses(place) | seeded
    directory.write_private(place.data / "demo" / "demo.json", json.dumps(told, ensure_ascii=False, indent=1))
    supervisor.start(processes.terminals(place))
    start_doors(supervisor, place, step)
    return told


def _seed(place: Installation, persons: int) -> None:
    if (place.data / "demo" / "seed.json").exists():
        return
    (place.data / "demo").mkdir(mode=directory.PRIVATE_DIRECTORY, exist_ok=True)
    step("Invented persons and accounts (once)")
    command = [sys.executable, "-m", "rempart.cli.demo_seed"]
    code = run(
        [*command, "--data", str(place.data), "--persons", str(persons)],
        env={
            "DJANGO_SETTINGS_MODULE": "rempart.config.settings",
            "REMPART_ROLE": OWNER,
            "REMPART_DATA": str(place.data),
            "REMPART_SECRET_KEY_FILE": str(setup.secret_key_file(place.data)),
        },
    )
    if code != 0:
        raise Fault(
            "The demonstration's data could not be made.", "see above, and try again: nothing is half done"
        )


def _addresses(place: Installation) -> dict[str, Any]:
    address = directory.read_address(place.data)
    return {
        "url": place.url,
        "api": place.api_url,
        "database": {
            "host": address["host"],
            "port": address["port"],
            "name": address["name"],
            "web_role": role_name(WEB),
        },
    }


def _for_scripts(told: dict[str, Any]) -> dict[str, Any]:
    """The ready file: people's accounts only, in the order of the cast."""
    return told | {"accounts": [row for row in told["accounts"] if row["role"] in _SHOWN]}


def _welcome(told: dict[str, Any]) -> None:
    _accounts_table(told)
    screen.out.print(
        f"\n[bold]{told['url']}/demo[/bold] shows roles, codes, persons and what to try. "
        "A code: rempart demo code pharmacie. Ctrl-C stops all.\n"
        f"Passkeys work by name only: {told['url'].replace('127.0.0.1', 'localhost')}",
        soft_wrap=True,
    )


def _accounts_table(told: dict[str, Any]) -> None:
    rows = [
        (row["login"], row["password"], row["profession"], row["workplace"] or "")
        for row in told["accounts"]
        if row["role"] in _SHOWN
    ]
    screen.table("login", "password", "profession", "organisation", rows=rows)


@app.command
def accounts(*, data: Data = DATA, json: Json = False) -> None:
    """List the demonstration's accounts; with --json also their secrets and the drills' accounts."""
    told = _told(data)
    if json:
        screen.out.print_json(data=told["accounts"])
    else:
        _accounts_table(told)


@app.command
def code(
    role: Annotated[str, Parameter(help="A login, a profession (pharmacist) or a role (operations).")],
    *,
    data: Data = DATA,
    json: Json = False,
) -> None:
    """Print the sign-in code of this minute."""
    row = _account(_told(data), role)
    if not row["totp_secret"]:
        raise Fault(f"{row['login']} has no second factor: it is for software.")
    now = time.time()
    left = _PERIOD - int(now) % _PERIOD
    number = totp(row["totp_secret"], now)
    if json:
        screen.out.print_json(data={"login": row["login"], "code": number, "seconds_left": left})
    else:
        screen.out.print(number)
        step(f"{row['login']}: for {left} more seconds, once")


@app.command
def card(
    login: Annotated[str, Parameter(help="The account at whose counter the card is read.")],
    person: Annotated[int, Parameter(help="Number of a sample person, 1 to 20.")],
    *,
    data: Data = DATA,
    json: Json = False,
) -> None:
    """Print what a card terminal types when a sample person's card is put into it; good for one look-up."""
    told = _told(data)
    row = next((row for row in told["persons"] if row["number"] == person), None)
    if row is None:
        raise Fault(f"There is no sample person {person}.", f"choose 1 to {len(told['persons'])}")
    login = _account(told, login)["login"]
    read = Card(parse(row["nir"]).number, parse_birth_date(row["birth_date"]), row["birth_rank"])
    terminals = demo_cards.load(data / "demo" / "terminals.json")
    proof = demo_cards.for_login(terminals, login).sign(login, read, datetime.now(UTC))
    if json:
        screen.out.print_json(data={"proof": proof, "card_text": demo_cards.card_text(proof, read)})
    else:
        screen.out.print(demo_cards.card_text(proof, read), soft_wrap=True)


def totp(secret: str, now: float) -> str:
    """The six digits of RFC 6238 for a base32 secret, as an authenticator shows them."""
    return TOTP(base64.b32decode(secret), _DIGITS, SHA1(), _PERIOD).generate(int(now)).decode()  # noqa: S303  # RFC 6238


def _told(data: Path) -> dict[str, Any]:
    try:
        told: dict[str, Any] = json.loads((data / "demo" / "demo.json").read_text("utf-8"))
    except FileNotFoundError:
        raise NoDemonstrationError(f"{data} holds no demonstration yet.", "rempart demo") from None
    return told


def _account(told: dict[str, Any], name: str) -> dict[str, Any]:
    for key in ("login", "profession", "role"):
        for row in told["accounts"]:
            if row[key] == name:
                found: dict[str, Any] = row
                return found
    raise Fault(f"Nobody of the demonstration is called {name}.", "rempart demo accounts")
