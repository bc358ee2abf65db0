"""Look-ups without a card that nothing ever explains: no card later, no claim with proof, for weeks.

Runs once a source of care evidence is connected. A claim without proof explains nothing: who files false
claims would explain their own look-ups away. Not to be taken for it: patients who do not come back (one in
five), claims that are late (the wait is longer than usual delays).
"""

from typing import Any

import numpy as np

from rempart.detection.detector import Detector, Family, Limit, loop
from rempart.detection.entries import BY_CARD, CARE, DAY, UNPROVEN
from rempart.detection.loops import within
from rempart.detection.recall import is_bare
from rempart.vocabulary.words import RestrictionKind

_KEPT = 48
"""Days: those that still wait, and those that are judged."""
_STATE = np.dtype(
    [
        ("account", "i8"),
        ("day", "i8"),
        ("judged", "i8"),
        ("quiet_until", "i8"),
        ("asked", "i4", (_KEPT,)),
        ("explained", "i4", (_KEPT,)),
    ]
)
_TABLE = np.dtype([("key", "i8"), ("at", "i8"), ("account", "i8"), ("place", "i8")])
_PERSONS, _SHARE, _DAYS, _QUIET = range(4)


@loop
def _place(table: Any, key: int) -> int:
    """Where a key is; else, of its eight rows, which waits longest. Nothing is taken yet."""
    first = (((key * 0x9E3779B97F4A7C1) >> 20) % (len(table) // 8)) * 8
    oldest = first
    for place in range(first, first + 8):
        if table[place].key == key:
            return place
        if table[place].at < table[oldest].at:
            oldest = place
    return oldest


@loop
def _explains(entry: Any) -> bool:
    return bool(entry.proof == BY_CARD or (entry.kind == CARE and entry.proof != UNPROVEN))


@loop
def _roll(mine: Any, day: int) -> None:
    """Empty the days that nothing was said of since."""
    for one in range(max(mine.day + 1, day - _KEPT + 1), day + 1):
        mine.asked[one % _KEPT] = 0
        mine.explained[one % _KEPT] = 0
    mine.day = max(mine.day, day)


@loop
def _settle(row: Any, state: Any, explained: int) -> None:
    """The waiting look-up of a row has been explained, or is pushed out: then it was never asked."""
    whose, day = state[min(row.place, len(state) - 1)], row.at // DAY
    if whose.account == row.account and whose.day - day < _KEPT:
        whose.explained[day % _KEPT] += explained
        whose.asked[day % _KEPT] -= 1 - explained
    row.key, row.at = 0, 0


@loop
def _owed(mine: Any, day: int, wait: int) -> tuple[int, int]:
    """Persons asked for in the days that no longer wait, and those of them that stay unexplained."""
    asked, owed = 0, 0
    for one in range(day - _KEPT + 1, day - wait):
        asked += mine.asked[one % _KEPT]
        owed += mine.asked[one % _KEPT] - mine.explained[one % _KEPT]
    return asked, owed


@loop
def see(entries: Any, index: Any, state: Any, table: Any, limits: Any, out: Any) -> int:
    """What each account asked for without a card, day by day, and what was explained of it since."""
    n = 0
    wait = within(limits[_DAYS], 1, _KEPT - 2)
    for i in range(len(entries)):
        entry = entries[i]
        if entry.person == 0 or entry.organisation == 0:
            continue
        day = entry.at // DAY
        key = (entry.person * 31) ^ entry.organisation
        row = table[_place(table, key)]
        waiting = entry.at - row.at <= wait * DAY
        if _explains(entry) and waiting and row.key == key:
            _settle(row, state, 1)
        if index[i] < 0 or not is_bare(entry) or (waiting and row.key == key):
            continue
        if waiting:
            _settle(row, state, 0)
        mine = state[index[i]]
        mine.account = entry.account
        _roll(mine, day)
        row.key, row.at, row.account, row.place = key, entry.at, entry.account, index[i]
        mine.asked[day % _KEPT] += 1
        if entry.at < mine.quiet_until or mine.judged == day:
            continue
        mine.judged = day
        asked, owed = _owed(mine, day, wait)
        if asked >= limits[_PERSONS] and owed >= limits[_SHARE] * asked / 100:
            mine.quiet_until = entry.at + int(limits[_QUIET] * DAY)
            out[n].place, out[n].account = i, entry.account
            out[n].facts[0], out[n].facts[1] = owed, asked
            n += 1
    return n


DETECTOR = Detector(
    name="debt",
    family=Family.CARE,
    key="account",
    state=_STATE,
    table=_TABLE,
    table_rows=1 << 18,
    needs="care",
    limits={
        "persons": Limit(25, "persons", "with fewer, an honest fifth unexplained looks like more by chance"),
        "share": Limit(
            60, "%", "honest: 20 % stay unexplained (assumed); 15 of 25 by chance once in 100,000"
        ),
        "days": Limit(14, "days, 46 at most", "claims follow within days; two weeks leave room for paper"),
        "quiet": Limit(7, "days", "what is owed stays owed: said once a week"),
    },
    facts=("owed", "asked"),
    leads_to=RestrictionKind.STEP_UP,
    weight=20,
    title={"fr": "Consultations inexpliquées", "en": "Unexplained look-ups"},
    sentence={
        "fr": "{owed} personnes sur {asked} demandées sans carte n’ont donné lieu à aucun soin prouvé en"
        " {days} jours.",
        "en": "{owed} of {asked} persons asked for without a card were given no proven care within"
        " {days} days.",
    },
    benign={
        "fr": "Une structure dont les factures partent tard ou par une autre voie.",
        "en": "An organisation whose claims are late or go another way.",
    },
    see=see,
)
