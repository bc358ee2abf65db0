"""What an attack is: a generator that asks, is told what came of it, and asks again.

    def script(me: Attacker) -> Script:
        for person in me.buy(500):
            decisions = yield me.ask(moment, me.accounts[0], person)
            if decisions[0]["reason"] == REASONS["limit_account"]: ...

It knows all that is published: limits, thresholds, the code. It does not know which numbers are decoys.
"""

import heapq
from collections.abc import Callable, Generator, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from itertools import count
from pkgutil import iter_modules

import numpy as np
from numpy.typing import NDArray

from rempart.drills.honest.asks import ACTS, CARD, CHANNELS, Asks, Ints, blank, name_numbers
from rempart.drills.honest.assumptions import PROFESSIONS
from rempart.drills.honest.plan import Plan
from rempart.drills.world_asks import HONEST, Card, Decisions
from rempart.drills.world_rows import People
from rempart.vocabulary.words import USUAL_ACTS

SECOND, MINUTE, HOUR, DAY = 1_000_000, 60_000_000, 3_600_000_000, 86_400_000_000


@dataclass(frozen=True, slots=True)
class Move:
    """What is asked at one instant: rows that all bear the same `at`. Several at once race each other."""

    asks: Asks
    card: Card = HONEST

    @property
    def at(self) -> int:
        return int(self.asks["at"][0])


Script = Generator[Move, Decisions, None]
"""Yields moves in order of time, is sent each one's decisions (`world_asks.DECISION`), ends to give up.

A move later than `Attacker.ends` is not made: the attack is over.
"""


@dataclass(slots=True)
class Attacker:
    """Everything a script has in its hands."""

    dice: np.random.Generator
    people: People
    accounts: Ints
    """The hijacked ones: places in the cast."""
    start: int
    """Microseconds since 1970: the first moment of the first day (local midnight)."""
    ends: int
    owners: Asks
    """What the accounts' owners will ask themselves meanwhile: their hours, panels, networks and devices."""
    limits: Mapping[tuple[int, str, int], tuple[int, ...]]
    """Published: (scope, profession or '*', meter) → persons a minute, hour, day, 30 days."""
    thresholds: Mapping[str, Mapping[str, float]]
    """Published: detector → threshold → value."""
    _fresh: "count[int]" = field(default_factory=lambda: count(1))

    @property
    def plan(self) -> Plan:
        return self.people.plan

    def profession(self, account: int) -> str:
        return str(PROFESSIONS[self.plan.cast.profession[account]])

    def budget(self, account: int, meter: int = 0) -> tuple[int, ...]:
        """The account's own limit: a minute, an hour, a day, thirty days."""
        found = self.limits.get((1, self.profession(account), meter), self.limits.get((1, "*", meter)))
        return found or (0, 0, 0, 0)

    def own_network(self, account: int) -> int:
        """Where the account's owner works (a programme on the practice's own computer asks from there)."""
        return int(self.plan.cast.organisation[account])

    def own_device(self, account: int) -> int:
        return int(self.plan.cast.device[account])

    def new_network(self) -> int:
        """An address that no honest professional uses."""
        return self.plan.network_count + next(self._fresh)

    def new_device(self) -> int:
        """On the page it is new to the account: for 48 hours the card is asked for."""
        return self.plan.device_count + next(self._fresh)

    def panel(self, account: int) -> Ints:
        """Persons whose card the account's organisation has read in the last 24 months."""
        known = self.plan.panels.relations()
        mine: Ints = known[known[:, 0] == self.plan.cast.organisation[account], 1]
        return mine

    def buy(self, persons: int, *, department: int | None = None) -> Ints:
        """A bought list: persons, and the decoys that were slipped into it, which nobody can tell apart."""
        homes = self.plan.population.home
        among = np.arange(self.people.size)
        if department is not None:
            decoys = among[len(homes) :]
            among = np.concatenate(
                [np.flatnonzero(homes == department), decoys[self.people.decoys["department"] == department]]
            )
        bought: Ints = self.dice.choice(among, min(persons, len(among)), replace=False)
        return bought

    def ask(  # noqa: PLR0913  # a look-up has so many sides
        self,
        at: int,
        account: int,
        person: int | None = None,
        *,
        number: NDArray[np.void] | None = None,
        network: int | None = None,
        device: int | None = None,
        channel: str | None = None,
        proof: int = 0,
        present: int = -1,
        card: Card = HONEST,
    ) -> Move:
        """One look-up, of a person (place) or a number (`NUMBER`); if not said, from the account's place."""
        asks = blank(1)
        asks["at"], asks["account"] = at, account
        cast = self.plan.cast
        asks["organisation"] = cast.organisation[account]
        asks["network"] = self.own_network(account) if network is None else network
        asks["device"] = self.own_device(account) if device is None else device
        software = cast.organisations.software[cast.organisation[account]]
        asks["channel"] = CHANNELS.index(channel or ("api" if software else "page"))
        asks["act"] = ACTS.index(USUAL_ACTS[PROFESSIONS[cast.profession[account]]])
        asks["proof"], asks["present"] = proof, present
        return Move(self._name(asks, person, number), card)

    def _name(self, asks: Asks, person: int | None, number: NDArray[np.void] | None) -> Asks:
        if number is not None:
            return name_numbers(
                asks, np.atleast_1d(number), self.plan.population.bearers(np.atleast_1d(number))
            )
        place = np.array([-1 if person is None else person])
        return name_numbers(asks, self.people.number(place), place)


@dataclass(frozen=True, slots=True)
class Attack:
    """One attack of the suite."""

    name: str
    title: Mapping[str, str]
    """`fr`, `en`."""
    accounts: int
    detector: str
    """The one that it must wake."""
    script: Callable[[Attacker], Script]
    days: float = 2.0
    """How long it goes on if nobody stops it."""
    addresses: int = 1
    """How many the attacker asks from: what a limiter by address is held against."""
    wanted: int | None = None
    """Persons on its list; None: whoever can be found."""
    professions: tuple[str, ...] = ()
    """Of the hijacked accounts; none named: any."""
    one_organisation: bool = False
    """The accounts are colleagues."""


def together(scripts: Iterable[Script]) -> Script:
    """Several scripts as one, in order of time."""
    running: list[tuple[int, int, Move, Script]] = []
    for place, script in enumerate(scripts):
        _push(running, place, script, None)
    while running:
        _, place, move, script = heapq.heappop(running)
        decisions = yield move
        _push(running, place, script, decisions)


def _push(
    running: list[tuple[int, int, Move, Script]], place: int, script: Script, told: Decisions | None
) -> None:
    try:
        move = next(script) if told is None else script.send(told)
    except StopIteration:
        return
    heapq.heappush(running, (move.at, place, move, script))


@cache
def known() -> dict[str, Attack]:
    """Name → attack: of every module of this package, its ATTACK or its ATTACKS."""
    found: list[Attack] = []
    package = import_module(__package__ or "")
    for module in sorted(module.name for module in iter_modules(package.__path__)):
        loaded = import_module(f"{package.__name__}.{module}")
        found += getattr(loaded, "ATTACKS", ()) or ([loaded.ATTACK] if hasattr(loaded, "ATTACK") else [])
    return {attack.name: attack for attack in found}


__all__ = ["CARD", "Attack", "Attacker", "Card", "Move", "Script", "known", "together"]
