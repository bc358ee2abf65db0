"""Numbers that nobody bears: somebody guesses, on one account or spread over an organisation's.

Not to be taken for it: typing errors (one to three in a hundred, and the right number follows), a patient
whom no insurer here covers, the same wrong number tried again.
"""

from typing import Any

import numpy as np

from rempart.detection.detector import Detector, Family, Limit, loop
from rempart.detection.entries import BY_CARD, DAY, HOUR, NOT_FOUND
from rempart.detection.loops import is_new
from rempart.detection.recall import row_of
from rempart.vocabulary.words import RestrictionKind

_STATE = np.dtype(
    [
        ("score", "f8"),
        ("missed", "i8"),
        ("misses", "i8"),
        ("tries", "i8"),
        ("quiet_until", "i8"),
        ("recent", "i8", (16,)),
    ]
)
_TABLE = np.dtype(
    [("key", "i8"), ("at", "i8"), ("score", "f8"), ("missed", "i8"), ("misses", "i8"), ("tries", "i8")]
)
_MISSES, _CREDIT, _SHARED, _OWN, _DAYS, _QUIET = range(6)


@loop
def _note(one: Any, missed: int, at: int, limits: Any) -> None:
    """A miss counts one, a hit takes a little off; at nought, or days after a miss, all begins anew."""
    if one.score <= 0 or at - one.missed > limits[_DAYS] * DAY:
        one.score, one.misses, one.tries = 0, 0, 0
    if missed:
        one.score += 1
        one.misses += 1
        one.missed = at
    else:
        one.score -= limits[_CREDIT]
    one.tries += 1


@loop
def _ours(table: Any, entry: Any, missed: int, limits: Any) -> float:
    """The organisation's balance with this look-up."""
    place = row_of(table, entry.organisation, entry.at, 0)
    if place < 0:
        place = -1 - place
        table[place].score = 0
    _note(table[place], missed, entry.at, limits)
    return float(table[place].score)


@loop
def see(entries: Any, index: Any, state: Any, table: Any, limits: Any, out: Any) -> int:
    """Each account's balance of misses and hits, and its organisation's."""
    n = 0
    for i in range(len(entries)):
        entry = entries[i]
        if index[i] < 0 or entry.cost <= 0 or entry.proof == BY_CARD:
            continue
        mine = state[index[i]]
        if not is_new(mine.recent, entry.person):
            continue
        missed = entry.reason == NOT_FOUND
        _note(mine, missed, entry.at, limits)
        together = mine.misses
        if entry.organisation != 0:
            together = _ours(table, entry, missed, limits)
        alone = mine.score >= limits[_MISSES]
        shared = together >= limits[_SHARED] and mine.score >= limits[_OWN]
        if missed and (alone or shared) and entry.at >= mine.quiet_until:
            mine.quiet_until = entry.at + int(limits[_QUIET] * HOUR)
            out[n].place, out[n].account = i, entry.account
            out[n].facts[0], out[n].facts[1], out[n].facts[2] = mine.misses, mine.tries, together
            n += 1
    return n


DETECTOR = Detector(
    name="misses",
    family=Family.NUMBERS,
    key="account",
    state=_STATE,
    table=_TABLE,
    table_rows=1 << 15,
    limits={
        "misses": Limit(
            6,
            "misses less credit",
            "at 4 % of typing errors, chance once in four million numbers; at 3, none in a simulated month",
        ),
        "credit": Limit(
            0.25, "misses taken off by a hit", "between honest typing (2 % miss) and a walk with gaps (30 %)"
        ),
        "shared": Limit(
            10, "misses less credit", "the same balance over an organisation: more colleagues, more chance"
        ),
        "own": Limit(
            2, "misses less credit", "a colleague's single typing error is not held against them meanwhile"
        ),
        "days": Limit(7, "days", "a week without a miss begins anew", "lower"),
        "quiet": Limit(6, "h", "one alert an attack; the account is restricted meanwhile"),
    },
    facts=("missed", "tries", "together"),
    leads_to=RestrictionKind.CARD_REQUIRED,
    weight=50,
    title={"fr": "Numéros que personne ne porte", "en": "Numbers that nobody bears"},
    sentence={
        "fr": "{missed} numéros inexistants sur {tries} saisis (solde de la structure : {together}) :"
        " on en attend 1 à 3 sur 100.",
        "en": "{missed} of {tries} numbers typed belong to nobody (the organisation's balance: {together}):"
        " 1 to 3 in 100 are expected.",
    },
    benign={
        "fr": "Les patients d’un organisme dont les droits ne sont pas encore importés.",
        "en": "Patients of an insurer whose records are not imported yet.",
    },
    see=see,
)
