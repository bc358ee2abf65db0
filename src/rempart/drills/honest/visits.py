"""Who comes to whom on one day, and when: the causes of look-ups, before anybody types anything."""

from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from rempart.drills.honest import agenda
from rempart.drills.honest.asks import Ints
from rempart.drills.honest.assumptions import PROFESSIONS, by_profession, figure, minute_of, sections
from rempart.drills.honest.panels import strangers
from rempart.drills.honest.plan import Plan
from rempart.drills.honest.population import CYCLE
from rempart.vocabulary.words import Profession

VISIT = np.dtype(
    [
        ("at", np.int64),  # microseconds since 1970
        ("account", np.int64),
        ("person", np.int64),
        ("stranger", np.bool_),  # not of the organisation's panel
        ("proof", np.int8),
        ("kind", np.int8),
    ]
)
USUAL, FAMILY, WRONG, AGAIN = range(4)
"""Kinds: the first question, the next about the same household, a mistyped one, the same typed again."""
Visits = NDArray[np.void]
_MONDAY = date(2024, 1, 1).toordinal()
_PHARMACIST = PROFESSIONS.index(Profession.PHARMACIST)
_NIGHT = ((0, 8), (20, 24))
_LATE = 23


def of_the_day(plan: Plan, dice: np.random.Generator, day: date) -> Visits:
    """Everybody who comes during opening hours and on night duty."""
    usual = at_counters(plan, dice, day, np.flatnonzero(plan.at_work(day)))
    return np.concatenate([usual, _on_duty(plan, dice, day)])


def at_counters(
    plan: Plan, dice: np.random.Generator, day: date, working: Ints, crowd: float = 1.0
) -> Visits:
    """Who comes to these accounts, all at work that day, in their opening hours; `crowd` times as many."""
    cast = plan.cast
    usual = cast.pace[working] * agenda.demand(day)[cast.profession[working]]
    accounts = np.repeat(working, dice.poisson(usual * crowd))
    share = by_profession("strangers")[cast.profession[accounts]]
    at = agenda.begins(day) + _in_opening_hours(dice, cast.works[accounts, day.weekday()])
    return composed(plan, dice, day, accounts, at, share)


def of_the_batch(plan: Plan, dice: np.random.Generator, day: date) -> Visits:
    """The appointments that hospital software asks about before the desks open."""
    if day.weekday() >= 5 or agenda.is_holiday(day):  # noqa: PLR2004  # Saturday and Sunday
        return np.zeros(0, VISIT)
    cast = plan.cast
    programs = np.flatnonzero(cast.batch)
    desks = np.bincount(cast.organisation[plan.at_work(day)], minlength=cast.organisations.size)
    count = np.minimum(
        figure("batch", "most"), figure("batch", "for_each_desk") * desks[cast.organisation[programs]]
    ).astype(np.int64)
    accounts = np.repeat(programs, count)
    rank = np.arange(len(accounts)) - np.repeat(np.cumsum(count) - count, count)
    interval = 60 * agenda.MINUTE / figure("batch", "an_hour")
    late = rank + dice.normal(0, figure("batch", "spread"), len(rank))
    at = agenda.begins(day) + minute_of(sections()["batch"]["from"]) * agenda.MINUTE
    share = np.full(len(accounts), 1 - figure("batch", "known"))
    return composed(plan, dice, day, accounts, at + (np.maximum(0, late) * interval).astype(np.int64), share)


def visits(accounts: Ints, at: Ints, persons: Ints) -> Visits:
    """Chosen visits, for the benign controls."""
    found = np.zeros(len(at), VISIT)
    found["account"], found["at"], found["person"] = accounts, at, persons
    return found


def composed(
    plan: Plan, dice: np.random.Generator, day: date, accounts: Ints, at: Ints, share: NDArray[np.float64]
) -> Visits:
    """Give each moment somebody: a stranger, a patient whose day it is, or any regular one."""
    cast = plan.cast
    organisations = cast.organisation[accounts]
    chance = dice.random(len(accounts))
    stranger = chance < share
    due = ~stranger & (chance < share + by_profession("coming_back")[cast.profession[accounts]])
    found = visits(accounts, at, plan.panels.any_of(dice, organisations))
    phase = (day.toordinal() - _MONDAY) % CYCLE
    coming = plan.panels.due(dice, organisations[due], phase)
    found["person"][due] = np.where(coming >= 0, coming, found["person"][due])
    found["stranger"] = stranger | (found["person"] < 0)
    new = found["stranger"]
    found["person"][new] = strangers(dice, plan.panels, cast.department[accounts[new]])
    return found


def _in_opening_hours(dice: np.random.Generator, works: NDArray[np.int16]) -> Ints:
    """A moment in each row's one or two spans, in microseconds since midnight."""
    spans = works.astype(np.int64) * agenda.MINUTE
    morning = spans[:, 1] - spans[:, 0]
    whole = morning + spans[:, 3] - spans[:, 2]
    into = (dice.random(len(works)) * whole).astype(np.int64)
    return np.where(into < morning, spans[:, 0] + into, spans[:, 2] + into - morning)


def _on_duty(plan: Plan, dice: np.random.Generator, day: date) -> Visits:
    today = duty_accounts(plan, day)
    before = duty_accounts(plan, day - timedelta(days=1))
    rates = np.array([_rate(hour, day) for hour in range(24)])
    parts = [(before, hour) if hour < _NIGHT[0][1] else (today, hour) for hour in np.flatnonzero(rates)]
    accounts, hours = [], []
    for on_duty, hour in parts:
        found = np.repeat(on_duty, dice.poisson(rates[hour], len(on_duty)))
        accounts.append(found)
        hours.append(hour + dice.random(len(found)))
    joined = np.concatenate(accounts)
    at = agenda.begins(day) + (np.concatenate(hours) * 60 * agenda.MINUTE).astype(np.int64)
    return composed(plan, dice, day, joined, at, np.full(len(joined), figure("night_duty", "strangers")))


def _rate(hour: int, day: date) -> float:
    (_, ends), (begins, _) = _NIGHT
    if hour < ends or hour >= _LATE:
        return figure("night_duty", "an_hour_night")
    if hour >= begins:
        return figure("night_duty", "an_hour_evening")
    return figure("night_duty", "an_hour_sunday") if closed_for_most(day) else 0.0


def closed_for_most(day: date) -> bool:
    """Sundays and public holidays."""
    return day.weekday() == 6 or agenda.is_holiday(day)  # noqa: PLR2004  # Sunday


def duty_accounts(plan: Plan, day: date) -> Ints:
    """One account of each pharmacy on duty from 20:00 of this day: pharmacies of a department take turns."""
    cast, nights = plan.cast, int(figure("night_duty", "nights_between"))
    pharmacies = np.flatnonzero(cast.organisations.profession == _PHARMACIST)
    turn = np.zeros(len(pharmacies), np.int64)
    for department in np.unique(cast.organisations.department[pharmacies]):
        mine = np.flatnonzero(cast.organisations.department[pharmacies] == department)
        turn[mine] = (day.toordinal() + np.arange(len(mine))) % max(nights, len(mine))
    chosen = pharmacies[turn == 0]
    first = np.searchsorted(cast.organisation, chosen)
    team = np.searchsorted(cast.organisation, chosen, side="right") - first
    return np.asarray(first + (day.toordinal() // nights) % team)
