"""Undo a restriction: with an operator's fresh factor, which the database asks for as well."""

from typing import Any

from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest
from psycopg.errors import InsufficientPrivilege

from rempart.access.sessions import digest
from rempart.vocabulary.faults import Fault


class UndoFault(Fault):
    """It is not undone: no fresh factor, or it takes two keepers."""


def undo(number: int, request: HttpRequest, why: str) -> bool:
    """Lift a restriction as the operator of this request, who gave a strong factor within ten minutes.

    False: it was lifted already. Raises UndoFault without the fresh factor, and for the platform's.
    """
    session: Any = request.session
    return _call(
        "select containment.undo(%s::bigint, %s::text, %s::text)", [number, digest(session.session_key), why]
    )


def undo_by_owner(number: int, author: str, why: str) -> bool:
    """The same from the command line, whose user holds the installation. Raises UndoFault."""
    return _call("select gate.lift(%s::bigint, %s::text, %s::text)", [number, author, why])


def _call(query: str, given: list[Any]) -> bool:
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(query, given)
            return bool(cursor.fetchone()[0])
    except DatabaseError as fault:
        if not isinstance(fault.__cause__, InsufficientPrivilege):
            raise
        by_keepers = "two keepers" in str(fault)
        raise UndoFault(
            "A restriction of the whole platform is lifted by two keepers."
            if by_keepers
            else "Undoing takes an operator's factor, given in this session within ten minutes.",
            "rempart gate propose lift-platform" if by_keepers else "confirm with a passkey or a code",
        ) from fault
