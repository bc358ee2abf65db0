"""One account on many networks within hours: residential proxies lend a new address for each look-up.

Nurses on their rounds and a telephone on the road change networks as well, but within a few carriers, which
their cards make familiar. So only carriers count on which the account has neither a card nor a past.
"""

from typing import Any

import numpy as np

from rempart.detection.detector import Detector, Family, Limit, loop
from rempart.detection.entries import DAY, HOUR, LOOK_UP
from rempart.detection.recall import is_bare, is_carded, is_strange
from rempart.vocabulary.words import RestrictionKind

_RING = 16
_STATE = np.dtype(
    [
        ("since", "i8"),
        ("keys", "i8", (_RING,)),
        ("last", "i8", (_RING,)),
        ("familiar", "i8", (_RING,)),
        ("carriers", "i8", (_RING,)),
        ("networks", "i8", (_RING,)),
        ("devices", "i8", (_RING,)),
        ("at", "i8", (_RING,)),
        ("next", "i4"),
        ("quiet", "i8"),
    ]
)


@loop
def _distinct(values: Any, at: Any, since: int) -> int:
    """How many values since then; 0 is none."""
    n = 0
    for i in range(len(values)):
        if values[i] == 0 or at[i] < since:
            continue
        seen = False
        for j in range(i):
            seen = seen or (values[j] == values[i] and at[j] >= since)
        n += not seen
    return n


@loop
def see(entries: Any, index: Any, state: Any, table: Any, limits: Any, out: Any) -> int:  # noqa: ARG001, C901
    """The last sixteen look-ups without proof from carriers that are not the account's own."""
    window, quiet = np.int64(limits[3] * HOUR), np.int64(limits[6] * HOUR)
    history, settled = limits[4] * DAY, np.int64(limits[5] * DAY)
    n = 0
    for i in range(len(entries)):
        entry = entries[i]
        if entry.kind != LOOK_UP or index[i] < 0 or entry.carrier == 0:
            continue
        mine = state[index[i]]
        if mine.since == 0:
            mine.since = entry.at
        carded = is_carded(entry)
        known = carded or entry.at - mine.since < history
        strange = is_strange(mine.keys, mine.last, mine.familiar, entry.carrier, entry.at, settled, known)
        if carded:
            for k in range(_RING):
                if mine.carriers[k] == entry.carrier:
                    mine.at[k] = 0
        if not strange or not is_bare(entry):
            continue
        k = mine.next
        mine.next = (k + 1) % _RING
        mine.carriers[k], mine.networks[k], mine.devices[k] = entry.carrier, entry.network, entry.device
        mine.at[k] = entry.at
        if entry.at < mine.quiet:
            continue
        since = entry.at - window
        carriers = _distinct(mine.carriers, mine.at, since)
        networks = _distinct(mine.networks, mine.at, since)
        devices = _distinct(mine.devices, mine.at, since)
        if carriers >= limits[0] or networks >= limits[1] or devices >= limits[2]:
            out[n].place, out[n].account = i, entry.account
            out[n].facts[0], out[n].facts[1], out[n].facts[2] = networks, carriers, devices
            n += 1
            mine.quiet = entry.at + quiet
    return n


DETECTOR = Detector(
    name="scatter",
    family=Family.CONTEXT,
    key="account",
    state=_STATE,
    limits={
        "carriers": Limit(5, "carriers", "a round meets two or three: home, practice, telephone"),
        "networks": Limit(
            8, "networks", "a telephone changes its address a few times a day; 16 are looked at"
        ),
        "devices": Limit(
            4, "devices", "nobody works at four strange devices on strange networks in one shift"
        ),
        "window": Limit(6, "hours", "half a day's round", "lower"),
        "history": Limit(3, "days", "by then an account has met the carriers that it works from"),
        "settled": Limit(7, "days", "what was used for a week is the account's own", "lower"),
        "quiet": Limit(12, "hours", "as long as the step-up that it leads to"),
    },
    facts=("seen_networks", "seen_carriers", "seen_devices"),
    leads_to=RestrictionKind.STEP_UP,
    weight=45,
    title={"fr": "Un compte, beaucoup de réseaux", "en": "One account, many networks"},
    sentence={
        "fr": "Personnes consultées sans preuve depuis {seen_networks} adresses de {seen_carriers} opérateurs"
        " inconnus de ce compte ({seen_devices} appareils), en {window} heures.",
        "en": "Persons looked up without proof from {seen_networks} addresses of {seen_carriers} carriers"
        " that this account never used ({seen_devices} devices), within {window} hours.",
    },
    benign={
        "fr": "Une tournée dans une région nouvelle, sans lecteur de carte, au téléphone.",
        "en": "A round in a new region, without a card reader, over a telephone.",
    },
    see=see,
)
