"""Persons asked for without a card at hours at which nobody in the account's organisation works.

Its hours are learned from cards and from patients it knows: what an intruder asks teaches nothing. Not to
be taken for it: night duty and hospitals (cards are read there at night), their software's early batch.
Without a history, or without an organisation, nothing is said.
"""

from typing import Any

import numpy as np

from rempart.detection.detector import Detector, Family, Limit, loop
from rempart.detection.entries import DAY, HOUR, KNOWN
from rempart.detection.loops import is_new
from rempart.detection.recall import is_bare, is_carded
from rempart.vocabulary.words import RestrictionKind

_SLOTS = 72
"""Hours of a weekday, of a Saturday, of a Sunday."""
_STATE = np.dtype(
    [
        ("hours", "u1", (_SLOTS,)),
        ("halved", "i8"),
        ("first", "i8"),
        ("cards", "i8"),
        ("since", "i8"),
        ("persons", "i8"),
        ("told", "i8"),
        ("quiet_until", "i8"),
        ("recent", "i8", (8,)),
    ]
)
_PERSONS, _WITHIN, _DAYS, _CARDS, _QUIET = range(5)
_HALVED_AFTER = 28 * DAY
_MOST = 255


@loop
def _slot_of(at: int) -> int:
    """Winter time in metropolitan France; summer's hour more is within the hour that is allowed for."""
    hours = at // HOUR + 1
    weekday = (hours // 24 + 3) % 7
    return max(weekday - 4, 0) * 24 + hours % 24


@loop
def _learn(one: Any, place: int, at: int) -> None:
    if one.first == 0:
        one.first = at
    one.cards += 1
    if at - one.halved > _HALVED_AFTER:
        for k in range(_SLOTS):
            one.hours[k] //= 2
        one.halved = at
    if one.hours[place] < _MOST:
        one.hours[place] += 1


@loop
def _works(hours: Any, place: int) -> bool:
    """At this hour, the one before or the one after."""
    day, hour = place // 24 * 24, place % 24
    around = hours[day + (hour + 23) % 24] > 0 or hours[day + (hour + 1) % 24] > 0
    return bool(around or hours[place] > 0)


@loop
def _is_night(its: Any, entry: Any, place: int, limits: Any) -> bool:
    """Its hours are known, and this is none of them."""
    learned = its.cards >= limits[_CARDS] and entry.at - its.first >= limits[_DAYS] * DAY
    return bool(learned and not _works(its.hours, place))


@loop
def see(entries: Any, index: Any, state: Any, table: Any, limits: Any, out: Any) -> int:  # noqa: ARG001
    """The hours at which organisations read cards; persons asked for outside of them, by which account."""
    n = 0
    for i in range(len(entries)):
        entry = entries[i]
        if index[i] < 0 or entry.account == 0:
            continue
        its, place = state[index[i]], _slot_of(entry.at)
        if is_carded(entry) or entry.proof == KNOWN:
            _learn(its, place, entry.at)
        if (
            not is_bare(entry)
            or not _is_night(its, entry, place, limits)
            or not is_new(its.recent, entry.person)
        ):
            continue
        if entry.at - its.since > limits[_WITHIN] * HOUR:
            its.since, its.persons = entry.at, 0
        its.persons += 1
        told = entry.account == its.told and entry.at < its.quiet_until
        if its.persons < limits[_PERSONS] or told:
            continue
        its.told, its.quiet_until = entry.account, entry.at + int(limits[_QUIET] * HOUR)
        out[n].place, out[n].account = i, entry.account
        out[n].facts[0], out[n].facts[1], out[n].facts[2] = its.persons, place % 24, its.cards
        n += 1
    return n


DETECTOR = Detector(
    name="off_hours",
    family=Family.RHYTHM,
    key="organisation",
    state=_STATE,
    limits={
        "persons": Limit(
            5, "persons", "an urgent call or two at night are honest; five without one card are not"
        ),
        "within": Limit(12, "h", "one night, or one day of a weekend", "lower"),
        "days": Limit(14, "days", "two of each day of the week; before that, nothing is known"),
        "cards": Limit(40, "cards or known patients", "fewer leave honest hours empty by chance"),
        "quiet": Limit(12, "h", "once a night"),
    },
    facts=("night", "hour", "learned"),
    leads_to=RestrictionKind.STEP_UP,
    weight=20,
    title={"fr": "Hors des heures de travail", "en": "Outside working hours"},
    sentence={
        "fr": "{night} personnes demandées sans carte vers {hour} h : cette structure ne travaille pas"
        " alors ({learned} patients connus ou avec carte à d’autres heures).",
        "en": "{night} persons asked for without a card around {hour}:00: this organisation does not work"
        " then ({learned} patients known or with a card at other hours).",
    },
    benign={
        "fr": "Une première garde sans lecteur de carte, des téléconsultations le soir.",
        "en": "A first night duty without a card reader, tele-consultations in the evening.",
    },
    see=see,
)
