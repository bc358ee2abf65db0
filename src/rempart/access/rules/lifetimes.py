"""How long a session lasts, by the level that its holder has proved."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from rempart.vocabulary.words import Assurance


@dataclass(frozen=True, slots=True)
class Lasts:
    """The longest that a session lives, and the longest that it may lie unused."""

    whole: timedelta
    idle: timedelta


_WORKING_DAY, _UNATTENDED = timedelta(hours=12), timedelta(minutes=30)
LASTS = {
    Assurance.PASSWORD: Lasts(_WORKING_DAY, _UNATTENDED),
    Assurance.SECOND_FACTOR: Lasts(_WORKING_DAY, _UNATTENDED),
    Assurance.CARD: Lasts(_WORKING_DAY, _UNATTENDED),
}
"""After a working day the holder signs in again, whatever happened meanwhile; an unattended counter
locks itself. (The figures of NIST SP 800-63B for its second level. The strongest proof is not punished with
a shorter life: what is sensitive asks for a fresh one anyway.)"""
NOBODY = timedelta(hours=1)
"""A session in which nobody has signed in yet (a second factor is being asked)."""
TOUCH = timedelta(minutes=1)
"""Signs of life closer than this are not written down."""


def expires_at(now: datetime, started_at: datetime, assurance: int, *, anonymous: bool) -> datetime:
    """When the session ends if nothing more is heard of it."""
    if anonymous:
        return now + NOBODY
    lasts = LASTS[Assurance(assurance)]
    return min(started_at + lasts.whole, now + lasts.idle)


def worth_writing(known: datetime, fresh: datetime) -> bool:
    """Whether the new end differs enough from the one in the database."""
    return abs(fresh - known) >= TOUCH
