"""What the tests of keepers' changes share."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from argon2 import PasswordHasher

from tests.gate.house import House

Connect = Callable[..., psycopg.Connection[Any]]
SECRET = "a keeper's long secret"
REASON = "asked by the committee"
DAY = timedelta(hours=24)
HASHED = PasswordHasher(time_cost=1, memory_cost=64).hash(SECRET)  # quick to check
PODIATRIST = "scope = 1 and profession = 'podiatrist' and meter = 0"


def amounts(house: House, value: dict[str, Any]) -> list[int]:
    row = house.owner.execute(
        "select amounts from gate.limit_row where scope = %s and profession = %s and meter = %s",
        (value["scope"], value["profession"], value["meter"]),
    ).fetchone()
    assert row is not None
    return list(row[0])


def later(house: House, by: timedelta) -> None:
    """What the gate's upkeep will do then."""
    house.owner.execute("select gate.apply_due(%s)", (datetime.now(UTC) + by,))


def journal(house: House, change: int) -> list[tuple[str, str]]:
    return house.owner.execute(
        "select tag, actor from journal.entry where rule = %s order by seq", (f"change:{change}",)
    ).fetchall()
