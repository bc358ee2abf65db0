"""The gate's reads of wrapped keys, through one connection of its own that mends itself."""

from threading import Lock
from typing import Any

import psycopg

from rempart.vault.opening import WrappedDataKey

DATA_KEY = """
    select d.insurer, d.batch, d.wrapped, k.id, k.private_keyset, k.withdrawn_at is not null
      from vault.data_key d join vault.insurer_key k on k.id = d.insurer_key
     where d.id = %s"""
LIVE = "select id from vault.insurer_key where withdrawn_at is null"


class StoredKeys:
    """A `KeySource` that reads `vault`'s tables as the role of its URL."""

    def __init__(self, dsn: str) -> None:
        self._dsn = dsn
        self._lock = Lock()
        self._connection: psycopg.Connection[Any] | None = None

    def data_key(self, data_key_id: int) -> WrappedDataKey | None:
        rows = self._rows(DATA_KEY, data_key_id)
        return WrappedDataKey(*rows[0]) if rows else None

    def live(self) -> frozenset[int]:
        return frozenset(row[0] for row in self._rows(LIVE))

    def close(self) -> None:
        with self._lock:
            self._drop()

    def _rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with self._lock:
            try:
                return self._connected().execute(query, values).fetchall()
            except psycopg.OperationalError:
                self._drop()  # once more with a fresh connection: the server may have been restarted
                return self._connected().execute(query, values).fetchall()

    def _connected(self) -> psycopg.Connection[Any]:
        if self._connection is None or self._connection.closed:
            self._connection = psycopg.connect(
                self._dsn, autocommit=True, connect_timeout=5, options="-c statement_timeout=5000"
            )
        return self._connection

    def _drop(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
