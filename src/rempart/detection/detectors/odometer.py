"""More persons without a card than an account and its profession need, however slowly: the floor under all.

What is needed trickles away day by day; the rest adds up, and a month is as visible as a second. Not to be
taken for it: a card reader broken for two days, a busy season (the account's own habit moves along).
"""

from typing import Any

import numpy as np

from rempart.detection.detector import Detector, Family, Limit, loop
from rempart.detection.entries import DAY, PROFESSIONS
from rempart.detection.loops import is_new
from rempart.detection.recall import is_bare
from rempart.vocabulary.words import RestrictionKind

_MONTH = 30
_STATE = np.dtype(
    [
        ("level", "f8"),
        ("next", "f8"),
        ("at", "i8"),
        ("day", "i8"),
        ("days", "i8"),  # on which the account worked
        ("habit", "f8"),  # unproven persons on such a day
        ("persons", "i4", (_MONTH,)),
        ("recent", "i8", (32,)),
    ]
)
(_PERSONS, _SPARE, _FACTOR, _DEEP, _OFFICE, _HOSPITAL, _SETTLED, _SLOWLY, _IN_MONTH, _MONTH_FACTOR) = range(
    10
)
_CALM = 0.5
"""Below half of what signals, the next signal needs no more than the first."""
_HOSPITAL_DESK = PROFESSIONS["hospital_desk"]


@loop
def _learn(mine: Any, limits: Any) -> None:
    """A day of work is over. Once settled, a habit grows slowly: nobody teaches it an attack."""
    persons = float(mine.persons[mine.day % _MONTH])
    if mine.days >= limits[_SETTLED]:
        persons = min(persons, limits[_FACTOR] * mine.habit + 1)
    mine.days += 1
    mine.habit += (persons - mine.habit) / min(float(mine.days), limits[_SLOWLY])


@loop
def _turn(mine: Any, at: int, limits: Any) -> None:
    """Days that have begun since the last entry."""
    day = at // DAY
    if mine.day == 0:
        mine.day = day
    if day > mine.day:
        _learn(mine, limits)
        for one in range(max(mine.day + 1, day - _MONTH + 1), day + 1):
            mine.persons[one % _MONTH] = 0
        mine.day = day


@loop
def _usual(mine: Any, profession: int, limits: Any) -> float:
    """The account's own habit; until it has one, its profession's."""
    if mine.days >= limits[_SETTLED]:
        return float(mine.habit)
    return float(limits[_HOSPITAL] if profession == _HOSPITAL_DESK else limits[_OFFICE])


@loop
def see(entries: Any, index: Any, state: Any, table: Any, limits: Any, out: Any) -> int:  # noqa: ARG001
    """A bucket for each account that leaks what is needed."""
    n = 0
    for i in range(len(entries)):
        entry = entries[i]
        if index[i] < 0 or entry.cost <= 0:
            continue
        mine = state[index[i]]
        _turn(mine, entry.at, limits)
        if not is_bare(entry) or not is_new(mine.recent, entry.person):
            continue
        usual = _usual(mine, entry.profession, limits)
        leak = limits[_SPARE] + limits[_FACTOR] * usual
        mine.level = max(mine.level - leak * max(entry.at - mine.at, 0) / DAY, 0) + 1
        mine.at = max(entry.at, mine.at)
        mine.persons[mine.day % _MONTH] += 1
        month = mine.persons.sum()
        full = mine.level / max(limits[_PERSONS], limits[_DEEP] * usual)
        full = max(full, month / max(limits[_IN_MONTH], limits[_MONTH_FACTOR] * usual))
        if full < _CALM:
            mine.next = 0
        if full < max(1.0, mine.next):
            continue
        mine.next = 2 * full
        out[n].place, out[n].account = i, entry.account
        out[n].facts[0], out[n].facts[1] = mine.persons[mine.day % _MONTH], month
        out[n].facts[2] = usual
        n += 1
    return n


DETECTOR = Detector(
    name="odometer",
    family=Family.RHYTHM,
    key="account",
    state=_STATE,
    limits={
        "persons": Limit(
            25, "persons", "two days of a pharmacy without a card reader leave 10 (45 look-ups a day)"
        ),
        "spare": Limit(
            3, "persons a day", "honest accounts ask for 1 or 2 a day without a card (honest days)"
        ),
        "factor": Limit(1.5, "times the usual day", "Mondays and the flu of winter together: 1.44"),
        "deep": Limit(
            2.5,
            "usual days",
            "of 2,000 simulated accounts with a broken reader for two days, desks alone pass it",
        ),
        "office": Limit(
            2, "persons a day", "the highest mean of a profession but hospitals is 1.5 (honest days)"
        ),
        "hospital": Limit(
            60, "persons a day", "a desk asks for 15 to 20, a morning batch for up to 90 (honest days)"
        ),
        "settled": Limit(10, "days of work", "two weeks make a habit; until then the profession's holds"),
        "slowly": Limit(
            40, "days of work", "clipped days move a habit by less than 2 % a day: longer than a month"
        ),
        "month": Limit(
            120,
            "persons in 30 days",
            "three times what honest accounts ask for; hospitals follow their habit",
        ),
        "month_factor": Limit(45, "usual days", "a month has 26 days of work at most"),
    },
    facts=("today", "in_month", "usually"),
    leads_to=RestrictionKind.STEP_UP,
    weight=20,
    title={"fr": "Compteur de personnes", "en": "Odometer of persons"},
    sentence={
        "fr": "{today} personnes demandées sans carte ce jour, {in_month} en 30 jours ;"
        " d’ordinaire {usually} par jour.",
        "en": "{today} persons asked for without a card on this day, {in_month} in 30 days;"
        " usually {usually} a day.",
    },
    benign={
        "fr": "Un lecteur de carte en panne plusieurs jours, une journée de vaccination.",
        "en": "A card reader broken for days, a vaccination day.",
    },
    see=see,
)
