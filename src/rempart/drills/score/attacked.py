"""One attack in a world of its own, and the same without detectors: who was exposed, and when it was seen."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median
from typing import Any
from zlib import crc32

import numpy as np

from rempart.detection.known import known as detectors
from rempart.drills.attacks.attack import Attack, Attacker, Move
from rempart.drills.honest import agenda
from rempart.drills.honest.asks import Asks, in_order
from rempart.drills.honest.assumptions import PROFESSIONS
from rempart.drills.honest.days import one_day
from rempart.drills.rules.limiter import PACE
from rempart.drills.world import DAY, LATE, SECOND, World
from rempart.drills.world_asks import Decisions

EVERYBODY = 33_000_000
"""The base that was open in 2024: where a list has no end, a limiter alone lets out no more than this."""


@dataclass(slots=True)
class Loot:
    """What an attack brought home."""

    persons: dict[int, set[int]] = field(default_factory=dict)
    """Account → persons disclosed to it. Decoys are nobody."""
    first: dict[int, int] = field(default_factory=dict)
    """Account → when the attacker first asked with it."""
    asked: int = 0

    def take(self, move: Move, decisions: Decisions, population: int) -> None:
        for ask, decision in zip(move.asks, decisions, strict=True):
            account, person = int(ask["account"]), int(decision["person"])
            self.first.setdefault(account, move.at)
            self.asked += 1
            if decision["disclosed"] and person < population:
                self.persons.setdefault(account, set()).add(person)

    @property
    def exposed(self) -> int:
        """Distinct persons."""
        return len(set().union(*self.persons.values()))


def measure(ground: World, attack: Attack, history: int, seed: int) -> dict[str, Any]:
    """The figures of one attack: with the detectors, and with the budget alone."""
    world = ground.clone(f"a_{attack.name}"[:60])
    try:
        loot = run(world, attack, history, seed)
        found = _figures(world, attack, loot)
    finally:
        world.drop()
    alone = ground.clone("alone", runs=[])
    try:
        found["budget_alone"] = run(alone, attack, history, seed).exposed
    finally:
        alone.drop()
    return found


def run(world: World, attack: Attack, history: int, seed: int) -> Loot:
    """Let the attacker ask until it gives up or its time has passed, its victims working on meanwhile."""
    world.delay = LATE
    world.signals.clear()
    me = _attacker(world, attack, history, seed)
    loot, owners = Loot(), _until(me.owners)
    script = attack.script(me)
    move = next(script, None)
    while move is not None and move.at < me.ends:
        for work in owners(move.at):
            world.ask(work)
            world.tick(int(work["at"][-1]))
        world.tick(move.at)
        decisions = world.ask(move.asks, move.card)
        loot.take(move, decisions, world.people.plan.population.size)
        move = _next(script, decisions)
    world.tick(me.ends + LATE)
    return loot


def limiter_alone(attack: Attack) -> int:
    """What a limiter by address lets out: at this pace from each address it never sees anything."""
    reach = int(attack.addresses * PACE * attack.days * DAY / SECOND)
    return min(reach, EVERYBODY if attack.wanted is None else attack.wanted)


def victims(world: World, attack: Attack, dice: np.random.Generator) -> np.ndarray:
    """Accounts of people, of the professions asked for; as many as there are."""
    cast = world.people.plan.cast
    places = [place for place, word in enumerate(PROFESSIONS) if word.value in attack.professions]
    can = np.flatnonzero(~cast.batch & (cast.locum_of < 0))
    fitting = can[np.isin(cast.profession[can], places)] if places else can
    if attack.one_organisation:
        teams = Counter(cast.organisation[fitting].tolist())
        fitting = fitting[cast.organisation[fitting] == max(teams, key=lambda team: (teams[team], team))]
    wanted = min(attack.accounts, len(can))
    if len(fitting) < wanted and not attack.one_organisation:
        rest = dice.permutation(can[~np.isin(can, fitting)])
        fitting = np.concatenate([fitting, rest[: wanted - len(fitting)]])
    chosen: np.ndarray = dice.permutation(fitting)[:wanted]
    return chosen


def _attacker(world: World, attack: Attack, history: int, seed: int) -> Attacker:
    plan = world.people.plan
    dice = np.random.default_rng([seed, crc32(attack.name.encode())])
    accounts = victims(world, attack, dice)
    last = history + int(np.ceil(attack.days))
    work = (one_day(plan, plan.day(number)) for number in range(history, min(last, plan.length)))
    return Attacker(
        dice=dice,
        people=world.people,
        accounts=accounts,
        start=(start := agenda.first_moment(plan.day(history))),
        ends=start + round(attack.days * DAY),
        owners=in_order(day[np.isin(day["account"], accounts)] for day in work),
        limits=world.limits(),
        thresholds={
            name: {n: limit.value for n, limit in one.limits.items()} for name, one in detectors().items()
        },
    )


def _until(asks: Asks) -> Any:
    """Gives, called with a moment, the rows before it that were not given yet, one by one."""
    place = 0

    def before(at: int) -> Iterator[Asks]:
        nonlocal place
        last = int(np.searchsorted(asks["at"], at))
        while place < last:
            place += 1
            yield asks[place - 1 : place]

    return before


def _next(script: Any, decisions: Decisions) -> Move | None:
    try:
        move: Move = script.send(decisions)
    except StopIteration:
        return None
    return move


def _figures(world: World, attack: Attack, loot: Loot) -> dict[str, Any]:
    begun = min(loot.first.values(), default=0)
    each = [len(loot.persons.get(account, ())) for account in loot.first]
    own = [signal for signal in world.signals if signal.at >= begun and _is_about(signal.account, loot)]
    woken = Counter(signal.detector.name for signal in own)
    stops = _stops(world, loot)
    return {
        "name": attack.name,
        "title": dict(attack.title),
        "accounts": len(loot.first),
        "look_ups": loot.asked,
        "persons_exposed": loot.exposed,
        "per_account_median": float(median(each)) if each else 0.0,
        "per_account_max": max(each, default=0),
        "seconds_to_signal": _seconds(min((signal.at for signal in own), default=None), begun),
        "seconds_to_containment": round(median(stops), 1) if stops else None,
        "accounts_contained": len(stops),
        "detector": attack.detector,
        "woken": attack.detector in woken,
        "signals": dict(sorted(woken.items())),
        "rate_limiter_alone": limiter_alone(attack),
        "budget_alone": 0,
    }


def _is_about(account: int, loot: Loot) -> bool:
    """A network's signal names no account: there is nobody else here but attackers and their victims."""
    return account == 0 or account - 1 in loot.first


def _stops(world: World, loot: Loot) -> list[float]:
    """For each account that was restricted: seconds from the attacker's first look-up with it."""
    begun = min(loot.first.values(), default=0)
    soonest: dict[int, int] = {}
    for account, _, at, _ in world.restrictions(begun):
        if account in loot.first:
            soonest.setdefault(account, at)
    return [max(0.0, (at - loot.first[account]) / SECOND) for account, at in soonest.items()]


def _seconds(at: int | None, begun: int) -> float | None:
    return None if at is None else round((at - begun) / SECOND, 1)
