"""A simulated world: the product's own gate and detectors over invented people, by a virtual clock.

Real here: `gate.look_ups` in PostgreSQL, with limits and matrix as shipped; the journal read by
`detection.source`; the engine, `store.note` and `containment.act` as the live process has them. Not here:
HTTP, opening sealed fields, the detectors' beat (the gate holds them for never started, and alive).
Days of the virtual clock lie where the journal has no partition of its own: entries go to the default one.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import deepcopy
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import psycopg

from rempart.containment.act import Hand
from rempart.database.connect import SUPERUSER
from rempart.detection import source, store
from rempart.detection.engine import Engine, Run, Signal
from rempart.detection.entries import REASONS
from rempart.detection.store import moment
from rempart.drills import cluster, world_rows
from rempart.drills.honest.asks import CHANNELS, Asks
from rempart.drills.honest.plan import Plan
from rempart.drills.world_asks import HONEST, Card, Clerk, Decisions, address
from rempart.drills.world_rows import People
from rempart.vocabulary.words import RestrictionKind

SECOND, MINUTE, HOUR, DAY = 1_000_000, 60_000_000, 3_600_000_000, 86_400_000_000
BATCH = 200
"""Honest look-ups decided in one call: each sees what others spend; restrictions hold from the next on."""
_LONGEST = 10 * MINUTE
"""No call reaches over more of the virtual clock."""
LATE = SECOND
"""From an entry's commit to what detectors make of it, against attackers: the second that is promised."""
_NEW_DEVICE = 48 * HOUR
"""As `access.new_device`: so long a session on a device new to its account needs the patient's card."""
_STEPPED_UP = 2 * MINUTE
"""An honest professional who is asked for a fresh factor has given it by then."""


class World:
    """One database with its detectors. `ask`, then `tick`; `live` does both for honest stretches."""

    def __init__(self, data: Path, database: str, people: People, engine: Engine, hand: Hand) -> None:
        self.data, self.database, self.people = data, database, people
        self.engine, self.hand = engine, hand
        self.signals: list[Signal] = []
        self.delay = 0
        self._clerk = Clerk(people)
        self._cursor = source.Cursor()
        self._unseen = source.entries_of(b"\0" * 21)
        self._hour = 0
        self._sessions = _pairs(np.arange(people.plan.cast.size), people.plan.cast.device)
        self._colleagues = self._sessions_of_colleagues()
        self._connections: dict[str, psycopg.Connection[Any]] = {}

    @classmethod
    def found(cls, data: Path, database: str, plan: Plan, runs: Iterable[Run]) -> "World":
        """A new world in a copy of the empty database."""
        people = People.of(plan)
        cluster.copy_database(data, cluster.EMPTY, database)
        world = cls(data, database, people, Engine(runs), Hand())
        networks = [address(place) for place in range(plan.cast.organisations.size)]
        world_rows.fill(world.admin, people, networks, datetime(plan.first.year - 1, 12, 1, tzinfo=UTC))
        return world

    def clone(self, database: str, runs: Sequence[Run] | None = None) -> "World":
        """The same world again, with a memory of its own; `runs`: with these detectors instead, new to it."""
        self.close()
        cluster.copy_database(self.data, self.database, database)
        engine = twin(self.engine) if runs is None else Engine(runs)
        other = World(self.data, database, self.people, engine, deepcopy(self.hand))
        other._cursor, other._hour, other._sessions = self._cursor, self._hour, self._sessions.copy()
        other._clerk.sent = self._clerk.sent
        return other

    def close(self) -> None:
        """Leave the database, which stays. The next use connects again."""
        while self._connections:
            self._connections.popitem()[1].close()

    def drop(self) -> None:
        """Close and throw the database away."""
        self.close()
        cluster.drop_database(self.data, self.database)

    def as_role(self, role: str) -> psycopg.Connection[Any]:
        if role not in self._connections:
            connection = cluster.connect(self.data, role, self.database)
            if role == "gate":
                connection.execute("set synchronous_commit = off; set enable_seqscan = off")
                connection.prepare_threshold = 0
            self._connections[role] = connection
        return self._connections[role]

    @property
    def admin(self) -> psycopg.Connection[Any]:
        return self.as_role(SUPERUSER)

    # ---------------------------------------------------------------------------------- look-ups

    def ask(self, asks: Asks, card: Card = HONEST) -> Decisions:
        """What the gate decides about these rows, in one call; each is decided at its own `at`."""
        self._keep_up(int(asks["at"][0]))
        self._sign_in(asks)
        return self._clerk.ask(self.as_role("gate"), asks, card)

    def live(
        self, asks: Asks, progress: Callable[[int], None] = lambda _: None
    ) -> Iterator[tuple[Asks, Decisions]]:
        """Honest look-ups in batches, the detectors looking after each; who is asked to step up does."""
        for batch in _batches(asks):
            decisions = self.ask(batch)
            self.tick(int(batch["at"][-1]))
            self._step_up(batch[decisions["reason"] == REASONS["step_up"]])
            progress(len(batch))
            yield batch, decisions

    def _sign_in(self, asks: Asks) -> None:
        """Open the sessions that pages need; on a device new to its account the card is asked for."""
        page = asks[asks["channel"] == CHANNELS.index("page")]
        new = np.unique(_pairs(page["account"], page["device"]))
        new = new[~np.isin(new, self._sessions)]
        if not len(new):
            return
        self._sessions = np.concatenate([self._sessions, new])
        until = moment(int(asks["at"][0]) + _NEW_DEVICE)
        known = np.isin(new, self._colleagues)
        for pairs, end in ((new[known], None), (new[~known], until)):
            world_rows.open_sessions(self.admin, pairs >> _BITS, pairs & _MASK, end)

    def _sessions_of_colleagues(self) -> np.ndarray:
        """Pairs of an account and a colleague's usual device: it has signed in there before."""
        cast = self.people.plan.cast
        pairs = [
            _pairs(np.full(len(mine), account), cast.device[mine])
            for account in range(cast.size)
            if len(mine := np.flatnonzero(cast.organisation == cast.organisation[account])) > 1
        ]
        return np.concatenate([np.zeros(0, np.int64), *pairs])

    def _step_up(self, asked: Asks) -> None:
        """Honest professionals have a fresh factor at hand: their restriction is lifted."""
        subjects = [str(account + 1) for account in np.unique(asked["account"])]
        if subjects:
            self.admin.execute(
                "update gate.restriction set lifted_by = 'holder',"
                " lifted_at = starts_at + %s * interval '1 microsecond'"
                " where scope = 1 and kind = 'step_up' and lifted_at is null and subject = any (%s)",
                (_STEPPED_UP, subjects),
            )

    def _keep_up(self, at: int) -> None:
        """Each hour: the breaker follows, old rows go."""
        hour = at // HOUR
        if hour == self._hour:
            return
        for when in sorted({self._hour + 1, hour} if self._hour else {hour}):
            self.as_role("gate").execute("select gate.upkeep(%s)", (moment(when * HOUR),))
        self._hour = hour

    # --------------------------------------------------------------------------------- detectors

    def tick(self, now: int) -> list[Signal]:
        """Let the detectors see what was committed `delay` ago or earlier, and act, as the live process."""
        if not self.engine.runs:
            return []
        connection = self.as_role("detector")
        read = source.read(connection, self._cursor)
        if len(read):
            read["decoy"] = np.isin(read["person"], self.people.ids[self.people.plan.population.size :])
            self._cursor = source.last_of(read)
            self._unseen = np.concatenate([self._unseen, read])
        ripe = int(np.searchsorted(self._unseen["at"], now - self.delay, side="right"))
        entries, self._unseen = self._unseen[:ripe], self._unseen[ripe:]
        return self._see(connection, entries, now) if ripe else []

    def _see(self, connection: psycopg.Connection[Any], entries: np.ndarray, now: int) -> list[Signal]:
        signals = self.engine.see(entries)
        if signals:
            with connection.transaction():
                noted = store.note(connection, signals, moment(now))
                self.hand.act(connection, noted, moment(now))
        self.signals += signals
        return signals

    # ------------------------------------------------------------------------------------ counts

    def restrictions(self, since: int) -> list[tuple[int, RestrictionKind, int, str]]:
        """What detectors placed since then: account, kind, when (microseconds), reason."""
        rows = self.admin.execute(
            "select subject::int - 1, kind, (extract(epoch from starts_at) * 1000000)::bigint, reason"
            " from gate.restriction where author = 'detector' and starts_at >= %s order by id",
            (moment(since),),
        )
        return [(account, RestrictionKind(kind), at, reason) for account, kind, at, reason in rows]

    def limits(self) -> dict[tuple[int, str, int], tuple[int, ...]]:
        """The published limits: (scope, profession, meter) → a minute, an hour, a day, thirty days."""
        rows = self.admin.execute("select scope, profession, meter, amounts from gate.limit_row")
        return {(scope, profession, meter): tuple(amounts) for scope, profession, meter, amounts in rows}


_BITS = 32
_MASK = (1 << _BITS) - 1


def _pairs(accounts: np.ndarray, devices: np.ndarray) -> np.ndarray:
    return accounts.astype(np.int64) << _BITS | devices.astype(np.int64)


def twin(engine: Engine) -> Engine:
    """An engine that remembers the same, and from now on for itself."""
    other = Engine(Run(run.detector, run.limits, run.observed) for run in engine.runs)
    for run, like in zip(other.runs, engine.runs, strict=True):
        run.state, run.table = like.state.copy(), like.table.copy()
    other.indices = deepcopy(engine.indices)
    return other


def _batches(asks: Asks) -> Iterator[Asks]:
    first = 0
    while first < len(asks):
        reach = int(np.searchsorted(asks["at"], asks["at"][first] + _LONGEST, side="right"))
        last = min(first + BATCH, reach)
        yield asks[first:last]
        first = last
