"""How long a replay goes on: to its bound of time, or until nothing has come for longer than a window."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from rempart.drills.tally import Tally

PATIENCE = 90.0
"""Seconds without any answer after which an attacker who waits for the next minute has waited enough."""


@dataclass(slots=True)
class Clock:
    """Time since the start of one replay. `shown` is told the share that has passed, 0 to 1."""

    seconds: float
    shown: Callable[[float], None] = lambda _: None
    _began: float = field(default_factory=time.monotonic)

    def now(self) -> float:
        return time.monotonic() - self._began

    def goes_on(self, tally: Tally) -> bool:
        """Whether to ask once more."""
        now = self.now()
        self.shown(min(1.0, now / self.seconds))
        return now < self.seconds and now - tally.granted_at < PATIENCE
