"""Strangers from all over the country, none with a card, none missed: somebody works through a bought list.

Not to be taken for it: a night-duty pharmacy (most cards are read), a locum (the place's patients are
known), a vaccination day (born where the organisation is), a doctor who only ever consults at a distance.
"""

from typing import Any

import numpy as np

from rempart.detection.detector import Detector, Family, Limit, loop
from rempart.detection.entries import BY_CARD, CARE, DAY, PROFESSIONS, UNPROVEN
from rempart.detection.loops import is_among, is_new
from rempart.vocabulary.words import RestrictionKind

_STATE = np.dtype(
    [
        ("score", "f8"),
        ("next", "f8"),
        ("share", "f8"),  # of strangers without a card in all that the account asks, slowly
        ("at", "i8"),
        ("persons", "i8"),
        ("others", "i8"),
        ("recent", "i8", (32,)),
    ]
)
_PERSONS, _HOSPITAL, _CREDIT, _HABIT, _FACTOR, _DAYS = range(6)
_HOSPITAL_DESK = PROFESSIONS["hospital_desk"]
_SLOWLY = 1 / 64
"""So that a list changes an account's habit only when it was long noticed."""


@loop
def _needed(mine: Any, entry: Any, limits: Any) -> float:
    """The score at which to speak: more at a hospital's desk, and where the account always was like this."""
    needed = limits[_HOSPITAL] if entry.profession == _HOSPITAL_DESK else limits[_PERSONS]
    if mine.share > limits[_HABIT]:
        needed *= limits[_FACTOR]
    return float(max(needed, mine.next))


@loop
def _explains(entry: Any) -> bool:
    """Afterwards a card, or care with proof: the person was there."""
    return bool(entry.proof == BY_CARD or (entry.kind == CARE and entry.proof != UNPROVEN))


@loop
def _is_stranger(entry: Any) -> bool:
    """Found, without a card, not born where the organisation is."""
    return bool(entry.proof == UNPROVEN and entry.hit == 1 and entry.department != entry.home)


@loop
def _take_off(mine: Any, credit: float) -> None:
    mine.score -= credit
    mine.others += 1
    if mine.score <= 0:
        mine.score, mine.next, mine.persons, mine.others = 0, 0, 0, 0


@loop
def see(entries: Any, index: Any, state: Any, table: Any, limits: Any, out: Any) -> int:  # noqa: ARG001
    """Each account's strangers without a card, less everybody else whom it serves."""
    n = 0
    for i in range(len(entries)):
        entry = entries[i]
        if index[i] < 0:
            continue
        mine = state[index[i]]
        if _explains(entry) and is_among(mine.recent, entry.person):
            _take_off(mine, limits[_CREDIT])
        if entry.cost <= 0 or entry.department < 0 or entry.home < 0:
            continue
        stranger = _is_stranger(entry)
        if stranger and not is_new(mine.recent, entry.person):
            continue
        mine.share += (stranger - mine.share) * _SLOWLY
        if not stranger or entry.at - mine.at > limits[_DAYS] * DAY:
            _take_off(mine, limits[_CREDIT] if not stranger else mine.score)
        mine.at = max(mine.at, stranger * entry.at)
        mine.score += stranger
        mine.persons += stranger
        if not stranger or mine.score < _needed(mine, entry, limits):
            continue
        mine.next = 2 * mine.score
        out[n].place, out[n].account = i, entry.account
        out[n].facts[0], out[n].facts[1] = mine.persons, mine.others
        n += 1
    return n


DETECTOR = Detector(
    name="bought_list",
    family=Family.CARE,
    key="account",
    state=_STATE,
    limits={
        "persons": Limit(
            8,
            "strangers less credit",
            "at 4, two signals in 60,000 simulated honest days; at 5, none",
        ),
        "hospital": Limit(16, "strangers less credit", "desks read 6 cards in 10 and see patients from afar"),
        "credit": Limit(
            1, "strangers taken off by anybody else", "honest work has more of these than of those"
        ),
        "habit": Limit(
            0.5, "share of strangers", "only who consults at a distance asks for so many", "lower"
        ),
        "factor": Limit(4, "times", "whoever always was like this is held to a larger figure"),
        "days": Limit(7, "days", "a slower list is the odometer’s", "lower"),
    },
    facts=("strangers", "others"),
    leads_to=RestrictionKind.CARD_REQUIRED,
    weight=20,
    title={"fr": "Liste achetée", "en": "Bought list"},
    sentence={
        "fr": "{strangers} personnes jamais venues, nées hors du département, toutes trouvées, sans carte ni"
        " passage depuis ; {others} autre(s) patient(s) entre-temps.",
        "en": "{strangers} persons who never came here, born outside the department, all found, without a"
        " card or a visit since; {others} other patient(s) meanwhile.",
    },
    benign={
        "fr": "Un premier jour de téléconsultations, un centre de santé d’étudiants venus de partout.",
        "en": "A first day of tele-consultations, a health centre of students from everywhere.",
    },
    see=see,
)
