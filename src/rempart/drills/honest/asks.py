"""One planned look-up as a row of numbers; honest days and attacks are both streams of such rows.

Everything is an index or a number, never a text: the simulated world turns a row into `gate.ask`. Rows of one
array are in the order of `at`. Plain values: nothing here knows the gate or the database.
"""

from collections.abc import Iterable, Sequence
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from rempart.vocabulary.words import ActFamily

Asks = NDArray[np.void]
"""An array of `ASK`."""
Ints = NDArray[np.int64]

ASK = np.dtype(
    [
        ("at", np.int64),  # microseconds since 1970, UTC
        ("account", np.int32),  # place in the cast
        ("organisation", np.int32),
        ("network", np.int32),  # place among the cast's networks; from `cast.networks.size` on: an attacker's
        ("device", np.int32),  # from `cast.device_count` on: an attacker's
        ("channel", np.int8),  # place in CHANNELS: on a page a session asks, on the API a token
        ("purpose", np.int8),  # place in PURPOSES
        ("act", np.int8),  # place in ACTS
        ("proof", np.int8),  # 0 none, 1 card, 2 patient present
        ("present", np.int8),  # place in PRESENT, -1 unless proof is 2
        ("person", np.int64),  # place in the population, -1 where the number is nobody's
        ("miss", np.int64),  # < 0: what the gate counts a miss of this number under
        ("department", np.int16),  # of birth: place in DEPARTMENTS
        ("birth_month", np.int8),  # 1 to 12
        ("prefix_month", np.int64),  # pseudonym of NIR characters 1–7, as in journal.entry
        ("prefix_commune", np.int64),  # pseudonym of NIR characters 1–10
        ("order", np.int16),  # NIR characters 11–13: for scripts that walk, never sent to the gate
        ("repeat", np.int64),  # idempotency key, 0 none: the same one again is a retry of the same request
        ("care_follows", np.bool_),  # a claim or an act follows for this person
    ]
)

CHANNELS = ("page", "api")
PURPOSES = ("rights", "admission")
ACTS = tuple(family.value for family in ActFamily)
PRESENT = ("card_forgotten", "card_unreadable", "reader_broken", "newborn", "emergency", "other")
NO_PROOF, CARD, PATIENT_PRESENT = 0, 1, 2

NUMBER = np.dtype(
    [
        ("sex", np.int8),  # 1 man, 2 woman
        ("year", np.int16),  # of birth, four digits
        ("month", np.int8),  # 1 to 12
        ("department", np.int16),  # place in DEPARTMENTS
        ("commune", np.int16),  # three digits; of a country for births abroad
        ("order", np.int16),  # 1 to 999
    ]
)
"""What a NIR is made of."""


def _departments() -> list[tuple[str, float]]:
    text = (files("rempart") / "registry" / "data" / "departments.tsv").read_text("utf-8")
    rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    return [(code, float(weight)) for code, weight in rows]


DEPARTMENTS = (*(code for code, _ in _departments()), "99")
"""Codes as in `journal.entry.department`; the last is abroad."""
INHABITANTS = np.array([weight for _, weight in _departments()])
"""In thousands, for every department but abroad."""
ABROAD = len(DEPARTMENTS) - 1
_IN_NIR = np.array(
    [DEPARTMENTS.index(code) if code[:2] != "97" else len(DEPARTMENTS) for code in DEPARTMENTS], np.int64
)
"""Characters 6 and 7: overseas departments share 97, what follows tells them apart."""


def blank(count: int) -> Asks:
    """Rows that name nobody: no proof, no retry, page, everyday purpose."""
    asks = np.zeros(count, ASK)
    asks["person"] = asks["present"] = -1
    return asks


def in_order(parts: Iterable[Asks]) -> Asks:
    """Several streams as one, in order of time; of two rows at one moment the earlier part's comes first."""
    joined = np.concatenate([np.zeros(0, ASK), *parts])
    return joined[np.argsort(joined["at"], kind="stable")]


def name_numbers(asks: Asks, numbers: NDArray[np.void], persons: Ints | int = -1) -> Asks:
    """Write whom the rows ask about: numbers (`NUMBER`), and the persons who bear them, -1 for nobody."""
    asks["person"] = persons
    asks["department"] = numbers["department"]
    asks["birth_month"] = numbers["month"]
    asks["order"] = numbers["order"]
    asks["prefix_month"], asks["prefix_commune"] = prefixes(numbers)
    asks["miss"] = -1 - (mixed(packed(numbers)) >> 1)
    return asks


def packed(numbers: NDArray[np.void]) -> Ints:
    """One integer for each number, different for different NIRs."""
    return _folded(numbers, ("sex", "year", "month", "department", "commune", "order"))


def prefixes(numbers: NDArray[np.void]) -> tuple[Ints, Ints]:
    """Pseudonyms of the first 7 and the first 10 characters: equal for equal ones, without any order."""
    commune = _folded(numbers, ("sex", "year", "month", "department", "commune"))
    month = _folded(numbers, ("sex", "year", "month")) * 1000 + _IN_NIR[numbers["department"]]
    return mixed(month), mixed(commune)


def mixed(values: Ints) -> Ints:
    """A number from 0 to 2⁶³ - 1 for each value, as a keyed pseudonym would be (splitmix64)."""
    x = np.asarray(values).astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return ((x ^ (x >> np.uint64(31))) >> np.uint64(1)).astype(np.int64)


def _folded(numbers: NDArray[np.void], columns: Sequence[str]) -> Ints:
    """Columns as one integer; a NIR's two-digit year, so that a century apart is one prefix."""
    total = np.zeros(numbers.shape, np.int64)
    for column in columns:
        value = numbers[column].astype(np.int64)
        total = total * 1000 + (value % 100 if column == "year" else value)
    return total
