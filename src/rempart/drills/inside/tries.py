"""Statements tried as a role, one by one, each undone: which are let through, and which are refused.

They stand in a file of SQL beside the attack: a line `-- what it would be`, then the statement.
"""

import re
from collections.abc import Callable, Mapping
from importlib.resources import files
from typing import Any

import psycopg

Connect = Callable[[str], psycopg.Connection[Any]]
"""Role → a connection of its own."""
_NOT_THERE = (
    psycopg.errors.UndefinedTable,
    psycopg.errors.UndefinedColumn,
    psycopg.errors.UndefinedFunction,
    psycopg.errors.SyntaxError,
)


class StaleDrillError(Exception):
    """A statement names what is not there: it would be refused for that alone, and prove nothing."""


def statements(name: str) -> dict[str, str]:
    """What `NAME.sql` holds: name → statement."""
    text = (files(__package__) / f"{name}.sql").read_text("utf-8")
    found = re.findall(r"^-- (.+)\n((?:(?!-- ).+\n)+)", text, re.MULTILINE)
    return dict(found)


def went_through(connection: psycopg.Connection[Any], tried: Mapping[str, str]) -> list[str]:
    """Names of the statements that were carried out. Raises StaleDrillError."""
    return [name for name, statement in tried.items() if _is_let_through(connection, name, statement)]


def _is_let_through(connection: psycopg.Connection[Any], name: str, statement: str) -> bool:
    try:
        with connection.transaction(force_rollback=True):
            connection.execute(statement.encode())
    except _NOT_THERE as fault:
        raise StaleDrillError(f"{name}: {fault.diag.message_primary}") from None
    except psycopg.Error:
        return False
    return True
