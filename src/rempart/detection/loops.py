"""What the loops on rhythm, numbers and care share: rings of fixed size, written in place.

After a change here or in `recall.py`, remove `__pycache__`: numba keeps a loop's machine code by the date
of the loop's own file.
"""

from typing import Any

import numba

_helper = numba.njit(cache=True, nogil=True, error_model="numpy")


@_helper
def push(ring: Any, value: int) -> None:
    """Newest first; the oldest falls out."""
    for k in range(len(ring) - 1, 0, -1):
        ring[k] = ring[k - 1]
    ring[0] = value


@_helper
def is_among(ring: Any, value: int) -> bool:
    """Nobody (0) always is: of them nothing new is said."""
    for k in range(len(ring)):
        if ring[k] == value:
            return True
    return value == 0


@_helper
def is_new(recent: Any, person: int) -> bool:
    """Not among the last persons; then it is from now on. The gate counts a person again after a minute."""
    if is_among(recent, person):
        return False
    push(recent, person)
    return True


@_helper
def within(value: float, least: int, most: int) -> int:
    """A threshold as a number of places in a ring: never outside of it."""
    return int(min(max(value, least), most))
