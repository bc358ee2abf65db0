"""Persons asked for without a card at hours at which neither the account nor its organisation works.

An account's hours are learned from the cards it reads: what an intruder asks teaches nothing. Not to be
taken for it: night duty and hospitals (cards are read there at night), an account without a history.
"""

from typing import Any

import numpy as np

from rempart.detection.detector import Detector, Family, Limit, loop
from rempart.detection.entries import DAY, HOUR
from rempart.detection.loops import is_new
from rempart.detection.recall import is_bare, is_carded, row_of
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
        ("quiet_until", "i8"),
        ("recent", "i8", (8,)),
    ]
)
_TABLE = np.dtype(
    [
        ("key", "i8"),
        ("at", "i8"),
        ("hours", "u1", (_SLOTS,)),
        ("halved", "i8"),
        ("first", "i8"),
        ("cards", "i8"),
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
def _ours(table: Any, entry: Any) -> int:
    """The organisation's row; an account without one is its own."""
    place = row_of(table, entry.organisation if entry.organisation != 0 else -entry.account, entry.at, 0)
    if place < 0:
        place = -1 - place
        table[place].hours[:] = 0
    return place


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
    return hours[day + (hour + 23) % 24] > 0 or hours[place] > 0 or hours[day + (hour + 1) % 24] > 0


@loop
def see(entries: Any, index: Any, state: Any, table: Any, limits: Any, out: Any) -> int:
    """The hours at which accounts and organisations read cards; persons asked for outside of them."""
    n = 0
    for i in range(len(entries)):
        entry = entries[i]
        carded = is_carded(entry)
        if index[i] < 0 or not (carded or is_bare(entry)):
            continue
        mine, ours, place = state[index[i]], table[_ours(table, entry)], _slot_of(entry.at)
        if carded:
            _learn(ours, place, entry.at)
            _learn(mine, place, entry.at)
            continue
        learned = mine.cards >= limits[_CARDS] and entry.at - mine.first >= limits[_DAYS] * DAY
        works = _works(mine.hours, place) or _works(ours.hours, place)
        if not learned or works or not is_new(mine.recent, entry.person):
            continue
        if entry.at - mine.since > limits[_WITHIN] * HOUR:
            mine.since, mine.persons = entry.at, 0
        mine.persons += 1
        if mine.persons < limits[_PERSONS] or entry.at < mine.quiet_until:
            continue
        mine.quiet_until = entry.at + int(limits[_QUIET] * HOUR)
        out[n].place, out[n].account = i, entry.account
        out[n].facts[0], out[n].facts[1], out[n].facts[2] = mine.persons, place % 24, mine.cards
        n += 1
    return n


DETECTOR = Detector(
    name="off_hours",
    family=Family.RHYTHM,
    key="account",
    state=_STATE,
    table=_TABLE,
    table_rows=1 << 14,
    limits={
        "persons": Limit(
            5, "persons", "an urgent call or two at night are honest; five without one card are not"
        ),
        "within": Limit(12, "h", "one night, or one day of a weekend", "lower"),
        "days": Limit(14, "days", "two of each day of the week; before that, nothing is known"),
        "cards": Limit(40, "cards read", "fewer leave honest hours empty by chance"),
        "quiet": Limit(12, "h", "once a night"),
    },
    facts=("night", "hour", "learned"),
    leads_to=RestrictionKind.STEP_UP,
    weight=20,
    title={"fr": "Hors des heures de travail", "en": "Outside working hours"},
    sentence={
        "fr": "{night} personnes demandées sans carte vers {hour} h, heure à laquelle ni ce compte"
        " ({learned} cartes lues à d’autres heures) ni sa structure ne travaillent.",
        "en": "{night} persons asked for without a card around {hour}:00, when neither this account"
        " ({learned} cards read at other hours) nor its organisation works.",
    },
    benign={
        "fr": "Une première garde sans lecteur de carte, des téléconsultations le soir.",
        "en": "A first night duty without a card reader, tele-consultations in the evening.",
    },
    see=see,
)
