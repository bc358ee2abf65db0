"""What a caller whom a restriction holds is told of it: which, since when, until when, why."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from rempart.vocabulary.causes import causes
from rempart.vocabulary.words import Scope

_OWN = frozenset({Scope.ACCOUNT, Scope.ORGANISATION, Scope.SESSION})


@dataclass(frozen=True, slots=True)
class Held:
    """A restriction as the database holds it."""

    id: int
    scope: int
    kind: str
    reason: str
    author: str
    starts_at: datetime
    ends_at: datetime | None
    message: str | None
    reopens_at: datetime | None

    @property
    def by_detector(self) -> bool:
        return self.author == "detector"


def told(held: Held, language: str) -> dict[str, Any]:
    """JSON for an answer. Of what is not about the caller themselves no cause is told but its message."""
    return {
        "number": held.id,
        "kind": held.kind,
        "scope": Scope(held.scope).name.lower(),
        "since": _iso(held.starts_at),
        "until": _iso(held.ends_at),
        "why": " ".join(causes(held.reason, held.author, language)) if held.scope in _OWN else None,
        "message": held.message,
        "reopens_at": _iso(held.reopens_at),
    }


def _iso(at: datetime | None) -> str | None:
    return at.isoformat(timespec="seconds").replace("+00:00", "Z") if at else None
