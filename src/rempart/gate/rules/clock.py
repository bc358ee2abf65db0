"""A wall clock that was stepped cannot hand out two days' budgets: it is caught by the monotonic one."""

from dataclasses import dataclass

TOLERANCE = 60.0
"""Seconds that the wall clock may drift from the monotonic clock before unproven look-ups close."""


@dataclass(frozen=True, slots=True)
class Clock:
    """Both clocks as they stood together when the process started, in seconds."""

    wall: float
    monotonic: float

    def is_sound(self, wall: float, monotonic: float) -> bool:
        return abs((wall - self.wall) - (monotonic - self.monotonic)) <= TOLERANCE
