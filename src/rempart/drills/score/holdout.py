"""Other parameters than those that thresholds were set with: a world that nobody tuned for."""

from typing import Any

import numpy as np

from rempart.drills.honest import assumptions

SPREAD = 0.15
"""Standard deviation of the logarithm of each figure's factor (of its odds, where it is a probability)."""
VARIED = (
    *("team", "lookups", "strangers", "coming_back", "family", "card", "remote", "software", "slips"),
    *("staff", "organisation", "connection", "seen_before", "from_afar", "pace", "present", "leave"),
)
_DRAW = 777


def vary(seed: int) -> None:
    """Draw the assumptions anew, in this process and for good. Sections that others sum to 1 with stay."""
    dice = np.random.default_rng([seed, _DRAW])
    for name in VARIED:
        section = assumptions.sections()[name]
        for key in sorted(section):
            section[key] = _moved(dice, section[key]) if _is_free(name, key, section[key]) else section[key]


def _is_free(section: str, key: str, value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, float):
        return False
    return section != "present" or key == "used"


def _moved(dice: np.random.Generator, value: float) -> float:
    factor = float(np.exp(dice.normal(0, SPREAD)))
    if not 0 < value < 1:
        return value * factor
    odds = value / (1 - value) * factor
    return odds / (1 + odds)
