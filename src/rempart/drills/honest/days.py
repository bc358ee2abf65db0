"""The look-ups of honest professionals, day by day, in order of time."""

from collections.abc import Iterator
from datetime import date, timedelta

import numpy as np

from rempart.drills.honest import agenda
from rempart.drills.honest.asks import Asks, in_order
from rempart.drills.honest.assumptions import figure
from rempart.drills.honest.hands import by_hand
from rempart.drills.honest.plan import Draw, Plan
from rempart.drills.honest.rows import asked, retried
from rempart.drills.honest.visits import Visits, of_the_batch, of_the_day


def days(plan: Plan) -> Iterator[Asks]:
    """One array of `ASK` for each local day, midnight to midnight; only one day is held in memory."""
    for number in range(plan.length):
        yield one_day(plan, plan.day(number))


def one_day(plan: Plan, day: date) -> Asks:
    """One day. It depends on the plan and the date alone, not on the days before it."""
    dice = plan.dice(Draw.DAY, day.toordinal())
    people = look_ups(plan, dice, day, of_the_day(plan, dice, day))
    software = asked(plan, dice, day, of_the_batch(plan, dice, day))
    return within(day, in_order([people, software]))


def look_ups(plan: Plan, dice: np.random.Generator, day: date, visits: Visits) -> Asks:
    """What people at counters ask about these visits, with what goes wrong on the way."""
    asks = asked(plan, dice, day, by_hand(plan, dice, visits))
    return in_order([asks, retried(dice, asks, figure("slips", "retry"))])


def within(day: date, asks: Asks) -> Asks:
    """Nothing is asked outside the day: the last seconds before midnight hold what would fall behind it."""
    last = agenda.first_moment(day + timedelta(days=1)) - 1
    asks["at"] = np.clip(asks["at"], agenda.first_moment(day), last)
    return asks
