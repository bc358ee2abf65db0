"""What the keepers' commands share: how a secret is asked for, how rows are shown."""

import getpass
import sys
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from rempart.cli import screen
from rempart.gate.keepers import KeeperFault

SecretFile = Annotated[
    Path | None, Parameter(name="--secret-file", help="Read the secret here instead of asking.")
]


def secret_of(file: Path | None, *, again: bool = False) -> str:
    """A keeper's secret: from a file, from standard input, or typed."""
    if file:
        return file.read_text("utf-8").strip()
    if not sys.stdin.isatty():
        return sys.stdin.readline().strip()
    secret = getpass.getpass("Keeper's secret: ")
    if again and getpass.getpass("Again: ") != secret:
        raise KeeperFault("The two do not agree.")
    return secret


def show(rows: list[dict[str, Any]], *, as_json: bool, empty: str = "Nothing.") -> None:
    """Rows as a table, or as JSON."""
    plain = [{key: _plain(value) for key, value in row.items()} for row in rows]
    if as_json:
        screen.out.print_json(data=plain)
    elif plain:
        screen.table(
            *plain[0], rows=[tuple("" if v is None else str(v) for v in row.values()) for row in plain]
        )
    else:
        screen.out.print(empty)


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, str | int | float | bool | list | dict) else str(value)
