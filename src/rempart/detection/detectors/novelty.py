"""Unproven work at once from what is new to the account: device, network's carrier, channel.

An internet box gets a new address, a locum sits at a new device, a practice changes its software: all of
them read cards there, and one card makes the place familiar. So only look-ups before the first card count.
"""

from typing import Any

import numpy as np

from rempart.detection.detector import Detector, Family, Limit, loop
from rempart.detection.entries import DAY, HOUR, LOOK_UP
from rempart.detection.recall import is_bare, is_carded, is_strange
from rempart.vocabulary.words import RestrictionKind

_STATE = np.dtype(
    [
        ("since", "i8"),
        ("keys", "i8", (16,)),
        ("last", "i8", (16,)),
        ("familiar", "i8", (16,)),
        ("began", "i8"),
        ("quiet", "i8"),
        ("pair", "i4"),
        ("alone", "i4"),
        ("cards", "i4"),
        ("bare", "i4"),
    ]
)
"""`familiar`: the moment from which a device, carrier or channel counts as the account's own."""


@loop
def see(entries: Any, index: Any, state: Any, table: Any, limits: Any, out: Any) -> int:  # noqa: ARG001, C901
    """Persons without proof since something was new, until a card is read there."""
    history, settled = limits[3] * DAY, np.int64(limits[4] * DAY)
    window, quiet = limits[5] * HOUR, np.int64(limits[6] * HOUR)
    n = 0
    for i in range(len(entries)):
        entry = entries[i]
        if entry.kind != LOOK_UP or index[i] < 0:
            continue
        mine = state[index[i]]
        if mine.since == 0:
            mine.since = entry.at
        carded, bare = is_carded(entry), is_bare(entry)
        known = carded or entry.at - mine.since < history
        mine.cards += carded
        mine.bare += bare
        strange = 0
        for key in (entry.device, entry.carrier, np.int64(entry.channel)):
            strange += key != 0 and is_strange(
                mine.keys, mine.last, mine.familiar, key, entry.at, settled, known
            )
        if not bare or strange == 0:
            continue
        if mine.alone == 0 or entry.at - mine.began > window:
            mine.pair = mine.alone = 0
            mine.began = entry.at
        if strange >= 2:  # noqa: PLR2004  # two things new at once are no change of address
            mine.pair += 1
        mine.alone += 1
        habit = mine.cards >= limits[2] * (mine.cards + mine.bare)
        if entry.at >= mine.quiet and (mine.pair >= limits[0] or (mine.alone >= limits[1] and habit)):
            out[n].place, out[n].account = i, entry.account
            out[n].facts[0], out[n].facts[1] = mine.alone, strange
            n += 1
            mine.quiet = entry.at + quiet
            mine.pair = mine.alone = 0
    return n


DETECTOR = Detector(
    name="novelty",
    family=Family.CONTEXT,
    key="account",
    state=_STATE,
    limits={
        "pair": Limit(6, "persons", "at a new place honest work reads a card among its first few look-ups"),
        "alone": Limit(12, "persons", "with one thing new: no simulated change of address comes near it"),
        "habit": Limit(0.3, "share of cards", "who never reads cards shows nothing by reading none"),
        "history": Limit(5, "days", "a working week shows the devices and networks of an account"),
        "settled": Limit(7, "days", "what was used for a week is the account's own", "lower"),
        "window": Limit(24, "hours", "a day's work; a new place is used at once", "lower"),
        "quiet": Limit(24, "hours", "a restriction of this kind lasts no longer than a day"),
    },
    facts=("persons", "strange"),
    leads_to=RestrictionKind.STEP_UP,
    weight=40,
    title={"fr": "Travail sans carte depuis un lieu nouveau", "en": "Work without cards from a new place"},
    sentence={
        "fr": "{persons} personnes consultées sans preuve depuis {strange} élément(s) nouveau(x) pour ce"
        " compte (appareil, réseau ou canal), sans une seule carte lue.",
        "en": "{persons} persons looked up without proof with {strange} thing(s) new to this account"
        " (device, network or channel), and not one card read.",
    },
    benign={
        "fr": "Un nouveau poste, un déménagement ou un remplacement, le jour même d’une panne de lecteur.",
        "en": "A new workstation, a move or a locum, on the very day the card reader fails.",
    },
    see=see,
)
