"""What attackers have in common: when they ask, what they do when refused, when they give an account up."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import repeat
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from rempart.containment.rules.decide import LASTS
from rempart.detection.entries import REASONS
from rempart.drills.attacks.attack import DAY, HOUR, MINUTE, SECOND, Attacker, Move, Script
from rempart.drills.honest import agenda
from rempart.drills.honest.asks import PATIENT_PRESENT, PRESENT
from rempart.drills.honest.assumptions import figure
from rempart.drills.world_asks import Decisions

Wanted = int | np.void
"""A person (place) or a number (`NUMBER`)."""
Seat = Mapping[str, Any]
"""From where an account is used: `network`, `device`, `channel`, as `Attacker.ask` takes them."""

HERE: Seat = {}
"""The owner's own computer: a programme runs on it, or the owner is the attacker."""
_HELD = {REASONS[kind]: round(lasts.total_seconds() * SECOND) for kind, lasts in LASTS.items()}
_LIMITED = frozenset(
    REASONS[word] for word in ("limit_account", "limit_organisation", "limit_network", "breaker", "assurance")
)
_EMERGENCY = PRESENT.index("emergency")
_AGAIN = 4 * SECOND
_FRANCE = ZoneInfo("Europe/Paris")
_NOON, _SATURDAY = 12, 5


# ------------------------------------------------------------------------------------- how it asks


def read(
    me: Attacker,
    account: int,
    wanted: Iterable[Wanted],
    moments: Iterable[int],
    seats: Iterable[Seat] = repeat(HERE),
    *,
    patient: bool = False,
) -> Script:
    """Ask about one after another with one account.

    At a limit it says that the patient is present, then waits for as long as it was told. Stopped, it uses
    that overdraft up and gives the account up; a patient attacker knows how long detectors' restrictions
    last, asks on with what the overdraft gives, and is back when they have ended.
    """
    times, held, free = iter(moments), 0, 0
    for one, seat in zip(wanted, seats, strict=False):
        at = next((moment for moment in times if moment >= free), None)
        if at is None:
            return
        if at >= held:
            told = yield about(me, at, account, one, seat)
            reason, wait = int(told["reason"][0]), int(told["retry_after"][0])
            if reason not in _HELD and reason not in _LIMITED:
                continue
            held = at + _HELD.get(reason, 0)
            free = at + max(wait, 1) * SECOND
            at += _AGAIN
        told = yield about(me, at, account, one, seat, proof=PATIENT_PRESENT, present=_EMERGENCY)
        if told["disclosed"][0]:
            free = at + SECOND
        elif at < held:
            if not patient:
                return
            free = at + HOUR
        else:
            free = max(free, at + SECOND)


def about(me: Attacker, at: int, account: int, one: Wanted, seat: Seat = HERE, **how: Any) -> Move:
    """One look-up of a person or of a number."""
    if isinstance(one, np.void):
        return me.ask(at, account, number=np.array([one]), **seat, **how)
    return me.ask(at, account, int(one), **seat, **how)


def elsewhere(me: Attacker, channel: str = "api") -> Seat:
    """One place of the attacker's own: address and, on pages, device."""
    return {"network": me.new_network(), "device": me.new_device(), "channel": channel}


def stopped(told: Decisions) -> bool:
    """A restriction holds, or the account is new to its device."""
    return int(told["reason"][0]) in _HELD


# ----------------------------------------------------------------------------------------- when


def machine(start: int, seconds: float) -> Iterator[int]:
    """Like clockwork."""
    step = round(seconds * SECOND)
    while True:
        yield start
        start += step


def drawn(me: Attacker, start: int, seconds: float, spread: float = 0.6) -> Iterator[int]:
    """Pauses drawn as hands make them: lognormal around a median, never below what a form takes."""
    while True:
        yield start
        pause = max(figure("pace", "least"), seconds * me.dice.lognormal(0, spread))
        start += round(pause * SECOND)


def days(me: Attacker) -> Iterator[date]:
    """The days of the attack."""
    day = datetime.fromtimestamp((me.start + _NOON * HOUR) / SECOND, UTC).astimezone(_FRANCE).date()
    while agenda.begins(day) < me.ends:
        yield day
        day += timedelta(days=1)


def office(me: Attacker, account: int, a_day: float) -> Iterator[int]:
    """So many moments a day, at the hours at which the account's owner works."""
    for day in days(me):
        opens = me.plan.cast.works[account, day.weekday()].astype(np.int64)
        spans = [(opens[n], opens[n + 1]) for n in (0, 2) if 0 <= opens[n] < opens[n + 1]]
        if spans and not agenda.is_holiday(day):
            yield from _within(me, agenda.begins(day), spans, a_day)


def _within(me: Attacker, midnight: int, spans: list[tuple[int, int]], a_day: float) -> Iterator[int]:
    """Moments in these minutes of a day, in order, a form's length apart."""
    lengths = np.array([closes - opens for opens, closes in spans])
    begins = np.cumsum(lengths) - lengths
    points = np.sort(me.dice.random(int(a_day + me.dice.random()))) * lengths.sum()
    last = 0
    for point in points:
        span = int(np.searchsorted(begins, point, side="right")) - 1
        at = midnight + round((spans[span][0] + point - begins[span]) * MINUTE)
        last = max(at, last + round(figure("pace", "least") * SECOND))
        yield last


def beside_the_owner(me: Attacker, account: int, a_day: int) -> Iterator[int]:
    """Shortly after what the owner asks: the owner's hours, the owner's rhythm."""
    mine = np.sort(me.owners["at"][me.owners["account"] == account])
    for _, of_day in _by_day(mine):
        chosen = np.sort(me.dice.choice(of_day, min(a_day, len(of_day)), replace=False))
        for at in chosen:
            yield int(at) + round(me.dice.uniform(8, 25) * SECOND)


def _by_day(moments: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    for day in np.unique(moments // DAY):
        yield int(day), moments[moments // DAY == day]


def saturday(me: Attacker) -> int:
    """Midnight before the first Saturday of the attack; its first moment if there is none."""
    return next((agenda.begins(day) for day in days(me) if day.weekday() == _SATURDAY), me.start)


def morning(me: Attacker, hour: float = 9.0) -> int:
    """Some time of the first day."""
    return me.start + round(hour * HOUR)
