"""The people who may change limits, matrix and terminals: known by a secret of their own, not by an account.

They work beside the gate, on its command line. No page can change what they keep.
"""

from datetime import UTC, datetime
from typing import Any

import psycopg
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from psycopg.types.json import Jsonb

from rempart.vocabulary.faults import Fault

_HASHER = PasswordHasher()
_SHORTEST = 12


class KeeperFault(Fault):
    """A keeper's secret, or the change asked for, is not accepted."""

    exit_code = 9


def hash_secret(secret: str) -> str:
    """Argon2id of a keeper's secret, for `gate.keeper`."""
    if len(secret) < _SHORTEST:
        raise KeeperFault(f"A keeper's secret has at least {_SHORTEST} characters.")
    return _HASHER.hash(secret)


class Changes:
    """What a keeper may do, over a connection of the gate's role in autocommit."""

    def __init__(self, connection: psycopg.Connection[Any], keeper: str, secret: str) -> None:
        self._connection = connection
        self._keeper = keeper
        self._check(secret)

    def propose(self, kind: str, value: dict[str, Any], reason: str) -> int:
        """A change's number. What tightens is applied at once; what loosens waits. Raises KeeperFault."""
        return int(
            self._call(
                "select gate.propose(%s, %s, %s, %s, %s)", kind, Jsonb(value), reason, datetime.now(UTC)
            )
        )

    def approve(self, change: int) -> datetime:
        """When the change will take effect. Raises KeeperFault."""
        due = self._call("select gate.approve(%s, %s, %s)", change, datetime.now(UTC))
        assert isinstance(due, datetime)  # noqa: S101  # the function returns a timestamp or raises
        return due

    def cancel(self, change: int) -> bool:
        return bool(self._call("select gate.cancel(%s, %s, %s)", change, datetime.now(UTC)))

    def _check(self, secret: str) -> None:
        row = self._connection.execute("select gate.keeper_secret(%s)", [self._keeper]).fetchone()
        known = row[0] if row and row[0] else _HASHER.hash("nobody")  # the same work for an unknown name
        try:
            _HASHER.verify(known, secret)
        except (VerificationError, InvalidHashError):
            raise KeeperFault("No keeper has this name and secret.") from None

    def _call(self, query: str, *values: Any) -> Any:
        try:
            row = self._connection.execute(query, [self._keeper, *values]).fetchone()
        except (
            psycopg.errors.DataError,
            psycopg.errors.IntegrityError,
            psycopg.errors.InsufficientPrivilege,
        ) as fault:
            raise KeeperFault(fault.diag.message_primary or "The change is not accepted.") from None
        except psycopg.errors.RaiseException as fault:
            raise KeeperFault(fault.diag.message_primary or "The change is not accepted.") from None
        return row[0] if row else None
