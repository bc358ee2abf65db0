"""What one score is asked to be, and the worlds that it begins with."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np

from rempart.detection.engine import Run
from rempart.detection.runs import chosen
from rempart.detection.store import moment
from rempart.drills import world_rows
from rempart.drills.honest import plan as plans
from rempart.drills.honest.asks import CARD as BY_CARD
from rempart.drills.honest.asks import PATIENT_PRESENT, Asks
from rempart.drills.honest.days import one_day
from rempart.drills.honest.plan import Plan
from rempart.drills.world import DAY, HOUR, World

_LONGEST_ATTACK = 30
_MOST_IN_ATTACKS = 400
"""Professionals around an attack: more add nothing to it but time."""
_BEFORE = 7
"""Days before the world begins for which the breaker is told what hours are like."""

Progress = Callable[[str, int, int], None]
"""What, how much of it is done, and of how much."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What `rempart score` was asked."""

    professionals: int = 2000
    days: int = 30
    seed: int = 1
    holdout: bool = False
    history: int = 14
    """Days before anything is counted: what detectors know of everybody's habits."""
    attacks: tuple[str, ...] = ()
    """Only these; none named: all."""
    controls: tuple[str, ...] = ()
    trial: tuple[tuple[str, str, float], ...] = ()
    """Detector, threshold, value instead of the shipped one."""
    detectors: bool = True
    """False: nobody looks on."""

    def runs(self) -> list[Run]:
        """The detectors as shipped, but for what is tried."""
        tried = [(detector, name, False, value) for detector, name, value in self.trial]
        return chosen(tried) if self.detectors else []


def honest_plan(setting: Setting) -> Plan:
    """Everybody's days: the history and the days that count."""
    return plans.make(setting.seed, setting.professionals, setting.history + setting.days)


def attacked_plan(setting: Setting) -> Plan:
    """A smaller cast, of another seed, over the longest attack."""
    count = min(setting.professionals, _MOST_IN_ATTACKS)
    return plans.make(setting.seed + 1_000_003, count, setting.history + _LONGEST_ATTACK + 1)


def found(data: Path, name: str, plan: Plan, setting: Setting) -> World:
    """A world whose breaker knows ordinary hours, and whose clock stands before the first day."""
    world = World.found(data, name, plan, setting.runs())
    world_rows.quiet_hours(world.admin, _ordinary_hours(one_day(plan, plan.day(0))))
    return world


def lived(world: World, days: range, progress: Callable[[int], None] = lambda _: None) -> Iterator[int]:
    """Honest days, one after another."""
    plan = world.people.plan
    for number in days:
        for _ in world.live(one_day(plan, plan.day(number))):
            pass
        progress(number + 1)
        yield number


def _ordinary_hours(asks: Asks) -> dict[datetime, int]:
    """Persons asked about without a card, hour by hour, as on the first day, for the week before."""
    unproven = asks[(asks["proof"] != BY_CARD) & (asks["proof"] != PATIENT_PRESENT)]
    hours: Counter[int] = Counter()
    for hour in np.unique(unproven["at"] // HOUR):
        hours[int(hour)] = len(np.unique(unproven["person"][unproven["at"] // HOUR == hour]))
    return {
        moment(hour * HOUR - back * DAY): persons
        for hour, persons in hours.items()
        for back in range(2, _BEFORE + 1)
    }
