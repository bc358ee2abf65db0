"""Everything that is drawn once for a simulation: cast, population, panels, addresses, devices."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from rempart.drills.honest import agenda, cast, geography, panels, population
from rempart.drills.honest.asks import INHABITANTS, Ints
from rempart.drills.honest.assumptions import figure
from rempart.drills.honest.cast import CLOSED, Cast, Flags
from rempart.drills.honest.panels import Panels
from rempart.drills.honest.population import Population


class Draw(IntEnum):
    """Independent streams of random numbers: drawing more from one changes no other."""

    WORLD = 1
    DAY = 2
    LEAVE = 3
    CHANGES = 4
    CONTROL = 5


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """The world of one simulation. The same seed, size and first day give the same plan."""

    seed: int
    first: date
    length: int
    """Days."""
    cast: Cast
    population: Population
    panels: Panels
    addresses: Ints
    """[day, organisation]: the network it asks from."""
    devices: Ints
    """[day, account]: the device usually worked on."""

    @property
    def network_count(self) -> int:
        """Places of networks that honest professionals use: an attacker's begin here."""
        return max(self.cast.network_count, int(self.addresses.max()) + 1)

    @property
    def device_count(self) -> int:
        return int(self.devices.max()) + 1

    def dice(self, draw: Draw, *which: int) -> np.random.Generator:
        return np.random.default_rng([self.seed, draw, *which])

    def day(self, number: int) -> date:
        return self.first + timedelta(days=number)

    def at_work(self, day: date) -> Flags:
        """Which accounts somebody works on that day, by hours of their own. Night duty comes on top."""
        usual = self.cast.works[:, day.weekday(), 0] != CLOSED
        away = self._away(day)
        locum = self.cast.locum_of >= 0
        present = np.where(locum, away[self.cast.locum_of], ~away)
        open_ = self.cast.emergency | (not agenda.is_holiday(day))
        return np.asarray(usual & present & open_)

    def _away(self, day: date) -> Flags:
        monday = day.toordinal() - day.weekday()
        return self.dice(Draw.LEAVE, monday).random(self.cast.size) < agenda.leave(day)


def make(seed: int, professionals: int, days: int, first: date = date(2027, 1, 11)) -> Plan:
    """A world of so many accounts, and a plan for so many days."""
    dice = np.random.default_rng([seed, Draw.WORLD])
    areas = geography.areas(dice, professionals)
    weights = np.maximum(1, INHABITANTS[areas].astype(np.int64))
    people = cast.make(dice, professionals, areas, weights)
    persons = round(figure("persons", "for_each_account") * professionals)
    around = population.people(dice, persons, people.department.astype(np.int16), first.year)
    changes = np.random.default_rng([seed, Draw.CHANGES])
    return Plan(
        seed=seed,
        first=first,
        length=days,
        cast=people,
        population=around,
        panels=panels.make(dice, around, people.organisations),
        addresses=_changing(
            changes,
            np.arange(people.organisations.size),
            days,
            figure("connection", "address_change"),
            people.network_count,
        ),
        devices=_changing(changes, people.device, days, figure("connection", "new_device"), people.size),
    )


def _changing(
    dice: np.random.Generator, start: Ints, days: int, chance: float, fresh: int
) -> NDArray[np.int64]:
    """[day, place]: what each begins with, until now and then it gets a number that was never used before."""
    rows = [start]
    for _ in range(1, days):
        changed = np.flatnonzero(dice.random(len(start)) < chance)
        row = rows[-1].copy()
        row[changed] = fresh + np.arange(len(changed))
        fresh += len(changed)
        rows.append(row)
    return np.stack(rows)
