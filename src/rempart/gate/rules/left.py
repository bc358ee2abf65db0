"""What an account has left of each limit."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from rempart.vocabulary.words import Meter, Scope, Window


def left(rows: Iterable[tuple[Any, ...]], now: datetime) -> dict[str, Any]:
    """Rows of scope, meter, window, spent, limit, seconds until one frees → a JSON body."""
    return {"meters": [_meter(*row, now=now) for row in rows]}


def _meter(  # a row's columns
    scope: int, meter: int, window: int, spent: int, limit: int, frees_in: int | None, *, now: datetime
) -> dict[str, Any]:
    frees_at = None if frees_in is None else (now + timedelta(seconds=frees_in)).isoformat(timespec="seconds")
    return {
        "scope": Scope(scope).name.lower(),
        "meter": Meter(meter).name.lower(),
        "window": Window(window).name.lower(),
        "spent": spent,
        "limit": limit,
        "frees_at": frees_at,
    }
