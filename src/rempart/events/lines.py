"""Entries as JSON: the columns under their own names, one object a line."""

from datetime import UTC
from typing import Any

from rempart.events.entry import COLUMNS, Entry, opened, person

SCHEMA = "rempart.event/1"
"""A field once published keeps its meaning; new ones may come."""


def line(entry: Entry, place: str) -> dict[str, Any]:
    """One object, what is not known left out. `place`: which installation tells it."""
    given = {name: getattr(entry, name) for name in COLUMNS}
    given["at"] = entry.at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    given |= {"categories": opened(entry), "person": person(entry)}
    known = {name: value for name, value in given.items() if value is not None}
    return {"schema": SCHEMA, "id": entry.id, "place": place} | known
