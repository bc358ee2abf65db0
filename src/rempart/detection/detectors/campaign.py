"""Accounts of unrelated organisations that act as one: same persons, same ranges, same device, same pace.

One tourist without a card is asked for by a doctor and a pharmacy; two practices share a computer. A list
that was bought, or a program behind many accounts, meets itself again and again: so it is counted per account
how often that happens, among look-ups without proof alone.
"""

import math
from typing import Any

import numpy as np

from rempart.detection.detector import Detector, Family, Limit, loop
from rempart.detection.entries import DAY, HOUR, LOOK_UP, MINUTE
from rempart.detection.recall import is_bare, is_carded, is_strange, row_of
from rempart.vocabulary.words import RestrictionKind

_SLOTS = 4
_STATE = np.dtype(
    [
        ("began", "i8"),
        ("persons", "i4"),
        ("shared", "i4"),
        ("near", "i4"),
        ("last", "i8"),
        ("run", "i4"),
        ("mean", "f8"),
        ("spread", "f8"),
        ("quiet", "i8"),
    ]
)
_TABLE = np.dtype(
    [
        ("key", "i8"),
        ("at", "i8"),
        ("accounts", "i8", (_SLOTS,)),
        ("last", "i8", (_SLOTS,)),
        ("familiar", "i8", (_SLOTS,)),
        ("organisations", "i8", (_SLOTS,)),
        ("persons", "i4", (_SLOTS,)),
    ]
)
"""Row 0: since when there is a journal. Others: a person, a range, a device or a pace, and who met there."""
_PERSON, _RANGE, _DEVICE, _PACE = 1, 2, 3, 4


@loop
def _others(table: Any, what: int, key: int, entry: Any, settled: int, known: bool, least: int) -> int:  # noqa: C901, FBT001
    """Organisations that met `key` since a day ago, besides this entry's; it is among them from now on.

    `least`: of how many persons each, the entry's account too, or it is not counted.
    """
    place = row_of(table, key * 4 + what, entry.at, 1)
    if place < 0:
        place = -1 - place
        table[place].accounts[:] = 0
        table[place].last[:] = 0
    row = table[place]
    newcomer = True
    for k in range(_SLOTS):
        newcomer = newcomer and row.accounts[k] != entry.account
    is_strange(row.accounts, row.last, row.familiar, entry.account, entry.at, settled, known)
    mine = 0
    for k in range(_SLOTS):
        if row.accounts[k] == entry.account:
            mine = k
    if newcomer:
        row.organisations[mine] = entry.organisation if entry.organisation != 0 else -entry.account
        row.persons[mine] = 0
    row.persons[mine] = 0 if known else row.persons[mine] + 1
    if row.persons[mine] < least or row.familiar[mine] <= entry.at:
        return 0
    n = 0
    for k in range(_SLOTS):
        counts = row.accounts[k] != 0 and row.organisations[k] != row.organisations[mine]
        counts = counts and row.persons[k] >= least and row.familiar[k] > entry.at
        for j in range(k):
            counts = counts and row.organisations[j] != row.organisations[k]
        n += counts
    return n


@loop
def _pace(mine: Any, entry: Any, bare: bool) -> int:  # noqa: FBT001
    """The mean gap of a run of look-ups without proof, in steps of a tenth; 0: no run, or no steady one."""
    gap = (entry.at - mine.last) / MINUTE
    mine.last = entry.at
    if not bare or gap > 10 or gap <= 0:  # noqa: PLR2004
        mine.run, mine.mean, mine.spread = 0, 0.0, 0.0
        return 0
    mine.run += 1
    step = gap - mine.mean
    mine.mean += step / mine.run
    mine.spread += step * (gap - mine.mean)
    if mine.run < 12 or mine.spread / mine.run > (0.25 * mine.mean) ** 2:  # noqa: PLR2004
        return 0
    return math.floor(math.log(mine.mean) * 10) + 1000


@loop
def see(entries: Any, index: Any, state: Any, table: Any, limits: Any, out: Any) -> int:  # noqa: C901
    """How often each account met unrelated others, in a window that begins with its first such look-up."""
    window, quiet = limits[6] * DAY, np.int64(limits[9] * HOUR)
    history, settled = limits[7] * DAY, np.int64(limits[8] * DAY)
    again = False  # a person, a range or a pace never becomes an account's own
    n = 0
    for i in range(len(entries)):
        entry = entries[i]
        if entry.kind != LOOK_UP or index[i] < 0:
            continue
        if table[0].at == 0:
            table[0].at = entry.at
        mine = state[index[i]]
        bare, carded = is_bare(entry), is_carded(entry)
        known = carded or entry.at - table[0].at < history
        devices = 0
        if (bare or carded) and entry.device != 0:
            devices = _others(table, _DEVICE, entry.device, entry, settled, known, 2)
        pace = _pace(mine, entry, bare)
        if not bare:
            continue
        if entry.at - mine.began > window:
            mine.began, mine.persons, mine.shared, mine.near = entry.at, 0, 0, 0
        mine.persons += 1
        mine.shared += _others(table, _PERSON, entry.person, entry, 7 * DAY, again, 1) >= limits[0]
        if entry.prefix_commune != 0:
            met = _others(table, _RANGE, entry.prefix_commune, entry, DAY, again, 1)
            mine.near += met >= limits[0]
        paces = _others(table, _PACE, pace, entry, HOUR, again, 1) if pace > 0 else 0
        meets = mine.shared >= max(limits[1], limits[3] * mine.persons)
        meets = meets or mine.near >= max(limits[2], limits[3] * mine.persons)
        if (meets or devices >= limits[4] or paces >= limits[5]) and entry.at >= mine.quiet:
            out[n].place, out[n].account = i, entry.account
            out[n].facts[0], out[n].facts[1] = mine.shared, mine.near
            out[n].facts[2], out[n].facts[3] = devices, paces
            n += 1
            mine.quiet = entry.at + quiet
            mine.shared = mine.near = 0
    return n


DETECTOR = Detector(
    name="campaign",
    family=Family.CROWD,
    key="account",
    state=_STATE,
    table=_TABLE,
    table_rows=1 << 17,
    limits={
        "others": Limit(2, "organisations", "a doctor and a pharmacy may both see one person without a card"),
        "shared": Limit(
            5, "persons", "asked by so many unrelated others too: chance gives one or two a week"
        ),
        "near": Limit(
            8, "persons", "in birth ranges that others walk: large maternities give some by chance"
        ),
        "part": Limit(0.5, "share of persons", "most of an account's look-ups without proof, not some"),
        "devices": Limit(2, "organisations", "besides its own, new on one device, without cards"),
        "paces": Limit(3, "organisations", "besides its own, with the same steady pace within an hour"),
        "window": Limit(7, "days", "a list is worked through in days", "lower"),
        "history": Limit(3, "days", "of journal before a device says anything", "higher"),
        "settled": Limit(7, "days", "after a week on a device an account belongs there", "lower"),
        "quiet": Limit(24, "hours", "a day is enough for a card"),
    },
    facts=("persons_shared", "persons_near", "on_device", "at_pace"),
    leads_to=RestrictionKind.STEP_UP,
    weight=50,
    title={"fr": "Comptes qui agissent ensemble", "en": "Accounts that act together"},
    sentence={
        "fr": "Avec des organismes sans lien : {persons_shared} mêmes personnes et {persons_near} mêmes"
        " plages de naissance sans preuve ; {on_device} sur le même appareil, {at_pace} à la même cadence.",
        "en": "With unrelated organisations: {persons_shared} same persons and {persons_near} same birth"
        " ranges without proof; {on_device} on the same device, {at_pace} at the same pace.",
    },
    benign={
        "fr": "Un événement local qui amène les mêmes patients sans carte chez plusieurs professionnels.",
        "en": "A local event that brings the same patients without cards to several professionals.",
    },
    see=see,
)
