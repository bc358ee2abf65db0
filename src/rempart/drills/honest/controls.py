"""Benign controls: days on which honest work looks like an attack. None may be frozen.

Each function makes one day (or week) of the accounts concerned, in place of what they would have done;
`among` puts it among everybody else's. They are drawn from the plan and the day alone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from rempart.drills.honest import agenda
from rempart.drills.honest.asks import (
    NO_PROOF,
    PATIENT_PRESENT,
    PRESENT,
    Asks,
    Ints,
    in_order,
)
from rempart.drills.honest.assumptions import PROFESSIONS
from rempart.drills.honest.days import look_ups, one_day, within
from rempart.drills.honest.plan import Draw, Plan
from rempart.drills.honest.rows import asked, retried
from rempart.drills.honest.visits import (
    at_counters,
    closed_for_most,
    composed,
    duty_accounts,
    of_the_batch,
    visits,
)
from rempart.vocabulary.words import Profession

_HOUR = 60 * agenda.MINUTE


@dataclass(frozen=True, slots=True, eq=False)
class Control:
    """One honest day that looks odd."""

    says: str
    """What happens, in a sentence for the report."""
    accounts: Ints
    day: date
    """The first day; a locum's week has five."""
    asks: Asks


Make = Callable[[Plan, np.random.Generator, date], Control]


def make(name: str, plan: Plan, day: date) -> Control:
    """The control of that name, on the first working day from `day` on."""
    while closed_for_most(day) or day.weekday() == 5:  # noqa: PLR2004  # Saturday
        day += timedelta(days=1)
    return CONTROLS[name](plan, plan.dice(Draw.CONTROL, list(CONTROLS).index(name), day.toordinal()), day)


def among(plan: Plan, control: Control, day: date) -> Asks:
    """A day of everybody: the control's accounts do what it says, all others what they always do."""
    others = one_day(plan, day)
    others = others[~np.isin(others["account"], control.accounts)]
    begins, ends = agenda.first_moment(day), agenda.first_moment(day + timedelta(days=1))
    mine = control.asks[(control.asks["at"] >= begins) & (control.asks["at"] < ends)]
    return in_order([others, mine])


def school_vaccination_day(plan: Plan, dice: np.random.Generator, day: date) -> Control:
    population = plan.population
    pupils = np.flatnonzero((population.age >= 10) & (population.age <= 13))  # noqa: PLR2004  # years of age
    place = population.numbers[["year", "department", "commune"]][pupils]
    groups, group = np.unique(place, return_inverse=True)
    largest = int(np.bincount(group).argmax())
    children = pupils[group == largest][:60]
    account = _near(plan, Profession.HOSPITAL_DESK, int(groups[largest]["department"]))
    asks = _no_card(_round(plan, dice, day, account, children, begins=9.0, ends=12.0))
    says = (
        f"A hospital's vaccination team asks about {len(children)} pupils born in one commune in one year, "
        "one after another in a morning, without a card."
    )
    return Control(says, account, day, asks)


def maternity_ward(plan: Plan, dice: np.random.Generator, day: date) -> Control:
    population = plan.population
    newborn = np.flatnonzero(population.age == 0)
    towns, town = np.unique(population.numbers[["department", "commune"]][newborn], return_inverse=True)
    largest = int(np.bincount(town).argmax())
    newborn = newborn[town == largest][:12]
    mothers = _mothers(plan, newborn)
    account = _near(plan, Profession.HOSPITAL_DESK, int(towns[largest]["department"]))
    asks = _round(
        plan, dice, day, account, np.column_stack([mothers, newborn]).ravel(), begins=8.5, ends=17.5
    )
    asks["proof"][np.isin(asks["person"], newborn)] = NO_PROOF
    asks["present"][asks["proof"] == NO_PROOF] = -1
    says = f"A ward asks about {len(newborn)} newborns of one town and their mothers, one pair after another."
    return Control(says, account, day, asks)


def night_duty_pharmacy(plan: Plan, dice: np.random.Generator, day: date) -> Control:
    while not len(duty_accounts(plan, day)):
        day += timedelta(days=1)
    account = duty_accounts(plan, day)[:1]
    hours = 20 + np.sort(np.concatenate([dice.uniform(0, 3, 30), dice.uniform(3, 12, 18)]))
    at = agenda.begins(day) + (hours * _HOUR).astype(np.int64)
    everybody = composed(plan, dice, day, np.repeat(account, len(at)), at, np.full(len(at), 0.8))
    asks = look_ups(plan, dice, day, everybody)
    says = (
        f"One pharmacy serves a department from 20:00 to 08:00: {len(at)} patients, most of them strangers."
    )
    return Control(says, account, day, asks)


def hospital_behind_one_address(plan: Plan, dice: np.random.Generator, day: date) -> Control:
    desks = _team(plan, day, Profession.HOSPITAL_DESK)
    asks = look_ups(plan, dice, day, at_counters(plan, dice, day, desks, crowd=1.5))
    says = f"{len(desks)} desks of one hospital ask half as much again as usual, all from one address."
    return Control(says, desks, day, within(day, asks))


def locums_first_week(plan: Plan, dice: np.random.Generator, day: date) -> Control:
    locums = np.flatnonzero(plan.cast.locum_of >= 0)
    account = locums[:1] if len(locums) else plan.cast.of(Profession.DOCTOR)[:1]
    week = [day + timedelta(days=after) for after in range(7)]
    open_days = [each for each in week if plan.cast.works[account[0], each.weekday(), 0] >= 0]
    parts = [look_ups(plan, dice, each, at_counters(plan, dice, each, account)) for each in open_days]
    asks = in_order(parts)
    asks["device"] = plan.device_count
    says = (
        f"A locum begins on a device never seen and sees {len(np.unique(asks['person']))} patients "
        f"in {len(open_days)} days, all new to this account."
    )
    return Control(says, account, day, asks)


def card_reader_outage(plan: Plan, dice: np.random.Generator, day: date) -> Control:
    team = _team(plan, day, Profession.PHARMACIST)
    asks = _no_card(look_ups(plan, dice, day, at_counters(plan, dice, day, team)))
    for account in team:
        first = np.flatnonzero((asks["account"] == account) & (asks["person"] >= 0))[:25:24]
        asks["proof"][first], asks["present"][first] = PATIENT_PRESENT, PRESENT.index("reader_broken")
    says = (
        f"The card reader of a pharmacy with {len(team)} accounts is broken all day: "
        "nothing is proved, and a few patients are declared present."
    )
    return Control(says, team, day, within(day, asks))


def software_retry_storm(plan: Plan, dice: np.random.Generator, day: date) -> Control:
    cast = plan.cast
    software = plan.at_work(day) & cast.organisations.software[cast.organisation]
    accounts = np.flatnonzero(software)[:200:5]
    asks = look_ups(plan, dice, day, at_counters(plan, dice, day, accounts))
    storm = agenda.begins(day) + 10 * _HOUR
    slow = asks[(asks["at"] >= storm) & (asks["at"] < storm + _HOUR)]
    again = [retried(dice, slow, 1.0) for _ in range(4)]
    says = (
        f"For an hour answers come too late for the software of {len(accounts)} accounts, which asks each "
        "question again four to eight times under the same key."
    )
    return Control(says, accounts, day, within(day, in_order([asks, *again])))


def carrier_address_change(plan: Plan, dice: np.random.Generator, day: date) -> Control:
    busiest = np.bincount(plan.cast.department).argmax()
    accounts = np.flatnonzero(plan.at_work(day) & (plan.cast.department == busiest))
    asks = look_ups(plan, dice, day, at_counters(plan, dice, day, accounts))
    after = asks["at"] >= agenda.begins(day) + 11 * _HOUR
    asks["network"][after] += plan.network_count
    says = (
        f"At 11:00 a carrier gives new addresses to all customers of a department: {len(accounts)} "
        f"accounts in {len(np.unique(asks['organisation']))} organisations."
    )
    return Control(says, accounts, day, within(day, asks))


def winter_flu_peak(plan: Plan, dice: np.random.Generator, day: date) -> Control:
    cast = plan.cast
    busiest = np.bincount(cast.department).argmax()
    seen = [PROFESSIONS.index(word) for word in (Profession.PHARMACIST, Profession.DOCTOR, Profession.NURSE)]
    here = (cast.department == busiest) & np.isin(cast.profession, seen)
    accounts = np.flatnonzero(plan.at_work(day) & here)
    asks = look_ups(plan, dice, day, at_counters(plan, dice, day, accounts, crowd=1.7))
    says = (
        f"{len(accounts)} pharmacists, doctors and nurses of a department see 70 % more patients than usual."
    )
    return Control(says, accounts, day, within(day, asks))


def january_card_change(plan: Plan, dice: np.random.Generator, day: date) -> Control:
    busiest = np.bincount(plan.cast.department).argmax()
    accounts = np.flatnonzero(plan.at_work(day) & (plan.cast.department == busiest))
    asks = look_ups(plan, dice, day, at_counters(plan, dice, day, accounts, crowd=1.3))
    again = asks[(asks["person"] >= 0) & (dice.random(len(asks)) < 0.3)].copy()  # noqa: PLR2004  # see the sentence
    again["at"] += (dice.uniform(40, 240, len(again)) * agenda.SECOND).astype(np.int64)
    again["repeat"] = np.where(again["repeat"], again["repeat"] + 1, 0)
    says = (
        f"In the first week of January {len(accounts)} accounts ask 30 % more, and three times in ten "
        "ask again about the same person, whose insurance card has changed."
    )
    return Control(says, accounts, day, within(day, in_order([asks, again])))


def nursing_home_round(plan: Plan, dice: np.random.Generator, day: date) -> Control:
    account = _team(plan, day, Profession.PHARMACIST)[:1]
    relations = plan.panels.relations()
    known = relations[relations[:, 0] == plan.cast.organisation[account[0]], 1]
    old = np.sort(known[plan.population.age[known] >= 80])[:45]  # noqa: PLR2004  # years of age
    asks = _no_card(_round(plan, dice, day, account, old, begins=14.0, ends=16.0))
    says = (
        f"A pharmacy prepares the medicines of a nursing home and asks about {len(old)} residents, "
        "all 80 or over and all known to it, in one afternoon and without a card."
    )
    return Control(says, account, day, asks)


def chains_back_office(plan: Plan, dice: np.random.Generator, day: date) -> Control:
    accounts = plan.cast.of(Profession.OPTICIAN)
    accounts = accounts[plan.at_work(day)[accounts]][:40]
    asks = look_ups(plan, dice, day, at_counters(plan, dice, day, accounts))
    asks["network"], asks["device"] = plan.network_count, plan.device_count + asks["account"] % 3
    says = (
        f"A chain of opticians asks for its {len(np.unique(asks['organisation']))} shops from one back "
        f"office: {len(accounts)} accounts on one address and three devices."
    )
    return Control(says, accounts, day, within(day, asks))


def hospitals_morning_batch(plan: Plan, dice: np.random.Generator, day: date) -> Control:
    everything = of_the_batch(plan, dice, day)
    account = np.array([np.bincount(everything["account"]).argmax()])
    asks = asked(plan, dice, day, everything[everything["account"] == account[0]])
    says = f"From 06:00 a hospital's software asks about {len(asks)} appointments of the day, evenly paced."
    return Control(says, account, day, in_order([asks]))


def _round(
    plan: Plan,
    dice: np.random.Generator,
    day: date,
    account: Ints,
    persons: Ints,
    *,
    begins: float,
    ends: float,
) -> Asks:
    """One account asks about these persons in this order, between two hours of the day."""
    hours = np.sort(dice.uniform(begins, ends, len(persons)))
    at = agenda.begins(day) + (hours * _HOUR).astype(np.int64)
    return look_ups(plan, dice, day, visits(np.repeat(account, len(at)), at, persons))


def _no_card(asks: Asks) -> Asks:
    asks["proof"], asks["present"] = NO_PROOF, -1
    return asks


def _mothers(plan: Plan, newborn: Ints) -> Ints:
    """The first woman of the newborn's household, or its only adult."""
    household, sex = plan.population.household, plan.population.numbers["sex"]
    first = np.searchsorted(household, household[newborn])
    couple = plan.population.age[first + 1] >= 18  # noqa: PLR2004  # of age
    return np.asarray(np.where(couple & (sex[first] == 1), first + 1, first))


def _near(plan: Plan, profession: Profession, department: int) -> Ints:
    """One account of that profession, in the department if there is one."""
    accounts = plan.cast.of(profession)
    here = accounts[plan.cast.department[accounts] == department]
    return (here if len(here) else accounts)[:1]


def _team(plan: Plan, day: date, profession: Profession) -> Ints:
    """The accounts at work in the profession's largest organisation."""
    accounts = plan.cast.of(profession)
    accounts = accounts[plan.at_work(day)[accounts]]
    of = plan.cast.organisation[accounts]
    return np.asarray(accounts[of == np.bincount(of).argmax()])


CONTROLS: dict[str, Make] = {
    make.__name__: make
    for make in (
        school_vaccination_day,
        maternity_ward,
        night_duty_pharmacy,
        hospital_behind_one_address,
        locums_first_week,
        card_reader_outage,
        software_retry_storm,
        carrier_address_change,
        winter_flu_peak,
        january_card_change,
        nursing_home_round,
        chains_back_office,
        hospitals_morning_batch,
    )
}
