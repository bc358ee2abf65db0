"""Card proofs that no card and no hand could have made.

A terminal with a wrong clock makes every proof stale: that alone says nothing. Stale ones between good ones
were kept for later. A software that asks again repeats the proof of the same person: that is no replay. A
family's card answers for several persons at once, but nobody reads a new card every few seconds.
"""

from typing import Any

import numpy as np

from rempart.detection.detector import Detector, Family, Limit, loop
from rempart.detection.entries import HOUR, LOOK_UP, MINUTE, REASONS, SECOND
from rempart.detection.recall import is_carded, row_of
from rempart.vocabulary.words import RestrictionKind

_FORGED, _STALE = REASONS["proof_forged"], REASONS["proof_stale"]
_REPLAYED, _TERMINAL = REASONS["proof_replayed"], REASONS["proof_terminal"]
_STATE = np.dtype(
    [
        ("began", "i8"),
        ("forged", "i4"),
        ("late", "i4"),
        ("apart", "i4"),
        ("person", "i8"),
        ("quiet", "i8"),
    ]
)
_TABLE = np.dtype(
    [
        ("key", "i8"),
        ("at", "i8"),
        ("good", "i8"),
        ("network", "i8"),
        ("device", "i8"),
        ("home", "i8"),
        ("votes", "i4"),
        ("held", "f8"),
    ]
)
"""A terminal: its last good proof, the network it mostly works on, its last use there, persons in hand."""


@loop
def _apart(its: Any, entry: Any, within: int) -> bool:
    """Used away from its network, by another device, while it is in use there."""
    if entry.network == its.network:
        its.device, its.home, its.votes = entry.device, entry.at, min(its.votes + 1, 1000)
        return False
    its.votes -= 1
    if its.votes < 0:
        its.network, its.device, its.home, its.votes = entry.network, entry.device, entry.at, 1
        return False
    other = its.device != 0 and entry.device not in (0, its.device)
    return bool(other and entry.at - its.home < within)


@loop
def see(entries: Any, index: Any, state: Any, table: Any, limits: Any, out: Any) -> int:  # noqa: C901
    """Refused proofs per account and day; places and speed per terminal."""
    window, quiet = limits[6] * HOUR, np.int64(limits[7] * HOUR)
    within, step = np.int64(limits[5] * MINUTE), limits[4] * SECOND
    n = 0
    for i in range(len(entries)):
        entry = entries[i]
        carded = is_carded(entry)
        false = entry.reason in (_FORGED, _TERMINAL)
        refused = false or entry.reason in (_STALE, _REPLAYED)
        if entry.kind != LOOK_UP or index[i] < 0 or not (carded or refused):
            continue
        mine = state[index[i]]
        if entry.at - mine.began > window:
            mine.began, mine.forged, mine.late, mine.apart = entry.at, 0, 0, 0
        held = 0.0
        if entry.terminal != 0 and (carded or entry.reason == _STALE):
            place = row_of(table, entry.terminal, entry.at, 0)
            its = table[place if place >= 0 else -1 - place]
            if place < 0:
                its.good, its.network, its.device, its.home, its.votes = 0, entry.network, entry.device, 0, 0
                its.held = 0.0
            if carded:
                drained = (entry.at - its.good) / step if its.good > 0 else 0.0
                held = max(0.0, its.held - drained) + entry.cost
                its.held = held
                its.good = entry.at
                mine.person = entry.person
                mine.apart += _apart(its, entry, within)
            else:
                mine.late += entry.at - its.good < within
        if false:
            mine.forged += max(1, entry.count)
        if entry.reason == _REPLAYED and entry.person != mine.person:
            mine.late += max(1, entry.count)
        seen = mine.forged >= limits[0] or mine.late >= limits[1] or mine.apart >= limits[2]
        if (seen or held > limits[3]) and entry.at >= mine.quiet:
            out[n].place, out[n].account = i, entry.account
            out[n].facts[0], out[n].facts[1] = mine.forged, mine.late
            out[n].facts[2], out[n].facts[3] = mine.apart, held
            n += 1
            mine.quiet = entry.at + quiet
            mine.forged = mine.late = mine.apart = 0
    return n


DETECTOR = Detector(
    name="proofs",
    family=Family.PROOF,
    key="account",
    state=_STATE,
    table=_TABLE,
    table_rows=1 << 15,
    limits={
        "forged": Limit(
            5, "proofs", "forged, or of a terminal that is not theirs: a wrong desk does it once or twice"
        ),
        "late": Limit(
            5, "proofs", "replayed, or stale between good ones: a slow line gives one or two a day"
        ),
        "apart": Limit(
            4, "proofs", "from elsewhere while in use at home: colleagues on rounds meet it by chance"
        ),
        "held": Limit(15, "persons", "in hand at one terminal: three large families"),
        "step": Limit(10, "seconds", "from one patient's card to the next, over a while", "lower"),
        "within": Limit(
            2, "minutes", "a terminal is not carried from one network to another in less", "lower"
        ),
        "window": Limit(24, "hours", "one day's work", "lower"),
        "quiet": Limit(24, "hours", "a day is enough to look at the terminal"),
    },
    facts=("false", "kept", "away", "row"),
    leads_to=RestrictionKind.CARD_REQUIRED,
    weight=55,
    title={"fr": "Preuves de carte impossibles", "en": "Impossible card proofs"},
    sentence={
        "fr": "Preuves de carte : {false} fausses ou d’un terminal étranger, {kept} rejouées ou gardées,"
        " {away} venues d’ailleurs pendant que le terminal servait, {row} personnes d’affilée.",
        "en": "Card proofs: {false} forged or of a foreign terminal, {kept} replayed or kept for later,"
        " {away} from elsewhere while the terminal was in use, {row} persons in one go.",
    },
    benign={
        "fr": "Un terminal pas encore enrôlé, un poste au nom d’un collègue, une horloge mise à l’heure.",
        "en": "A terminal not yet enrolled, a desk still under a colleague's name, a clock being set.",
    },
    see=see,
)
