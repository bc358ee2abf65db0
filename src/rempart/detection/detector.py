"""What a detector is: thresholds, words, state, and one loop over entries in the journal's order.

The loop is compiled (numba), which makes plain sequential Python fast enough to replay a year. It must
give the same signals wherever batches end: all that it remembers is in `state` and `table`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

import numba
import numpy as np

from rempart.vocabulary.words import RestrictionKind

SIGNAL = np.dtype([("place", "i8"), ("account", "i8"), ("network", "i8"), ("facts", "f8", (4,))])
"""What a loop writes when it has seen something.

`place`: the entry of the batch that completed it. `account`, `network`: whom it is about; 0: nobody.
`facts`: the figures that the sentence names, in the order of `Detector.facts`.
"""

See = Callable[[np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray, np.ndarray], int]
"""`see(entries, index, state, table, limits, out) -> n`

entries: ENTRY records in commit order. index[i]: the record of `state` for entry i's key (-1: it has none).
state: one record a key, zeros at first. table: records common to all keys, zeros at first. limits: the
thresholds in the order of `Detector.limits`, as float64. out: SIGNAL records to write into, len(out) at
most. Returns how many were written.
"""

Language = Literal["fr", "en"]
Key = Literal["account", "organisation", "network", "device", "none"]


class Family(StrEnum):
    """Kinds of evidence. Two signals of one family are not independent of each other."""

    RHYTHM = "rhythm"
    """When and how fast."""
    NUMBERS = "numbers"
    """Which numbers are asked: walks, misses, neighbours."""
    CARE = "care"
    """Look-ups that no care follows."""
    CONTEXT = "context"
    """From where, with what, about whom."""
    CROWD = "crowd"
    """Several accounts together."""
    DECOY = "decoy"
    PROOF = "proof"


@dataclass(frozen=True, slots=True)
class Limit:
    """A threshold: its shipped value, its unit, which way is looser, and where the value comes from."""

    value: float
    unit: str
    why: str
    looser: Literal["higher", "lower"] = "higher"


@dataclass(frozen=True, slots=True)
class Detector:
    """One detector. `name` is also its file's, its drill's, and its word in alerts."""

    name: str
    family: Family
    key: Key
    state: np.dtype[Any]
    limits: Mapping[str, Limit]
    facts: tuple[str, ...]
    """Names of the figures in `SIGNAL.facts`, for the sentence."""
    leads_to: RestrictionKind | None
    """What this signal alone may lead to; None: it only adds to the risk."""
    weight: float
    """What it adds to its account's risk, 1 to 100. At 100 somebody is woken."""
    title: Mapping[Language, str]
    sentence: Mapping[Language, str]
    """What was seen, with `{fact}` and `{threshold}` places, for a professional and a judge."""
    benign: Mapping[Language, str]
    """What honest work may look the same."""
    see: See
    table: np.dtype[Any] = field(default=np.dtype("i8"))
    table_rows: int = 1
    needs: str | None = None
    """A source that must be connected before it may run (`care`); None: nothing but the journal."""


def loop(function: Callable[..., Any]) -> Any:
    """Compile a detector's loop; the machine code is kept beside the source for the next start."""
    return numba.njit(cache=True, nogil=True, error_model="numpy")(function)
