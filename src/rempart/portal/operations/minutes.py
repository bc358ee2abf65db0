"""Look-ups minute by minute, each minute counted once: a live page asks every two seconds.

A minute that is over gets no more entries after a while, so only the last few are counted again. What is
known stays in this process; another counts for itself.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.core.cache import cache
from django.utils import timezone

from rempart.portal.operations import desk_store
from rempart.portal.operations.charts import Span

_KEY = "desk:minutes"
_SETTLED = timedelta(minutes=3)
"""No entry is committed later than this after its hour."""
_KEPT = timedelta(hours=25)
_VERDICTS = ("granted", "challenged", "refused")


@dataclass(slots=True)
class _Known:
    first: datetime
    until: datetime
    counts: dict[datetime, dict[str, int]] = field(default_factory=dict)


def slots(span: Span, now: datetime | None = None) -> list[dict[str, Any]]:
    """Counts by verdict in each slot of a span, the oldest first, empty ones too."""
    now = now or timezone.now()
    width = timedelta(minutes=span.minutes)
    first = _floor(now, width) - width * (span.slots - 1)
    made = {first + width * place: dict.fromkeys(_VERDICTS, 0) for place in range(span.slots)}
    for minute, counts in _since(first, now).items():
        if slot := made.get(_floor(minute, width)):
            for verdict in _VERDICTS:
                slot[verdict] += counts.get(verdict, 0)
    return [{"at": at} | counts for at, counts in made.items()]


def _since(first: datetime, now: datetime) -> dict[datetime, dict[str, int]]:
    known: _Known | None = cache.get(_KEY)
    if known is None or first < known.first:
        known = _Known(first, first)
    begin = known.until - _SETTLED
    counts = {minute: row for minute, row in known.counts.items() if now - _KEPT <= minute < begin}
    counts |= _counted(begin)
    cache.set(_KEY, _Known(max(known.first, now - _KEPT), _floor(now, timedelta(minutes=1)), counts), None)
    return counts


def _counted(begin: datetime) -> dict[datetime, dict[str, int]]:
    found: dict[datetime, dict[str, int]] = {}
    for row in desk_store.by_minute(begin):
        found.setdefault(row["at"], {})[row["verdict"]] = row["n"]
    return found


def _floor(at: datetime, width: timedelta) -> datetime:
    seconds = width.total_seconds()
    return datetime.fromtimestamp(at.timestamp() // seconds * seconds, at.tzinfo)
