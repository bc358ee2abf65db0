"""Which persons are whose regular patients, and drawing from them. One panel for each organisation."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rempart.drills.honest import geography
from rempart.drills.honest.asks import Ints
from rempart.drills.honest.assumptions import PROFESSIONS, by_profession, figure
from rempart.drills.honest.cast import Flags, Organisations
from rempart.drills.honest.population import CYCLE, Population
from rempart.vocabulary.words import Profession

_WOMAN = 2
_MIDWIFE = PROFESSIONS.index(Profession.MIDWIFE)


@dataclass(frozen=True, slots=True, eq=False)
class Panels:
    """Persons sorted by organisation and, inside it, by the day of four weeks on which they are due."""

    persons: Ints
    keys: Ints
    """organisation · (CYCLE + 1) + day due, CYCLE for those who come when they come."""
    seen: Flags
    """Their card was read there in the last 24 months."""
    neighbours: Ints
    """Everybody, sorted by the department they live in."""
    homes: NDArray[np.int16]
    """The departments of `neighbours`, in the same order."""

    def relations(self) -> Ints:
        """Pairs of organisation and person that the gate knows when the simulation begins: shape (n, 2)."""
        return np.column_stack([self.keys // (CYCLE + 1), self.persons])[self.seen]

    def due(self, dice: np.random.Generator, organisations: Ints, phase: int) -> Ints:
        """Patients due on this day, one after another without repeating until all came; -1: none is due."""
        key = organisations * (CYCLE + 1) + phase
        low, high = np.searchsorted(self.keys, key), np.searchsorted(self.keys, key, side="right")
        count = np.maximum(high - low, 1)
        start = _one_for_each(dice, organisations) % count
        return np.where(high > low, self.persons[low + (start + _rank(organisations)) % count], -1)

    def any_of(self, dice: np.random.Generator, organisations: Ints) -> Ints:
        """Any regular patient; -1 where an organisation has none."""
        key = organisations * (CYCLE + 1)
        return _between(dice, self.persons, self.keys, key, key + CYCLE)

    def nearby(self, dice: np.random.Generator, departments: Ints) -> Ints:
        """Anybody who lives in the department, or, where nobody does, anywhere."""
        found = _between(dice, self.neighbours, self.homes, departments, departments)
        return np.where(found >= 0, found, self.anybody(dice, len(found)))

    def anybody(self, dice: np.random.Generator, count: int) -> Ints:
        return dice.integers(0, len(self.neighbours), count)


def make(dice: np.random.Generator, population: Population, organisations: Organisations) -> Panels:
    """Every person may have one regular organisation of each profession, where they live if there is one."""
    parts = [_panel(dice, population, organisations, place) for place in range(len(PROFESSIONS))]
    persons = np.concatenate([part[0] for part in parts])
    of = np.concatenate([part[1] for part in parts])
    chronic = population.chronic[persons]
    keys = of * (CYCLE + 1) + np.where(chronic, population.phase[persons], CYCLE)
    # Persons come in order of their homes: shuffled first, so that a panel's order says nothing about them.
    shuffled = dice.permutation(len(keys))
    order = shuffled[np.argsort(keys[shuffled], kind="stable")]
    seen = dice.random(len(of)) < by_profession("seen_before")[organisations.profession[of]]
    neighbours = np.argsort(population.home, kind="stable")
    return Panels(
        persons[order], keys[order], (seen | chronic)[order], neighbours, population.home[neighbours]
    )


def _panel(
    dice: np.random.Generator, population: Population, organisations: Organisations, profession: int
) -> tuple[Ints, Ints]:
    mine = np.flatnonzero(organisations.profession == profession)
    chance = by_profession("reach")[profession] * by_profession("age")[profession][population.age_group()]
    if profession == _MIDWIFE:
        chance = np.where(population.numbers["sex"] == _WOMAN, chance, 0.0)
    persons = np.flatnonzero(dice.random(population.size) < chance)
    if not len(mine):
        return persons[:0], mine
    return persons, _nearest(dice, population.home[persons], organisations.department, mine)


def _nearest(
    dice: np.random.Generator, homes: NDArray[np.int16], departments: Ints, candidates: Ints
) -> Ints:
    """One of the candidates for each home: of the same department, else of the region, else any."""
    found = np.empty(len(homes), np.int64)
    for home in np.unique(homes):
        choice = _closest(int(home), departments[candidates], candidates)
        here = np.flatnonzero(homes == home)
        found[here] = dice.choice(choice, len(here))
    return found


def _closest(home: int, departments: Ints, candidates: Ints) -> Ints:
    same = candidates[departments == home]
    region = candidates[geography.REGION[departments] == geography.REGION[home]]
    return same if len(same) else region if len(region) else candidates


def _between(
    dice: np.random.Generator, values: Ints, keys: NDArray[np.integer], least: Ints, most: Ints
) -> Ints:
    """A value whose key lies between two keys, drawn evenly; -1 where there is none."""
    low, high = np.searchsorted(keys, least), np.searchsorted(keys, most, side="right")
    place = low + (dice.random(len(low)) * (high - low)).astype(np.int64)
    return np.where(high > low, values[np.minimum(place, len(values) - 1)], -1)


def _one_for_each(dice: np.random.Generator, groups: Ints) -> Ints:
    """The same random number for all places of one group."""
    return dice.integers(0, 1 << 31, int(groups.max(initial=0)) + 1)[groups]


def _rank(groups: Ints) -> Ints:
    """0, 1, 2 … among the places of the same group."""
    order = np.argsort(groups, kind="stable")
    ordered = groups[order]
    rank = np.empty(len(groups), np.int64)
    rank[order] = np.arange(len(groups)) - np.searchsorted(ordered, ordered)
    return rank


def strangers(dice: np.random.Generator, panels: Panels, departments: Ints) -> Ints:
    """Persons of no particular organisation: most live nearby."""
    afar = dice.random(len(departments)) < figure("from_afar", "every")
    return np.where(afar, panels.anybody(dice, len(departments)), panels.nearby(dice, departments))
