"""What compiled loops share: which look-ups are dear, and small memories of fixed size."""

from typing import Any

from rempart.detection.detector import loop
from rempart.detection.entries import BY_CARD, GRANTED, LOOK_UP, UNPROVEN


@loop
def is_bare(entry: Any) -> bool:
    """A person newly counted whom no card, no known visit and no word of presence stands for."""
    return bool(entry.kind == LOOK_UP and entry.proof == UNPROVEN and entry.cost > 0)


@loop
def is_carded(entry: Any) -> bool:
    """A card was there, and the gate believed it."""
    return bool(entry.kind == LOOK_UP and entry.proof == BY_CARD and entry.verdict == GRANTED)


@loop
def slot(keys: Any, last: Any, key: int, at: int) -> int:
    """Where `key` stands among a few; a new one takes the place seen longest ago and gives -1 - place."""
    oldest = 0
    for place in range(len(keys)):
        if keys[place] == key:
            last[place] = at
            return place
        if last[place] < last[oldest]:
            oldest = place
    keys[oldest] = key
    last[oldest] = at
    return -1 - oldest


@loop
def is_strange(keys: Any, last: Any, familiar: Any, key: int, at: int, settled: int, known: bool) -> bool:  # noqa: FBT001
    """Whether `key` is new here: seen for less than `settled`, and never when it was `known` to be right.

    `familiar`: the moment from which each of `keys` is the owner's own.
    """
    place = slot(keys, last, key, at)
    if place < 0:
        place = -1 - place
        familiar[place] = at + settled
    if known:
        familiar[place] = min(familiar[place], at)
    return bool(at < familiar[place])


@loop
def row_of(table: Any, key: int, at: int, first: int) -> int:
    """The row of `key` in a hash table of records with `key` and `at`, from row `first`; as `slot` otherwise.

    Eight rows are looked at: of these the one seen longest ago makes room, and its caller empties it.
    """
    size = len(table) - first
    mixed = key * 0x9E3779B97F4A7C1
    start = (mixed ^ (mixed >> 29)) % size
    oldest = first + start
    for step in range(8):
        place = first + (start + step) % size
        if table[place].key == key:
            table[place].at = at
            return place
        if table[place].at < table[oldest].at:
            oldest = place
    table[oldest].key = key
    table[oldest].at = at
    return -1 - oldest
