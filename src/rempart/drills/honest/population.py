"""The invented persons around the professionals, as columns: homes, numbers, households."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rempart.drills.honest import geography
from rempart.drills.honest.asks import ABROAD, NUMBER, Ints, packed
from rempart.drills.honest.assumptions import figure, figures

AGES = (16, 45, 65, 80)
"""Where the age groups of the assumptions begin, after the first."""
_ADULTS = np.array([(18, 30), (30, 45), (45, 65), (65, 80), (80, 97)])
_PARENTS = (24, 56)
_CHILD_UNTIL = 20
CYCLE = 28
"""Days between two visits of a patient under monthly treatment: whole weeks, each patient on one weekday."""


@dataclass(frozen=True, slots=True, eq=False)
class Population:
    """One place in every column for each person; the members of a household stand beside each other."""

    numbers: NDArray[np.void]
    """`NUMBER`: what each person's NIR is made of; no two are equal."""
    day: NDArray[np.int8]
    """Of birth, 1 to 28: with the number's year and month the date that a look-up must name."""
    age: Ints
    home: NDArray[np.int16]
    """Department, place in DEPARTMENTS."""
    household: Ints
    insurer: NDArray[np.int16]
    """0 to 7."""
    chronic: NDArray[np.bool_]
    phase: NDArray[np.int8]
    """Day of the 28 on which somebody under monthly treatment comes."""
    _order: Ints
    _sorted: Ints

    @property
    def size(self) -> int:
        return len(self.age)

    def bearers(self, numbers: NDArray[np.void]) -> Ints:
        """The person who bears each number, -1 for nobody: what a walker's guess hits, birth day aside."""
        wanted = packed(numbers)
        place = np.minimum(np.searchsorted(self._sorted, wanted), self.size - 1)
        return np.where(self._sorted[place] == wanted, self._order[place], -1)

    def age_group(self) -> Ints:
        return np.searchsorted(AGES, self.age, side="right")


def people(dice: np.random.Generator, count: int, homes: NDArray[np.int16], year: int) -> Population:
    """About `count` persons in whole households, whose departments are drawn from `homes`; ages in `year`."""
    size, adults = _households(dice, count)
    household = np.repeat(np.arange(len(size)), size)
    member = np.arange(len(household)) - np.repeat(np.cumsum(size) - size, size)
    child = member >= adults[household]
    age = _ages(dice, household, child, adults)
    home = dice.choice(homes, len(size))[household]
    numbers = _births(dice, age, home, year, child)
    numbers["sex"] = _sexes(dice, household, child, adults)
    day = dice.integers(1, 29, len(age)).astype(np.int8)
    _twins(dice, numbers, day, age, child, household)
    numbers["order"] = _orders(numbers)
    key = packed(numbers)
    order = np.argsort(key, kind="stable")
    groups = np.searchsorted(AGES, age, side="right")
    return Population(
        numbers=numbers,
        day=day,
        age=age,
        home=home,
        household=household,
        insurer=dice.integers(0, 8, len(size))[household].astype(np.int16),
        chronic=dice.random(len(age)) < figures("chronic", "by_age")[groups],
        phase=_phases(dice, len(age)),
        _order=order,
        _sorted=key[order],
    )


def _households(dice: np.random.Generator, count: int) -> tuple[Ints, Ints]:
    """Members and adults of each household; about `count` members in all."""
    sizes = figures("households", "sizes")
    mean = float(sizes @ np.arange(1, 6))
    size = dice.choice(np.arange(1, 6), max(1, round(count / mean)), p=sizes)
    couple = figure("persons", "couple_of_two"), figure("persons", "couple_of_more")
    together = dice.random(len(size)) < np.where(size == 2, *couple)  # noqa: PLR2004  # of two members
    return size, np.where((size > 1) & together, 2, 1)


def _ages(dice: np.random.Generator, household: Ints, child: NDArray[np.bool_], adults: Ints) -> Ints:
    """A head of any age, of a parent's where there are children; a partner near it; children below twenty."""
    households = len(adults)
    first = np.concatenate([[True], household[1:] != household[:-1]])
    group = dice.choice(len(_ADULTS), households, p=figures("households", "heads"))
    head = dice.integers(_ADULTS[group, 0], _ADULTS[group, 1])
    parent = np.bincount(household, weights=child, minlength=households) > 0
    head = np.where(parent, dice.integers(*_PARENTS, households), head)
    partner = np.clip(head + np.round(dice.normal(0, 3.5, households)), 18, 99)
    young = dice.integers(0, np.clip(head - _CHILD_UNTIL + 1, 1, _CHILD_UNTIL)[household])
    return np.where(child, young, np.where(first, head[household], partner[household])).astype(np.int64)


def _sexes(dice: np.random.Generator, household: Ints, child: NDArray[np.bool_], adults: Ints) -> Ints:
    """1 man, 2 woman: most partners are of the other sex, most lone parents are mothers."""
    households = len(adults)
    lone = (np.bincount(household, weights=child, minlength=households) > 0) & (adults == 1)
    head = 1 + (
        dice.random(households)
        < np.where(lone, figure("persons", "lone_mothers"), figure("persons", "women"))
    )
    other = dice.random(households) < figure("persons", "couples_of_both_sexes")
    partner = np.where(other, 3 - head, head)[household]
    any_ = 1 + (dice.random(len(household)) < figure("persons", "women"))
    first = np.concatenate([[True], household[1:] != household[:-1]])
    return np.where(child, any_, np.where(first, head[household], partner))


def _births(
    dice: np.random.Generator, age: Ints, home: NDArray[np.int16], year: int, child: NDArray[np.bool_]
) -> NDArray[np.void]:
    """Numbers without their first and their last three characters."""
    numbers = np.zeros(len(age), NUMBER)
    numbers["year"] = year - 1 - age
    numbers["month"] = dice.integers(1, 13, len(age))
    numbers["department"] = _birthplaces(dice, home, child)
    numbers["commune"] = geography.communes(dice, numbers["department"].astype(np.int64))
    return numbers


def _birthplaces(dice: np.random.Generator, home: NDArray[np.int16], child: NDArray[np.bool_]) -> Ints:
    at_home = np.where(child, figure("persons", "child_born_at_home"), figure("persons", "born_at_home"))
    chance = dice.random((3, len(home)))
    place = geography.anywhere(dice, len(home))
    near = geography.near(dice, home.astype(np.int64))
    place = np.where(chance[0] < figure("persons", "born_near"), near, place)
    abroad = np.where(child, 0.2, 1.0) * figure("persons", "born_abroad")
    place = np.where(chance[1] < abroad / (1 - at_home), ABROAD, place)
    return np.where(chance[2] < at_home, home, place)


def _twins(
    dice: np.random.Generator,
    numbers: NDArray[np.void],
    day: NDArray[np.int8],
    age: Ints,
    child: NDArray[np.bool_],
    household: Ints,
) -> None:
    """Some children are born on the day and in the place of the brother or sister before them."""
    second = np.flatnonzero(child[1:] & child[:-1] & (household[1:] == household[:-1])) + 1
    second = second[dice.random(len(second)) < 2 * figure("persons", "twins")]
    for column in ("year", "month", "department", "commune"):
        numbers[column][second] = numbers[column][second - 1]
    day[second], age[second] = day[second - 1], age[second - 1]


def _orders(numbers: NDArray[np.void]) -> Ints:
    """The last three characters: each once in a commune and month, dense, so that a walker hits often."""
    stem = packed(numbers)
    order = np.argsort(stem, kind="stable")
    begins = np.flatnonzero(np.concatenate([[True], stem[order][1:] != stem[order][:-1]]))
    rank = np.arange(len(stem)) - np.repeat(begins, np.diff(np.append(begins, len(stem))))
    found = np.empty(len(stem), np.int64)
    found[order] = 1 + (rank / figure("persons", "order_density")).astype(np.int64)
    if found.max() > 999:  # noqa: PLR2004  # three characters
        raise ValueError("too many persons for one commune: ask for fewer persons, or for more departments")
    return found


def _phases(dice: np.random.Generator, count: int) -> NDArray[np.int8]:
    """Any day of four weeks but a Sunday; day 0 is a Monday."""
    return (dice.integers(0, 4, count) * 7 + dice.integers(0, 6, count)).astype(np.int8)
