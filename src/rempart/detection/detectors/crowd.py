"""Accounts of several organisations, new on one network within a day, asking there without a single card.

Hospitals are one organisation. On a network that its own organisation declared nobody is new. A chain's
back office has been on its network for long. Behind a carrier's shared address most accounts read cards.
Whoever merely shares the address is not named: only accounts that took several persons themselves, without a
card, where they had never been.
"""

from typing import Any

import numpy as np

from rempart.detection.detector import Detector, Family, Limit, loop
from rempart.detection.entries import DAY, HOUR, LOOK_UP
from rempart.detection.recall import is_bare, is_carded, is_strange
from rempart.vocabulary.words import RestrictionKind

_SLOTS = 16
_STATE = np.dtype(
    [
        ("accounts", "i8", (_SLOTS,)),
        ("last", "i8", (_SLOTS,)),
        ("familiar", "i8", (_SLOTS,)),
        ("organisations", "i8", (_SLOTS,)),
        ("began", "i8", (_SLOTS,)),
        ("persons", "i4", (_SLOTS,)),
        ("quiet", "i8"),
    ]
)
"""One record a network: the accounts that asked there last."""


@loop
def _find(keys: Any, key: int) -> int:
    for place in range(len(keys)):
        if keys[place] == key:
            return place
    return -1


@loop
def _organisations(here: Any, since: int, at: int, bare: bool) -> int:  # noqa: FBT001
    """How many organisations' accounts were here; `bare`: counting those that are new and without cards."""
    n = 0
    for i in range(_SLOTS):
        counts = False
        for j in range(i + 1):  # the first slot of each organisation that counts
            fits = here.organisations[j] == here.organisations[i] and here.last[j] > since
            fits = fits and here.accounts[j] != 0
            if bare:
                fits = fits and here.persons[j] > 0 and here.familiar[j] > at
            if fits:
                counts = j == i
                break
        n += counts
    return n


@loop
def see(entries: Any, index: Any, state: Any, table: Any, limits: Any, out: Any) -> int:  # noqa: C901
    """The last sixteen accounts of each network; `table[0]`: since when there is a journal."""
    window, quiet = np.int64(limits[4] * HOUR), np.int64(limits[7] * HOUR)
    history, settled = limits[5] * DAY, np.int64(limits[6] * DAY)
    n = 0
    for i in range(len(entries)):
        entry = entries[i]
        if entry.kind != LOOK_UP or index[i] < 0 or entry.account == 0:
            continue
        if table[0] == 0:
            table[0] = entry.at
        here = state[index[i]]
        bare, carded = is_bare(entry), is_carded(entry)
        known = carded or entry.declared == 1 or entry.at - table[0] < history
        newcomer = _find(here.accounts, entry.account) < 0
        is_strange(here.accounts, here.last, here.familiar, entry.account, entry.at, settled, known)
        k = _find(here.accounts, entry.account)
        # No organisation: the account stands for itself.
        organisation = entry.organisation if entry.organisation != 0 else -entry.account
        if newcomer or entry.at - here.began[k] > window or carded:
            here.organisations[k], here.began[k], here.persons[k] = organisation, entry.at, 0
        here.persons[k] += bare
        if not bare or entry.at < here.quiet or here.familiar[k] <= entry.at:
            continue
        since = entry.at - window
        crowd = _organisations(here, since, entry.at, bare)
        if crowd < limits[0] or crowd < limits[1] * _organisations(here, since, entry.at, not bare):
            continue
        persons = 0
        for k in range(_SLOTS):
            if here.last[k] > since and here.familiar[k] > entry.at:
                persons += here.persons[k]
        if persons < limits[2]:
            continue
        here.quiet = entry.at + quiet
        for k in range(-1, _SLOTS):  # the network itself, then whoever took part in it
            if k >= 0 and (
                here.last[k] <= since or here.familiar[k] <= entry.at or here.persons[k] < limits[3]
            ):
                continue
            if n < len(out):
                out[n].place, out[n].network = i, entry.network
                out[n].account = here.accounts[k] if k >= 0 else 0
                out[n].facts[0], out[n].facts[1] = crowd, persons
                out[n].facts[2] = here.persons[k] if k >= 0 else persons
                n += 1
    return n


DETECTOR = Detector(
    name="crowd",
    family=Family.CROWD,
    key="network",
    state=_STATE,
    limits={
        "organisations": Limit(5, "organisations", "a shared practice house has two or three on one address"),
        "share": Limit(
            0.8, "share of organisations", "behind a carrier's shared address most accounts read cards"
        ),
        "persons": Limit(15, "persons", "together; the aim for one stolen account alone"),
        "own": Limit(3, "persons", "who asked less is not named: it merely shares the address"),
        "window": Limit(24, "hours", "one day's work", "lower"),
        "history": Limit(
            3, "days", "of journal before anything is said: back offices show themselves", "higher"
        ),
        "settled": Limit(7, "days", "after a week on a network an account belongs there", "lower"),
        "quiet": Limit(12, "hours", "as long as the step-up that it leads to"),
    },
    facts=("crowd", "together", "its"),
    leads_to=RestrictionKind.STEP_UP,
    weight=45,
    title={"fr": "Affluence de comptes sur un réseau", "en": "A crowd of accounts on one network"},
    sentence={
        "fr": "{crowd} organismes sans lien, nouveaux sur cette adresse, y ont consulté {together} personnes"
        " sans preuve ni carte en {window} heures, dont {its} ici.",
        "en": "{crowd} unrelated organisations, new on this address, looked up {together} persons there"
        " without proof or card within {window} hours, {its} of them here.",
    },
    benign={
        "fr": "Un congrès ou un salon professionnel ; un nouveau service commun au réseau non déclaré.",
        "en": "A congress or a trade fair; a new back office that has not declared its network.",
    },
    see=see,
)
