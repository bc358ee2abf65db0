"""An account far above its profession: persons asked for without proof on one day.

The profession's own days say what is usual, account by account and day by day, in a small histogram that
forgets. A busy station's optician stands above its profession every day: it is measured against itself too.
"""

from typing import Any

import numpy as np

from rempart.detection.detector import Detector, Family, Limit, loop
from rempart.detection.entries import DAY, LOOK_UP
from rempart.detection.recall import is_bare
from rempart.vocabulary.words import RestrictionKind

_BINS = 256
_STATE = np.dtype(
    [("day", "i4"), ("persons", "i4"), ("days", "f4"), ("total", "f4"), ("told", "i4"), ("counted", "i1")]
)
_TABLE = np.dtype([("day", "i4"), ("peers", "i4"), ("days", "f4", (_BINS,))])
"""One row a profession: how many account-days had so many persons."""
_KEPT = 0.95
"""Of the past, each day: half a month later half of it counts."""


@loop
def _usual(days: Any, share: float) -> int:
    """The number of persons that this share of account-days does not pass."""
    wanted = share * days.sum()
    so_far = 0.0
    for persons in range(_BINS):
        so_far += days[persons]
        if so_far >= wanted:
            return persons
    return _BINS - 1


@loop
def _close(mine: Any, peers: Any, today: int) -> None:
    """An account's day is over: its profession and the account itself learn it, unless it was an alarm."""
    peers.days[:] *= _KEPT ** max(0, today - peers.day)
    peers.day = max(peers.day, today)
    kept = _KEPT ** (today - mine.day)
    mine.days, mine.total = mine.days * kept, mine.total * kept
    if mine.told != mine.day:
        peers.days[min(mine.persons, _BINS - 1)] += 1
        mine.days, mine.total = mine.days + 1, mine.total + mine.persons
    peers.peers += 1 - mine.counted
    mine.counted = 1


@loop
def see(entries: Any, index: Any, state: Any, table: Any, limits: Any, out: Any) -> int:
    """Today's persons of each account against what its profession, and it, had on earlier days."""
    n = 0
    for i in range(len(entries)):
        entry = entries[i]
        if entry.kind != LOOK_UP or index[i] < 0 or entry.profession <= 0:
            continue
        mine, peers = state[index[i]], table[entry.profession]
        today = entry.at // DAY
        if mine.day < today:
            if mine.day > 0:
                _close(mine, peers, today)
            mine.day, mine.persons = today, 0
        if not is_bare(entry):
            continue
        mine.persons += 1
        if mine.persons < limits[0] or mine.told == today or peers.peers < limits[4]:
            continue
        usual = _usual(peers.days, limits[2])
        own = mine.total / mine.days if mine.days > 0 else 0.0
        if mine.persons >= limits[1] * usual and mine.persons >= limits[3] * own:
            out[n].place, out[n].account = i, entry.account
            out[n].facts[0], out[n].facts[1], out[n].facts[2] = mine.persons, usual, own
            n += 1
            mine.told = today
    return n


DETECTOR = Detector(
    name="peers",
    family=Family.CONTEXT,
    key="account",
    state=_STATE,
    table=_TABLE,
    table_rows=32,
    limits={
        "persons": Limit(15, "persons", "below it a day is small whatever others do"),
        "times": Limit(
            3, "times the usual", "no simulated honest day stands three times above its profession"
        ),
        "share": Limit(0.95, "share of days", "a few hijacked accounts among the peers do not move it"),
        "own": Limit(3, "times its own mean", "a steady place without a card reader is no attack"),
        "peers": Limit(20, "accounts", "with fewer a profession shows no distribution"),
    },
    facts=("today", "usual", "mean"),
    leads_to=RestrictionKind.STEP_UP,
    weight=40,
    title={"fr": "Loin au-dessus de sa profession", "en": "Far above its profession"},
    sentence={
        "fr": "{today} personnes consultées sans preuve aujourd’hui ; dans cette profession, 95 % des"
        " journées n’en comptent pas plus de {usual}, et ce compte {mean} en moyenne.",
        "en": "{today} persons looked up without proof today; in this profession 95% of days have no more"
        " than {usual}, and this account {mean} on average.",
    },
    benign={
        "fr": "Une panne de lecteur un jour d’affluence, une campagne de vaccination.",
        "en": "A card reader's outage on a busy day, a vaccination campaign.",
    },
    see=see,
)
