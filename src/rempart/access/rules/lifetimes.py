"""How long a session lasts."""

from datetime import datetime, timedelta

from rempart.vocabulary.words import Assurance

WHOLE = timedelta(hours=12)
"""After a working day the holder signs in again, whatever happened meanwhile."""
IDLE = timedelta(minutes=30)
"""An unattended counter: a session that can look persons up ends when nobody uses it."""
NOBODY = timedelta(hours=1)
"""A session in which nobody has signed in yet (a second factor is being asked)."""
TOUCH = timedelta(minutes=1)
"""Signs of life closer than this are not written down."""


def expires_at(now: datetime, started_at: datetime, assurance: int, *, anonymous: bool) -> datetime:
    """When the session ends if nothing more is heard of it."""
    if anonymous:
        return now + NOBODY
    end = started_at + WHOLE
    return min(end, now + IDLE) if assurance >= Assurance.SECOND_FACTOR else end


def worth_writing(known: datetime, fresh: datetime) -> bool:
    """Whether the new end differs enough from the one in the database."""
    return abs(fresh - known) >= TOUCH
