"""The invented professionals, as columns: what they are, where they work, when, and on which devices."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rempart.drills.honest.asks import Ints
from rempart.drills.honest.assumptions import PROFESSIONS, by_profession, figure, hours
from rempart.vocabulary.words import Profession

CLOSED = -1
DAYS = 7
_HALF_WEEK, _SATURDAY = 3, 5
_DESK = PROFESSIONS.index(Profession.HOSPITAL_DESK)
_MOVING = [PROFESSIONS.index(Profession.NURSE), PROFESSIONS.index(Profession.MIDWIFE)]

Flags = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Organisations:
    """One place in every column for each; organisation i has network i at the beginning."""

    profession: Ints
    """Place in PROFESSIONS."""
    department: Ints
    software: Flags
    """Its accounts ask through the API."""
    opens: NDArray[np.int16]
    """[organisation, Monday to Sunday, opens, closes, opens, closes]: minutes, CLOSED where it is closed."""
    hospital: Flags
    """Its networks are declared: they fall under its own limits."""

    @property
    def size(self) -> int:
        return len(self.profession)


@dataclass(frozen=True, slots=True, eq=False)
class Cast:
    """One place in every column for each account."""

    organisations: Organisations
    profession: Ints
    organisation: Ints
    device: Ints
    """The usual one; two accounts of one person share it."""
    pace: NDArray[np.float64]
    """Look-ups on an ordinary working day."""
    works: NDArray[np.int16]
    """[account, Monday to Sunday, opens, closes, opens, closes]: minutes, CLOSED on days off."""
    locum_of: Ints
    """Works on the days on which that account is away; -1: nobody's locum."""
    batch: Flags
    """A hospital's own software, which asks in the morning and for nobody in particular."""
    emergency: Flags
    """A desk that is open every day of the year."""
    mobile: Ints
    """Network of the account's mobile carrier, shared with others; -1: never moves."""
    home: Ints
    """Network at home."""

    @property
    def size(self) -> int:
        return len(self.profession)

    @property
    def department(self) -> Ints:
        return self.organisations.department[self.organisation]

    @property
    def network_count(self) -> int:
        """Networks at the beginning: from here on, addresses that carriers give later."""
        return int(self.home.max()) + 1

    def of(self, profession: Profession) -> Ints:
        """The accounts of one profession that people, not programs, work on."""
        return np.flatnonzero((self.profession == PROFESSIONS.index(profession)) & ~self.batch)


def make(dice: np.random.Generator, accounts: int, areas: NDArray[np.int16], weights: Ints) -> Cast:
    """A cast of so many accounts, in organisations spread over the areas by their weights."""
    profession, organisation = _teams(dice, accounts)
    organisations = _organisations(dice, profession, organisation, areas, weights)
    place = np.arange(accounts) - np.searchsorted(organisation, organisation)
    batch = (profession == _DESK) & (place == 0)
    emergency = (profession == _DESK) & ~batch & (dice.random(accounts) < figure("staff", "emergency_desk"))
    locum_of = _locums(dice, profession, organisation, place)
    pairs = _second_places(dice, organisation, (locum_of < 0) & ~batch & ~emergency)
    device = np.arange(accounts)
    device[pairs[:, 1]] = pairs[:, 0]
    works = _works(dice, organisations.opens[organisation], emergency, pairs)
    works[batch] = CLOSED
    works[locum_of >= 0] = works[locum_of[locum_of >= 0]]
    mobile = _mobile(organisations, organisation, profession)
    spread = figure("staff", "pace_spread")
    return Cast(
        organisations=organisations,
        profession=profession,
        organisation=organisation,
        device=device,
        pace=by_profession("lookups")[profession] * dice.lognormal(-(spread**2) / 2, spread, accounts),
        works=works,
        locum_of=locum_of,
        batch=batch,
        emergency=emergency,
        mobile=mobile,
        home=max(organisations.size, int(mobile.max()) + 1) + np.arange(accounts),
    )


def _teams(dice: np.random.Generator, accounts: int) -> tuple[Ints, Ints]:
    """Profession and organisation of each account; the accounts of one organisation stand together."""
    shares = by_profession("share")
    ends = np.round(np.cumsum(shares) * accounts).astype(np.int64)
    counts = np.diff(ends, prepend=0)
    teams = [_sizes(dice, mean, count) for mean, count in zip(by_profession("team"), counts, strict=True)]
    profession = np.repeat(np.arange(len(PROFESSIONS)), counts)
    sizes = np.concatenate(teams)
    return profession, np.repeat(np.arange(len(sizes)), sizes)


def _sizes(dice: np.random.Generator, mean: float, accounts: int) -> Ints:
    """Sizes of teams that together have so many accounts."""
    sizes = 1 + dice.poisson(mean - 1, max(1, accounts))
    ends = np.minimum(np.cumsum(sizes), accounts)
    found = np.diff(ends, prepend=0)
    return found[found > 0]


def _organisations(
    dice: np.random.Generator,
    profession: Ints,
    organisation: Ints,
    areas: NDArray[np.int16],
    weights: Ints,
) -> Organisations:
    first = np.unique(organisation, return_index=True)[1]
    of = profession[first]
    return Organisations(
        profession=of,
        department=_spread(of, areas, weights),
        software=dice.random(len(of)) < by_profession("software")[of],
        opens=_opens(dice, of),
        hospital=of == _DESK,
    )


def _spread(profession: Ints, areas: NDArray[np.int16], weights: Ints) -> Ints:
    """An area for each organisation: every profession is spread evenly by the areas' weights."""
    found = np.empty(len(profession), np.int64)
    bounds = np.cumsum(weights) / weights.sum()
    for which in np.unique(profession):
        mine = np.flatnonzero(profession == which)
        points = (np.arange(len(mine)) + 0.5) / len(mine)
        found[mine] = areas[np.searchsorted(bounds, points)]
    return found


def _opens(dice: np.random.Generator, profession: Ints) -> NDArray[np.int16]:
    table = np.full((len(PROFESSIONS), DAYS, 4), CLOSED, np.int16)
    for place, word in enumerate(PROFESSIONS):
        table[place, :_SATURDAY] = _four(hours("weekday", word))
        table[place, _SATURDAY] = _four(hours("saturday", word))
    opens = table[profession]
    through = (dice.random(len(profession)) < figure("organisation", "through_lunch")) & (
        opens[:, 0, 2] != CLOSED
    )
    both = through[:, None] & (opens[:, :, 2] != CLOSED)
    lunch = (opens[:, :, 1] + opens[:, :, 2]) // 2
    opens[:, :, 1] = np.where(both, lunch, opens[:, :, 1])
    opens[:, :, 2] = np.where(both, lunch, opens[:, :, 2])
    moved = dice.integers(-2, 3, len(profession)) * int(figure("organisation", "hours_step"))
    return np.where(opens == CLOSED, CLOSED, opens + moved[:, None, None]).astype(np.int16)


def _four(spans: tuple[int, ...]) -> tuple[int, ...]:
    return (*spans, *(CLOSED,) * (4 - len(spans)))


def _locums(dice: np.random.Generator, profession: Ints, organisation: Ints, place: Ints) -> Ints:
    """Some last members of a team work only while the first is away."""
    last = np.append(organisation[1:] != organisation[:-1], True)
    can = np.flatnonzero(last & (place > 0) & (profession != _DESK))
    count = min(len(can), round(figure("staff", "locum") * len(profession)))
    locums = np.sort(dice.choice(can, count, replace=False))
    found = np.full(len(profession), -1, np.int64)
    found[locums] = locums - place[locums]
    return found


def _second_places(dice: np.random.Generator, organisation: Ints, usual: Flags) -> Ints:
    """Pairs of accounts that are one person's, in two organisations."""
    drawn = dice.permutation(np.flatnonzero(usual))
    count = round(figure("staff", "second_place") * len(organisation))
    pairs = drawn[: 2 * count].reshape(-1, 2)
    apart = organisation[pairs[:, 0]] != organisation[pairs[:, 1]]
    return pairs[np.flatnonzero(apart)]


def _works(
    dice: np.random.Generator, opens: NDArray[np.int16], emergency: Flags, pairs: Ints
) -> NDArray[np.int16]:
    """Who works in two places is in one of them from Monday to Wednesday, in the other afterwards."""
    works = opens.copy()
    works[emergency] = (*_four(hours("emergency", "hours")),)
    off = dice.random(len(works)) < figure("staff", "day_off")
    day = dice.integers(0, _SATURDAY, len(works))
    free = np.flatnonzero(off & ~emergency)
    works[free, day[free]] = CLOSED
    saturday = dice.random(len(works)) < figure("staff", "works_saturday")
    works[~saturday & ~emergency, _SATURDAY] = CLOSED
    works[pairs[:, 0], _HALF_WEEK:] = CLOSED
    works[pairs[:, 1], :_HALF_WEEK] = CLOSED
    return works


def _mobile(organisations: Organisations, organisation: Ints, profession: Ints) -> Ints:
    """A carrier's addresses behind which nurses and midwives of one department appear."""
    found = np.full(len(profession), -1, np.int64)
    moving = np.flatnonzero(np.isin(profession, _MOVING))
    ranked = moving[np.argsort(organisations.department[organisation[moving]], kind="stable")]
    sharing = int(figure("connection", "persons_behind_mobile"))
    found[ranked] = organisations.size + np.arange(len(ranked)) // sharing
    return found
