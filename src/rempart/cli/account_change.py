"""`rempart account change`: another profession or organisation; for staff, on two keepers' word."""

from pathlib import Path
from typing import Annotated, Any

import psycopg
from cyclopts import Parameter

from rempart.cli import screen
from rempart.cli.accounts import Login, account_of, as_owner, organisation_of
from rempart.cli.keeper_words import secret_of
from rempart.cli.options import DATA, Data, Json
from rempart.database.connect import dsn
from rempart.gate.keepers import Changes, KeeperFault
from rempart.vocabulary.words import Profession


def change(  # noqa: PLR0913  # each is an option
    login: Login,
    *,
    profession: Annotated[Profession | None, Parameter(help="What it will act as.")] = None,
    organisation: Annotated[
        str | None, Parameter(help="Where it will work: the identifier in the directory.")
    ] = None,
    reason: Annotated[str, Parameter(help="Why: at least eight characters, journaled.")],
    apply: Annotated[
        bool, Parameter(negative="", help="Do it; without this, only say what would change.")
    ] = False,
    keeper: Annotated[str | None, Parameter(name="--as", help="For staff: the first keeper's name.")] = None,
    second: Annotated[str | None, Parameter(name="--and", help="For staff: another keeper's name.")] = None,
    secret_file: Annotated[
        Path | None, Parameter(name="--secret-file", help="Read the first keeper's secret here.")
    ] = None,
    second_secret_file: Annotated[
        Path | None, Parameter(name="--and-secret-file", help="Read the other keeper's secret here.")
    ] = None,
    data: Data = DATA,
    json: Json = False,
) -> None:
    """Change an account's profession or organisation: its sessions and tokens end, the card is asked."""
    with as_owner(data):
        from rempart.access import change_role  # noqa: PLC0415  # needs Django

        planned = change_role.planned(account_of(login), profession, organisation_of(organisation))
        said: dict[str, Any] = {
            "account": planned.account.login,
            "before": planned.before.as_json(),
            "after": planned.after.as_json(),
            "two_keepers": planned.takes_two,
            "applied": apply,
        }
        if apply:
            keepers: tuple[str, ...] = ()
            if planned.takes_two:
                keepers = _agreed(data, (keeper, secret_file), (second, second_secret_file))
            said |= change_role.make(planned, reason=reason, keepers=keepers)
    _show(said, as_json=json)


def _agreed(data: Path, *named: tuple[str | None, Path | None]) -> tuple[str, ...]:
    """The names of two keepers who gave their secrets. Raises KeeperFault."""
    names = [name for name, _ in named if name]
    if len(set(names)) < len(named):
        raise KeeperFault("A staff role takes two keepers: --as NAME --and ANOTHER.")
    with psycopg.connect(dsn("gate", data), autocommit=True) as connection:
        for name, file in named:
            Changes(connection, str(name), secret_of(file))
    return tuple(names)


def _show(said: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        screen.out.print_json(data=said)
        return
    for key, value in said.items():
        text = (
            ", ".join(f"{name} {one or 'none'}" for name, one in value.items())
            if isinstance(value, dict)
            else value
        )
        screen.out.print(f"{key}: {text}", markup=False, soft_wrap=True)
    if not said["applied"]:
        screen.out.print("Nothing was changed: add --apply.")
