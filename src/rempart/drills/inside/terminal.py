"""A hijacked account that enrols a card terminal of its own, with one keeper's secret in hand as well.

Has a professional's account, a key pair, and, worse, one keeper. A terminal takes two keepers and waits for
its delay: proposed by one, it signs nothing that counts. All of it is undone afterwards.
"""

import base64
import json
import secrets
from typing import Any

import psycopg

from rempart.drills.inside.tries import Connect

_PROPOSE = "select gate.propose(%s, 'terminal', %s, 'drill of an attack', clock_timestamp())"
_APPROVE = "select gate.approve(%s, %s, clock_timestamp())"
_USABLE = (
    "select count(*) from gate.terminal"
    " where public_key = %s and active_from <= clock_timestamp() and revoked_at is null"
)


def run(connect: Connect, keeper: str, organisation: int) -> dict[str, Any]:
    """As the gate's role, which alone reaches these functions: is it usable, on one word or twice one?"""
    connection, key = connect("gate"), secrets.token_bytes(32)
    value = {"organisation": organisation, "label": "drill", "public_key": base64.b64encode(key).decode()}
    with connection.transaction(force_rollback=True):
        change = _one(connection, _PROPOSE, keeper, json.dumps(value))
        alone = _one(connection, _USABLE, key)
        approved = _approves(connection, keeper, change)
        twice = _one(connection, _USABLE, key)
    return {
        "drill": "own_terminal",
        "tried": 2,
        "usable_on_one_word": alone > 0,
        "approved_by_the_same": approved,
        "usable_on_the_same_word_twice": twice > 0,
    }


def _approves(connection: psycopg.Connection[Any], keeper: str, change: int) -> bool:
    try:
        with connection.transaction():
            connection.execute(_APPROVE, (keeper, change))
    except psycopg.errors.InsufficientPrivilege:
        return False
    return True


def _one(connection: psycopg.Connection[Any], query: str, *values: object) -> int:
    row = connection.execute(query.encode(), values).fetchone()
    return int(row[0]) if row else 0
