"""Whoever reads the journal leaves an entry in it, before the first row is read: none leaves unsaid."""

import getpass
from collections.abc import Mapping
from typing import Any

import orjson
import psycopg
from psycopg.pq import TransactionStatus


def journaled(
    connection: psycopg.Connection[Any], what: str, details: Mapping[str, Any], *, who: str | None = None
) -> None:
    """Record `audit:journal:read`, durably, before reading as the auditor's role.

    `what` is the command ("tail", "export", "exposure"); `details` are its filters and, where they are
    known, counts: never a NIR, a name or a secret. `who` is the person by name (a keeper); without it the
    user of the operating system. Must come first: raises ValueError within a transaction, which the entry
    would end with, and the database's errors where the entry cannot be written. Then nothing may be read.
    """
    if connection.info.transaction_status != TransactionStatus.IDLE:
        raise ValueError("the entry comes before what is read, not within its transaction")
    filters = {name: value for name, value in details.items() if value is not None}
    content = orjson.dumps({"what": what, **filters}, default=str).decode()
    with connection.transaction():
        connection.execute("set transaction read write")
        connection.execute("set local synchronous_commit = on")
        connection.execute(
            "select journal.record('audit:journal:read', actor => %s, details => %s)",
            [who or _user(), content],
        )


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        return "command line"
