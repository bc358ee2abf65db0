"""A decoy record was looked up: nobody who treats patients asks for a person who does not exist.

A typing error may meet one: its number *and* its birth date would have to fit. So the card is asked for,
and nothing more on this evidence alone.
"""

from typing import Any

import numpy as np

from rempart.detection.detector import Detector, Family, Limit, loop
from rempart.detection.entries import DAY, LOOK_UP
from rempart.vocabulary.words import RestrictionKind

_STATE = np.dtype([("person", "i8"), ("at", "i8"), ("touched", "i4")])


@loop
def see(entries: Any, index: Any, state: Any, table: Any, limits: Any, out: Any) -> int:  # noqa: ARG001
    """The last decoy of each account: asking for it again says nothing new."""
    n = 0
    for i in range(len(entries)):
        entry = entries[i]
        if entry.decoy != 1 or entry.kind != LOOK_UP or index[i] < 0:
            continue
        mine = state[index[i]]
        if entry.at - mine.at > limits[1] * DAY:
            mine.touched = 0
            mine.person = 0
        if entry.person == mine.person:
            continue
        mine.person, mine.at = entry.person, entry.at
        mine.touched += 1
        if mine.touched >= limits[0]:
            out[n].place, out[n].account = i, entry.account
            out[n].facts[0] = mine.touched
            n += 1
    return n


DETECTOR = Detector(
    name="decoy",
    family=Family.DECOY,
    key="account",
    state=_STATE,
    limits={
        "decoys": Limit(
            1, "decoy records", "no honest work asks for one; a typing error would have to fit a birth date"
        ),
        "days": Limit(30, "days", "the longest window of the budgets"),
    },
    facts=("touched",),
    leads_to=RestrictionKind.CARD_REQUIRED,
    weight=60,
    title={"fr": "Fiche leurre consultée", "en": "Decoy record looked up"},
    sentence={
        "fr": "{touched} fiche(s) leurre consultée(s) en {days} jours : aucune de ces personnes n’existe.",
        "en": "{touched} decoy record(s) looked up in {days} days: none of these persons exists.",
    },
    benign={
        "fr": "Une faute de frappe qui tombe sur un leurre : numéro et date de naissance devraient convenir.",
        "en": "A typing error that meets a decoy: number and birth date would both have to fit.",
    },
    see=see,
)
