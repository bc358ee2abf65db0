"""Figures for Prometheus: counted from the journal as it grows, and looked up beside it. No person in them.

Nothing is asked of the database when somebody scrapes: a thread keeps the figures fresh. Labels hold
words of ours alone, so that no series is made by what somebody typed. docs/reference/metrics.md.
"""

import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import Any

import psycopg
from prometheus_client import CollectorRegistry, Counter, Gauge

from rempart.database.connect import dsn
from rempart.events import cursors, source
from rempart.events.config import load
from rempart.events.source import Cursor
from rempart.vocabulary.faults import Fault
from rempart.vocabulary.words import Profession, Reason, RestrictionKind, Scope, Verdict

PULSE = 2.0
"""Seconds between two looks."""
_BATCH = 20_000
_SOURCES = frozenset(
    ("access", "audit", "care", "containment", "detection", "gate", "installation", "intake", "response")
)
_LABELS = (
    frozenset(word.value for word in Verdict),
    frozenset(word.value for word in Reason),
    frozenset(word.value for word in Profession),
)
_COLUMNS = "epoch, x::text::bigint, seq, tag, verdict, reason, profession, count, cost, at"
_RESTRICTIONS = """
    select kind, scope, count(*) from gate.restriction
     where lifted_at is null and starts_at <= now() and (ends_at is null or ends_at > now()) group by 1, 2
"""
_ALERTS = """
    select state, count(*) from detection.alert where state in ('open', 'taken', 'restricted') group by 1
"""
_SEALED = "select size, at, epoch, x::text::bigint, seq from journal.checkpoint order by size desc limit 1"
_WATCH = "select beat_at, lag, spent, lim from containment.state(now())"
_STATES = ("open", "taken", "restricted")


@dataclass(frozen=True, slots=True)
class Figures:
    """Every figure, in a registry of its own."""

    registry: CollectorRegistry
    entries: Counter
    lookups: Counter
    persons: Counter
    newest: Gauge
    restrictions: Gauge
    alerts: Gauge
    spent: Gauge
    limit: Gauge
    beat: Gauge
    detector_lag: Gauge
    sealed: Gauge
    sealed_at: Gauge
    sealing_lag: Gauge
    sent: Gauge
    sink_lag: Gauge
    sink_failing: Gauge
    database: Gauge


def figures() -> Figures:
    """All at nought."""
    registry = CollectorRegistry()

    def gauge(name: str, words: str, *labels: str) -> Gauge:
        return Gauge(f"rempart_{name}", words, labels, registry=registry)

    def counter(name: str, words: str, *labels: str) -> Counter:
        return Counter(f"rempart_{name}", words, labels, registry=registry)

    return Figures(
        registry,
        counter("journal_entries", "Entries of the journal since this process began.", "source"),
        counter("lookups", "Look-ups, counted refusals each.", "verdict", "reason", "profession"),
        counter("persons_counted", "Distinct persons newly counted by a limit."),
        gauge("journal_newest_entry_seconds", "When the newest entry was written, seconds since 1970."),
        gauge("restrictions_in_force", "Restrictions and closings.", "kind", "scope"),
        gauge("alerts_open", "Alerts that nobody has ended.", "state"),
        gauge("platform_persons_hour", "Distinct persons without card in the last hour, the platform's."),
        gauge("platform_limit_hour", "At how many the breaker trips."),
        gauge("detectors_beat_seconds", "When the detectors last said that they are alive."),
        gauge("detectors_lag_seconds", "From an entry to what they made of it, the slowest of that beat."),
        gauge("sealed_entries", "Entries that the newest checkpoint covers."),
        gauge("sealed_checkpoint_seconds", "When the newest checkpoint was signed."),
        gauge("sealing_lag_seconds", "Age of the oldest entry that no checkpoint covers; 0: none."),
        gauge("events_sent", "Events that a sink has taken, ever.", "sink"),
        gauge("events_lag_seconds", "Age of the oldest entry that a sink has not passed; 0: none.", "sink"),
        gauge("events_failing", "1 while a sink does not take what it is sent.", "sink"),
        gauge("database_up", "1 while the database answers."),
    )


class Keeper:
    """Keeps the figures fresh. `look` is one look at the journal and beside it."""

    def __init__(self, data: Path, connection: psycopg.Connection[Any], kept: Figures, after: Cursor) -> None:
        self._data = data
        self._connection = connection
        self._figures = kept
        self.after = after

    def look(self) -> None:
        while self._count() == _BATCH:
            pass
        self._look_beside()
        self._look_at_sinks()
        self._look_at_seal()
        self._figures.database.set(1)

    def _count(self) -> int:
        rows = source.rows(self._connection, self.after, _COLUMNS, most=_BATCH)
        for *_, tag, verdict, reason, profession, count, cost, _at in rows:
            self._figures.entries.labels(_known(tag.partition(":")[0], _SOURCES)).inc()
            if tag.startswith("gate:lookup:"):
                words = zip((verdict, reason, profession), _LABELS, strict=True)
                self._figures.lookups.labels(*(_known(word, known) for word, known in words)).inc(count)
                self._figures.persons.inc(cost or 0)
        if rows:
            self.after = Cursor(*rows[-1][:3])
            self._figures.newest.set(rows[-1][-1].timestamp())
        return len(rows)

    def _look_beside(self) -> None:
        placed = {tuple(row[:2]): row[2] for row in self._connection.execute(_RESTRICTIONS)}
        for kind, scope in product(RestrictionKind, Scope):
            self._figures.restrictions.labels(kind.value, scope.name.lower()).set(
                placed.get((kind.value, scope.value), 0)
            )
        open_ = dict(self._connection.execute(_ALERTS).fetchall())
        for state in _STATES:
            self._figures.alerts.labels(state).set(open_.get(state, 0))
        row = self._connection.execute(_WATCH).fetchone()
        beat, lag, spent, limit = row or (None, None, 0, 0)
        self._figures.spent.set(spent or 0)
        self._figures.limit.set(limit or 0)
        self._figures.beat.set(beat.timestamp() if beat else 0)
        self._figures.detector_lag.set(lag or 0)

    def _look_at_sinks(self) -> None:
        with suppress(Fault):  # a file that is wrong: told where it is read
            for sink in load(self._data):
                kept = cursors.read(self._data, sink.name)
                if kept is None:
                    continue
                since = source.waiting_since(self._connection, kept.cursor)
                self._figures.sink_lag.labels(sink.name).set(max(0.0, time.time() - since) if since else 0)
                self._figures.sink_failing.labels(sink.name).set(bool(kept.fault))
                self._figures.sent.labels(sink.name).set(kept.sent)

    def _look_at_seal(self) -> None:
        """The newest checkpoint as the database has it; verifying it is the verifier's work."""
        row = self._connection.execute(_SEALED).fetchone()
        size, at, *last = row or (0, None, 0, 0, 0)
        since = source.waiting_since(self._connection, Cursor(*last))
        self._figures.sealed.set(size)
        self._figures.sealed_at.set(at.timestamp() if at else 0)
        self._figures.sealing_lag.set(max(0.0, time.time() - since) if since else 0)


def _known(word: str | None, known: frozenset[str]) -> str:
    return "none" if word is None else word if word in known else "other"


def keep_fresh(data: Path, kept: Figures, asked: threading.Event) -> None:
    """Until asked to stop; outlives the database. Counters begin where the journal ends now."""
    after: Cursor | None = None
    while not asked.is_set():
        try:
            with psycopg.connect(dsn("auditor", data), autocommit=True) as connection:
                keeper = Keeper(data, connection, kept, after or source.end(connection))
                while not asked.is_set():
                    keeper.look()
                    after = keeper.after
                    asked.wait(PULSE)
        except (psycopg.Error, OSError):
            kept.database.set(0)
            asked.wait(PULSE)
