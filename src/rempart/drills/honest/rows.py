"""From questions to planned look-ups: numbers as typed, networks, devices, reasons, keys, retries."""

from datetime import date

import numpy as np
from numpy.typing import NDArray

from rempart.drills.honest import agenda
from rempart.drills.honest.asks import (
    ACTS,
    CARD,
    CHANNELS,
    PATIENT_PRESENT,
    PRESENT,
    PURPOSES,
    Asks,
    Ints,
    blank,
    mixed,
    name_numbers,
)
from rempart.drills.honest.assumptions import PROFESSIONS, by_profession, figure, figures
from rempart.drills.honest.cast import Flags
from rempart.drills.honest.plan import Plan
from rempart.drills.honest.visits import WRONG, Visits
from rempart.vocabulary.words import USUAL_ACTS, Profession

_ACTS = np.array([ACTS.index(USUAL_ACTS[profession]) for profession in PROFESSIONS], np.int8)
_DESK = PROFESSIONS.index(Profession.HOSPITAL_DESK)
_HOURS = 24


def asked(plan: Plan, dice: np.random.Generator, day: date, visits: Visits) -> Asks:
    """One look-up for each question of this day, without retries; in the questions' order."""
    cast, account = plan.cast, visits["account"]
    asks = blank(len(visits))
    asks["at"], asks["account"] = visits["at"], account
    asks["organisation"] = cast.organisation[account]
    asks["proof"] = visits["proof"]
    asks["act"] = _ACTS[cast.profession[account]]
    software = cast.organisations.software[cast.organisation[account]] | cast.batch[account]
    asks["channel"] = np.where(software, CHANNELS.index("api"), CHANNELS.index("page"))
    asks["purpose"] = _purposes(plan, dice, account)
    asks["present"] = _reasons(dice, asks["proof"])
    asks["network"], asks["device"] = _places(plan, dice, day, visits)
    missed = _name(plan, dice, asks, visits)
    asks["repeat"] = np.where(software, 1 + (mixed(asks["at"] * 4093 + account) >> 1), 0)
    asks["care_follows"] = _care(dice, asks["proof"]) & ~missed
    return asks


def retried(dice: np.random.Generator, asks: Asks, chance: float) -> Asks:
    """What software asks again, seconds later and with the same key, because no answer came in time."""
    first = asks[(asks["repeat"] != 0) & (dice.random(len(asks)) < chance)]
    once = _later(dice, first)
    twice = _later(dice, once[dice.random(len(once)) < figure("slips", "retry_again")])
    return np.concatenate([once, twice])


def _later(dice: np.random.Generator, asks: Asks) -> Asks:
    again = asks.copy()
    least, most = figures("slips", "retry_seconds")
    again["at"] += (dice.uniform(least, most, len(asks)) * agenda.SECOND).astype(np.int64)
    return again


def _purposes(plan: Plan, dice: np.random.Generator, account: Ints) -> NDArray[np.int8]:
    admitted = dice.random(len(account)) < figure("admission", "share")
    desk = (plan.cast.profession[account] == _DESK) & ~plan.cast.batch[account]
    return np.where(desk & admitted, PURPOSES.index("admission"), PURPOSES.index("rights")).astype(np.int8)


def _reasons(dice: np.random.Generator, proof: NDArray[np.int8]) -> NDArray[np.int8]:
    shares = np.array([figure("present", reason) for reason in PRESENT])
    return np.where(proof == PATIENT_PRESENT, dice.choice(len(PRESENT), len(proof), p=shares), -1)


def _places(plan: Plan, dice: np.random.Generator, day: date, visits: Visits) -> tuple[Ints, Ints]:
    """Networks and devices. Who moves is on one network for an hour, not for a question."""
    cast, account = plan.cast, visits["account"]
    number = min(max((day - plan.first).days, 0), plan.length - 1)
    hour = np.clip((visits["at"] - agenda.begins(day)) // (60 * agenda.MINUTE), 0, _HOURS - 1)
    moving = dice.random((cast.size, _HOURS))[account, hour] < _on_the_move(plan)[account]
    at_home = dice.random((cast.size, _HOURS))[account, hour] < _from_home(plan)[account]
    network = plan.addresses[number, cast.organisation[account]]
    network = np.select([moving, at_home], [cast.mobile[account], cast.home[account]], network)
    device = plan.devices[number, _whose_device(plan, dice)[account]]
    return network, device


def _on_the_move(plan: Plan) -> NDArray[np.float64]:
    shares = by_profession("on_the_move")[plan.cast.profession]
    return np.where(plan.cast.mobile >= 0, shares, 0.0)


def _from_home(plan: Plan) -> NDArray[np.float64]:
    return by_profession("from_home")[plan.cast.profession]


def _whose_device(plan: Plan, dice: np.random.Generator) -> Ints:
    """Today some sit at a colleague's device."""
    cast = plan.cast
    accounts = np.arange(cast.size)
    beside = np.where(np.append(cast.organisation[1:], -1) == cast.organisation, accounts + 1, accounts - 1)
    beside = np.maximum(beside, 0)
    colleague = (cast.organisation[beside] == cast.organisation) & (cast.mobile < 0) & ~cast.batch
    swap = colleague & ~cast.batch[beside] & (dice.random(cast.size) < figure("connection", "other_desk"))
    return np.where(swap, beside, accounts)


def _name(plan: Plan, dice: np.random.Generator, asks: Asks, visits: Visits) -> Flags:
    """Write the numbers. True where somebody mistyped; a number that nobody bears may still bring care."""
    numbers = plan.population.numbers[visits["person"]].copy()
    wrong = visits["kind"] == WRONG
    unknown = visits["stranger"] & ~wrong & (dice.random(len(visits)) < figure("slips", "unknown_number"))
    digits = dice.random(len(visits)) < figure("slips", "order_digit")
    other = dice.integers(1, 999, len(visits))
    order = wrong & digits | unknown
    numbers["order"] = np.where(order, (numbers["order"] + other - 1) % 999 + 1, numbers["order"])
    commune = (numbers["commune"] + 10 * dice.integers(1, 10, len(visits)) - 1) % 999 + 1
    numbers["commune"] = np.where(wrong & ~digits, commune, numbers["commune"])
    # Somebody may bear the wrong number, but was not born on the day that was typed.
    name_numbers(asks, numbers, np.where(wrong | unknown, -1, visits["person"]))
    return np.asarray(wrong)


def _care(dice: np.random.Generator, proof: NDArray[np.int8]) -> Flags:
    chance = np.where(proof == CARD, figure("care", "with_card"), figure("care", "without_card"))
    return np.asarray(dice.random(len(proof)) < chance)
