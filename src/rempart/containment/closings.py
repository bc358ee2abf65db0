"""What is closed now, for every page: the message, and when it is expected to reopen."""

from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache
from django.db import DatabaseError, connection, transaction

from rempart.vocabulary.words import Scope

_IN_FORCE = """
    select scope, subject, message, starts_at, coalesce(reopens_at, ends_at) from gate.restriction
     where kind = 'closed' and lifted_at is null and starts_at <= now()
       and (ends_at is null or ends_at > now())
     order by scope <> 4, id desc limit 5
"""
_FRESH = 2
"""Seconds for which pages say the same. Look-ups are refused by the gate, which asks each time."""


@dataclass(frozen=True, slots=True)
class Closing:
    """A door that is closed."""

    scope: int
    subject: str
    message: str
    since: datetime
    reopens_at: datetime | None

    @property
    def what(self) -> str:
        """`everything`, `insurer`, `software`, or the channel."""
        if self.scope == Scope.CHANNEL:
            return self.subject
        return "everything" if self.scope == Scope.PLATFORM else Scope(self.scope).name.lower()


def closings() -> list[Closing]:
    """Those in force; none when the database does not say: a page that explains must not fail for it."""
    known: list[Closing] | None = cache.get("containment.closings")
    if known is None:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(_IN_FORCE)
                known = [Closing(*row) for row in cursor.fetchall()]
        except DatabaseError:
            return []
        cache.set("containment.closings", known, _FRESH)
    return known
