"""`rempart account …`: open, list and shut accounts, with the owner's role."""

import getpass
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from rempart.cli import screen
from rempart.cli.options import DATA, Data, Json
from rempart.database import directory, embedded
from rempart.vocabulary.faults import Fault
from rempart.vocabulary.words import Profession

if TYPE_CHECKING:
    from rempart.access.models import Account

app = App(name="account", help="Accounts of professionals, operators and data-protection officers.")

app.command(
    "rempart.cli.account_change:change",
    name="change",
    help="Change a profession or an organisation; for staff, on two keepers' word.",
)

Login = Annotated[str, Parameter(help="What the holder types to sign in.")]


class AccountFault(Fault):
    """What was asked for does not exist: look at the list, or import the directory."""


@app.command(name="open")
def open_account(  # noqa: PLR0913  # each is an option
    login: Login,
    *,
    profession: Annotated[Profession, Parameter(help="What the account acts as.")],
    organisation: Annotated[
        str | None, Parameter(help="Its organisation's identifier in the directory.")
    ] = None,
    rpps: Annotated[str | None, Parameter(help="The professional's number in the directory.")] = None,
    name: Annotated[str, Parameter(help="The name shown on pages.")] = "",
    email: Annotated[str, Parameter(help="Where notices are sent.")] = "",
    language: Annotated[str, Parameter(help="fr or en.")] = "fr",
    set_up: Annotated[bool, Parameter(negative="", help="Print a one-use word instead of asking.")] = False,
    data: Data = DATA,
    json: Json = False,
) -> None:
    """Open an account. The password is asked for, or read from standard input; never an argument."""
    password = None if set_up else _password()
    with as_owner(data):
        from rempart.access import open_account as opening  # noqa: PLC0415  # needs Django

        account = opening.open_account(
            login,
            password=password,
            profession=profession,
            organisation=organisation_of(organisation),
            professional=_professional(rpps),
            display_name=name,
            email=email,
            language=language,
        )
        _show({"account": account.login, "id": account.pk} | (_word(account) if set_up else {}), as_json=json)


@app.command(name="list")
def list_accounts(*, data: Data = DATA, json: Json = False) -> None:
    """List the accounts."""
    with as_owner(data):
        from rempart.access.models import Account  # noqa: PLC0415

        lines = [
            _line(account) for account in Account.objects.select_related("organisation").order_by("login")
        ]
    if json:
        screen.out.print_json(data=lines)
    elif lines:
        screen.table(*lines[0], rows=[tuple(str(value or "") for value in line.values()) for line in lines])


@app.command(name="token")
def issue_token(
    login: Login,
    label: Annotated[str, Parameter(help="Which software will use it.")],
    *,
    data: Data = DATA,
    json: Json = False,
) -> None:
    """Issue a bearer token for software. It is printed this once."""
    with as_owner(data):
        from rempart.access.open_account import issue_token as issue  # noqa: PLC0415

        account = account_of(login)
        _show({"account": account.login, "token": issue(account, label)}, as_json=json)


@app.command
def revoke_token(
    login: Login,
    token: Annotated[int | None, Parameter(help="The token's number; without one they are listed.")] = None,
    *,
    data: Data = DATA,
    json: Json = False,
) -> None:
    """Revoke one of the account's tokens at once, or list them."""
    with as_owner(data):
        from rempart.access import tokens  # noqa: PLC0415

        account = account_of(login)
        if token is None:
            rows = [
                {"token": line.id, "label": line.label, "prefix": line.prefix}
                for line in tokens.of_account(account)
            ]
            _show_rows(rows, as_json=json)
        elif tokens.revoke(None, account, token):
            _show({"account": account.login, "revoked": token}, as_json=json)
        else:
            raise AccountFault(
                "It has no such token in force.", f"rempart account revoke-token {account.login}"
            )


@app.command
def end_sessions(login: Login, *, data: Data = DATA, json: Json = False) -> None:
    """Sign the account out everywhere, at once."""
    with as_owner(data):
        from rempart.access.end_sessions import all_of  # noqa: PLC0415

        account = account_of(login)
        _show({"account": account.login, "ended": all_of(account)}, as_json=json)


@app.command
def close(login: Login, *, data: Data = DATA, json: Json = False) -> None:
    """Close an account: nobody signs in with it any more, and its tokens stop working."""
    with as_owner(data):
        from rempart.access.open_account import close_account  # noqa: PLC0415

        account = account_of(login)
        _show({"account": account.login, "closed": True, "ended": close_account(account)}, as_json=json)


@app.command
def set_up_token(login: Login, *, data: Data = DATA, json: Json = False) -> None:
    """Print a one-use word with which the holder chooses a password at /set-up/ within 24 hours."""
    with as_owner(data):
        account = account_of(login)
        _show({"account": account.login} | _word(account), as_json=json)


@contextmanager
def as_owner(data: Path) -> Iterator[None]:
    """Django with the owner's role, which may do what no served process may; the database answers."""
    data = directory.make(data)
    os.environ |= {"REMPART_DATA": str(data), "REMPART_ROLE": "owner"}
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rempart.config.settings")
    with embedded.running(data, screen.step):
        import django  # noqa: PLC0415
        from django.db import connection  # noqa: PLC0415

        django.setup()
        try:
            yield
        finally:
            connection.close()


def _password() -> str:
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    first = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != first:
        raise AccountFault("The two passwords differ.", "try again")
    return first


def _line(account: "Account") -> dict[str, str | bool | None]:
    return {
        "account": account.login,
        "profession": account.profession,
        "organisation": account.organisation.technical_id if account.organisation else None,
        "active": account.is_active,
        "last_login": account.last_login.isoformat(timespec="seconds") if account.last_login else None,
        "card_until": account.card_until.isoformat(timespec="seconds") if account.card_until else None,
    }


def account_of(login: str) -> "Account":
    """The account of that login. Raises AccountFault."""
    from rempart.access.models import Account  # noqa: PLC0415

    found = Account.objects.filter(login=login.strip().lower()).first()
    if found is None:
        raise AccountFault("No account has this login.", "rempart account list")
    return found


def organisation_of(technical_id: str | None) -> Any:
    """The organisation of that identifier, None for none. Raises AccountFault."""
    from rempart.access.models import Organisation  # noqa: PLC0415

    found = Organisation.objects.filter(technical_id=technical_id).first()
    if technical_id is not None and found is None:
        raise AccountFault("No organisation has this identifier.", "rempart import directory FILE")
    return found


def _professional(rpps: str | None) -> Any:
    from rempart.access.models import Professional  # noqa: PLC0415

    found = Professional.objects.filter(rpps=rpps).first()
    if rpps is not None and found is None:
        raise AccountFault("No professional has this RPPS number.", "rempart import directory FILE")
    return found


def _word(account: "Account") -> dict[str, str]:
    from rempart.access import events, set_up  # noqa: PLC0415

    word = set_up.issue(account)
    events.record(events.Tag.SET_UP_ISSUED, None, account)
    return {"set_up_word": word, "page": "/set-up/", "valid": "24 hours, once"}


def _show(value: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        screen.out.print_json(data=value)
    else:
        for key, content in value.items():
            screen.out.print(f"{key}: {content}", markup=False, soft_wrap=True)


def _show_rows(rows: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        screen.out.print_json(data=rows)
    elif rows:
        screen.table(*rows[0], rows=[tuple(str(value) for value in row.values()) for row in rows])
