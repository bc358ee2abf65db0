"""Numbers that begin alike, one after another: somebody walks through a commune's or a month's births.

The journal holds keyed marks of the first characters of a number, never the order number that ends it.
Beginnings that several accounts share are `campaign`'s. Not to be taken for it: twins, a maternity ward, a
school's vaccination day (many children of one year and commune, but of two sexes and twelve months): such a
day may be asked to step up, never more.
"""

from typing import Any

import numpy as np

from rempart.detection.detector import Detector, Family, Limit, loop
from rempart.detection.entries import HOUR
from rempart.detection.loops import is_new, push
from rempart.detection.recall import is_bare
from rempart.vocabulary.words import RestrictionKind

_KEPT = 32
_STATE = np.dtype(
    [
        ("person", "i8", (_KEPT,)),
        ("at", "i8", (_KEPT,)),
        ("commune", "i8", (_KEPT,)),
        ("month", "i8", (_KEPT,)),
        ("quiet_until", "i8"),
    ]
)
_ROW, _SAME, _MONTH_ROW, _MONTH_SAME, _HOURS, _QUIET = range(6)


@loop
def _alike(marks: Any, at: Any, span: float) -> tuple[int, int]:
    """How many of the last persons have the newest one's mark: in a row, and in all."""
    row, total, broken = 0, 0, False
    for k in range(len(marks)):
        if at[k] == 0 or at[0] - at[k] > span:
            break
        if marks[k] == marks[0]:
            total += 1
            row += not broken
        else:
            broken = True
    return row, total


@loop
def see(entries: Any, index: Any, state: Any, table: Any, limits: Any, out: Any) -> int:  # noqa: ARG001
    """How each account's last numbers without proof begin."""
    n = 0
    for i in range(len(entries)):
        entry = entries[i]
        if index[i] < 0 or entry.prefix_commune == 0 or not is_bare(entry):
            continue
        mine = state[index[i]]
        if not is_new(mine.person, entry.person):
            continue
        push(mine.at, entry.at)
        push(mine.commune, entry.prefix_commune)
        push(mine.month, entry.prefix_month)
        row, same = _alike(mine.commune, mine.at, limits[_HOURS] * HOUR)
        month_row, month_same = _alike(mine.month, mine.at, limits[_HOURS] * HOUR)
        alike = row >= limits[_ROW] or same >= limits[_SAME]
        alike = alike or month_row >= limits[_MONTH_ROW] or month_same >= limits[_MONTH_SAME]
        if alike and entry.at >= mine.quiet_until:
            mine.quiet_until = entry.at + int(limits[_QUIET] * HOUR)
            out[n].place, out[n].account = i, entry.account
            out[n].facts[0], out[n].facts[1] = same, month_same
            n += 1
    return n


_CLASS = "a class of 30 has 24 beginnings (sexes and months): "
DETECTOR = Detector(
    name="walk",
    family=Family.NUMBERS,
    key="account",
    state=_STATE,
    limits={
        "row": Limit(
            4, "persons in a row", "triplets are three; by chance in a class of 30: in 2 days of 1,000"
        ),
        "same": Limit(7, "persons of the last 32", _CLASS + "seven of one are chance in 4 days of 1,000"),
        "month_row": Limit(
            6, "persons in a row", "the same for sex, month and department alone: wider, so more"
        ),
        "month_same": Limit(
            9, "persons of the last 32", _CLASS + "nine of one department: once in 40,000 days"
        ),
        "hours": Limit(24, "h", "a list is walked in a day, or it is slower than the odometer", "lower"),
        "quiet": Limit(12, "h", "one alert for a vaccination day"),
    },
    facts=("alike", "alike_month"),
    leads_to=RestrictionKind.STEP_UP,
    weight=10,
    title={"fr": "Numéros voisins", "en": "Neighbouring numbers"},
    sentence={
        "fr": "{alike} personnes demandées sans carte en {hours} h dont les numéros commencent de même"
        " jusqu’à la commune de naissance ({alike_month} jusqu’au département).",
        "en": "{alike} persons asked for without a card in {hours} h whose numbers begin alike down"
        " to the commune of birth ({alike_month} to the department).",
    },
    benign={
        "fr": "Une journée de vaccination scolaire, une maternité, des jumeaux.",
        "en": "A school’s vaccination day, a maternity ward, twins.",
    },
    see=see,
)
