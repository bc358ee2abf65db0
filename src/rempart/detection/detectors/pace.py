"""Persons asked for without a card faster or more evenly than hands can: a program is at work.

Not to be taken for it: software that repeats a request (the same person, no new cost), a hospital's
morning batch (even, but not faster than a minute's limit allows), a full waiting room (most cards are read).
"""

from typing import Any

import numpy as np

from rempart.detection.detector import Detector, Family, Limit, loop
from rempart.detection.entries import BY_CARD, HOUR, KNOWN, PROFESSIONS, REASONS, SECOND, UNPROVEN
from rempart.detection.loops import is_new, push, within
from rempart.detection.recall import is_bare
from rempart.vocabulary.words import RestrictionKind

_KEPT = 16
_STATE = np.dtype(
    [
        ("at", "i8", (_KEPT,)),
        ("person", "i8", (_KEPT,)),
        ("proven_then", "i8", (_KEPT,)),
        ("persons", "i8"),
        ("proven", "i8"),
        ("quiet_until", "i8"),
    ]
)
_BURST, _BURST_SECONDS, _RUN, _RUN_SECONDS, _EVEN, _UNEVENNESS, _DRAWN, _RATIO, _OTHERS, _QUIET = range(10)
_HOSPITAL_DESK, _FULL = PROFESSIONS["hospital_desk"], REASONS["limit_account"]


@loop
def _unevenness(at: Any, persons: int) -> float:
    """Standard deviation of the gaps as a share of their mean, in percent."""
    gaps = persons - 1
    mean = max((at[0] - at[gaps]) / gaps, 1.0)
    squares = 0.0
    for k in range(gaps):
        squares += (at[k] - at[k + 1] - mean) ** 2
    return float(100.0 * (squares / gaps) ** 0.5 / mean)


@loop
def _ratio(at: Any, persons: int) -> float:
    """The longest gap in shortest ones."""
    longest, shortest = 0.0, 1e18
    for k in range(persons - 1):
        longest = max(longest, float(at[k] - at[k + 1]))
        shortest = min(shortest, float(at[k] - at[k + 1]))
    return longest / max(shortest, 1.0)


@loop
def _machine(mine: Any, profession: int, limits: Any) -> int:
    """How many of the last persons show it; 0: none."""
    burst, run = within(limits[_BURST], 2, _KEPT), within(limits[_RUN], 2, _KEPT)
    even, drawn = within(limits[_EVEN], 3, _KEPT), within(limits[_DRAWN], 3, _KEPT)
    if mine.persons >= burst and mine.at[0] - mine.at[burst - 1] <= limits[_BURST_SECONDS] * SECOND:
        return burst
    if mine.persons >= run and mine.at[0] - mine.at[run - 1] <= limits[_RUN_SECONDS] * SECOND:
        return run
    if profession == _HOSPITAL_DESK:
        return 0  # a hospital's own software asks evenly for the appointments of a day
    if mine.persons >= even and _unevenness(mine.at, even) <= limits[_UNEVENNESS]:
        return even
    if mine.persons >= drawn and _ratio(mine.at, drawn) <= limits[_RATIO]:
        return drawn
    return 0


@loop
def _is_asked(entry: Any) -> bool:
    """Counted, or refused because the account's limit is full: a program goes on."""
    return bool(is_bare(entry) or (entry.proof == UNPROVEN and entry.reason == _FULL))


@loop
def see(entries: Any, index: Any, state: Any, table: Any, limits: Any, out: Any) -> int:  # noqa: ARG001
    """The last moments of each account's unproven persons, and how many others came between."""
    n = 0
    for i in range(len(entries)):
        entry = entries[i]
        if index[i] < 0:
            continue
        mine = state[index[i]]
        mine.proven += entry.cost > 0 and entry.proof in (BY_CARD, KNOWN)
        if not _is_asked(entry) or not is_new(mine.person, entry.person):
            continue
        push(mine.at, entry.at)
        push(mine.proven_then, mine.proven)
        mine.persons += 1
        persons = _machine(mine, entry.profession, limits)
        others = mine.proven - mine.proven_then[persons - 1]
        if persons == 0 or others > limits[_OTHERS] * persons or entry.at < mine.quiet_until:
            continue
        mine.quiet_until = entry.at + int(limits[_QUIET] * HOUR)
        out[n].place, out[n].account = i, entry.account
        out[n].facts[0] = persons
        out[n].facts[1] = (mine.at[0] - mine.at[persons - 1]) / SECOND
        out[n].facts[2] = _unevenness(mine.at, persons)
        n += 1
    return n


_BY_HAND = "a form takes 6 s at least and 35 s usually; "
DETECTOR = Detector(
    name="pace",
    family=Family.RHYTHM,
    key="account",
    state=_STATE,
    limits={
        "burst": Limit(6, "persons, 16 at most", _BY_HAND + "six in a minute: not once in 20,000 lists"),
        "burst_seconds": Limit(60, "s", "as the gate's limits, 5 to 20 a minute; refused count", "lower"),
        "run": Limit(8, "persons, 16 at most", _BY_HAND + "the fastest eight of a list take 200 s"),
        "run_seconds": Limit(120, "s", "one list of 30 by hand in 3,000 has eight so fast", "lower"),
        "even": Limit(8, "persons, 16 at most", "with fewer gaps evenness is chance"),
        "unevenness": Limit(
            6, "% of the mean gap", "hands: 50 %; one list of 30 in 2,000 has a stretch of 6", "lower"
        ),
        "drawn": Limit(16, "persons, 16 at most", "what a narrow range of gaps needs to be no chance"),
        "ratio": Limit(
            2.1,
            "longest gap / shortest",
            "hands: 5.5, one list of 30 in 200 has such a stretch; a pause drawn ±35 %: always",
            "lower",
        ),
        "others": Limit(
            0.34, "proven persons between for each", "a hospital's batch: 1.2; a counter: 9 and more", "lower"
        ),
        "quiet": Limit(6, "h", "one alert an attack; the account is restricted meanwhile"),
    },
    facts=("persons", "seconds", "varies"),
    leads_to=RestrictionKind.CARD_REQUIRED,
    weight=60,
    title={"fr": "Cadence de machine", "en": "Pace of a machine"},
    sentence={
        "fr": "{persons} personnes demandées sans carte en {seconds} s, à intervalles qui varient de"
        " {varies} % : plus vite ou plus régulièrement qu’à la main.",
        "en": "{persons} persons asked for without a card in {seconds} s, at gaps that vary by {varies} %:"
        " faster or more evenly than by hand.",
    },
    benign={
        "fr": "Un logiciel qui interroge d’avance une liste de rendez-vous de patients jamais venus.",
        "en": "Software that asks ahead for a list of appointments of patients who never came before.",
    },
    see=see,
)
