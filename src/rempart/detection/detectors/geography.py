"""Persons without proof who were born where this organisation's patients are not.

Each organisation's mix of departments of birth is learned from look-ups with a card or a known visit; it
holds Paris hospitals, overseas births and a seaside town in August as they are. Tourists bring cards:
each new person with a card from as far away speaks for those without. A bought list does not.
"""

import math
from typing import Any

import numpy as np

from rempart.detection.detector import Detector, Family, Limit, loop
from rempart.detection.entries import HOUR, KNOWN, LOOK_UP
from rempart.detection.recall import is_bare, is_carded, slot
from rempart.vocabulary.words import RestrictionKind

_PLACES = 128
_SUSPECTS = 8
_MOST = 2_000.0
"""Persons after which the past counts half."""
_STATE = np.dtype(
    [
        ("total", "f4"),
        ("mix", "f4", (_PLACES,)),
        ("accounts", "i8", (_SUSPECTS,)),
        ("last", "i8", (_SUSPECTS,)),
        ("quiet", "i8", (_SUSPECTS,)),
        ("score", "f4", (_SUSPECTS,)),
        ("persons", "i4", (_SUSPECTS,)),
        ("far", "i4", (_SUSPECTS,)),
    ]
)
"""One record an organisation; each of its accounts that asked last has a score of its own."""
_TABLE = np.dtype([("total", "f8"), ("mix", "f8", (_PLACES,))])
"""The whole platform's mix, learned alike."""


@loop
def _place(department: int) -> int:
    """1 to 95, Corsica 96 and 97, overseas from 98, abroad 127; -1: not known."""
    if 201 <= department <= 202:  # noqa: PLR2004
        return department - 105
    if 971 <= department <= 989:  # noqa: PLR2004
        return department - 873
    if department == 99 or department >= 990:  # noqa: PLR2004
        return _PLACES - 1
    return department if 0 < department <= 95 else -1  # noqa: PLR2004


@loop
def _learn(mix: Any, place: int, most: float) -> None:
    if mix.total >= most:
        mix.mix[:] /= 2
        mix.total /= 2
    mix.mix[place] += 1
    mix.total += 1


@loop
def see(entries: Any, index: Any, state: Any, table: Any, limits: Any, out: Any) -> int:  # noqa: C901
    """Evidence per account, person by person: how much likelier in France than here; at least 0."""
    quiet = np.int64(limits[4] * HOUR)
    france = table[0]
    n = 0
    for i in range(len(entries)):
        entry = entries[i]
        place = _place(entry.department)
        if entry.kind != LOOK_UP or index[i] < 0 or place < 0 or entry.account == 0:
            continue
        here = state[index[i]]
        carded, bare = is_carded(entry), is_bare(entry)
        shows = entry.cost > 0 and here.total >= limits[2] and france.total >= limits[3]
        if (carded or bare) and shows:
            local = (here.mix[place] + (place == _place(entry.home))) / (here.total + 1)
            anywhere = (france.mix[place] + 1) / (france.total + _PLACES)
            says = math.log(anywhere / ((1 - limits[1]) * local + limits[1] * anywhere))
            k = slot(here.accounts, here.last, entry.account, entry.at)
            if k < 0:
                k = -1 - k
                here.score[k], here.quiet[k] = 0, 0
            if here.score[k] == 0:
                here.persons[k], here.far[k] = 0, 0
            if carded:
                says = -max(says, 0.0)
            here.score[k] = max(0.0, here.score[k] + says)
            here.persons[k] += bare
            here.far[k] += bare and says > 0
            if bare and here.score[k] >= limits[0] and entry.at >= here.quiet[k]:
                out[n].place, out[n].account = i, entry.account
                out[n].facts[0], out[n].facts[1] = here.far[k], here.persons[k]
                n += 1
                here.quiet[k], here.score[k] = entry.at + quiet, 0
        if entry.hit == 1 and (carded or entry.proof == KNOWN):
            _learn(here, place, _MOST)
            _learn(france, place, 1e6)
    return n


DETECTOR = Detector(
    name="geography",
    family=Family.CONTEXT,
    key="organisation",
    state=_STATE,
    table=_TABLE,
    limits={
        "evidence": Limit(
            10,
            "natural logarithm of odds",
            "22,000 to 1: every person without proof of a simulated honest month stays below",
        ),
        "travellers": Limit(
            0.35,
            "share",
            "of persons without proof who may come from anywhere: a station, a seaside in August",
        ),
        "learned": Limit(100, "persons with card", "from then on a mix of departments is steady"),
        "france": Limit(1000, "persons with card", "on the whole platform: about ten a department"),
        "quiet": Limit(24, "hours", "a day is enough for a card"),
    },
    facts=("far", "persons"),
    leads_to=RestrictionKind.STEP_UP,
    weight=30,
    title={"fr": "Patients d’ailleurs", "en": "Patients from elsewhere"},
    sentence={
        "fr": "{far} des {persons} dernières personnes consultées sans preuve sont nées dans des départements"
        " rares parmi les patients de cet organisme, et presque personne n’en est venu avec sa carte.",
        "en": "{far} of the last {persons} persons looked up without proof were born in departments that are"
        " rare among this organisation's patients, and hardly anybody came from there with a card.",
    },
    benign={
        "fr": "Un congrès ou une colonie de vacances, le jour d’une panne de lecteur.",
        "en": "A congress or a holiday camp, on the day the card reader fails.",
    },
    see=see,
)
