"""What the desk's tiles say: how much happens now, against what is allowed at most."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from rempart.gate.errors import GateUnavailableError
from rempart.portal.operations import store
from rempart.portal.shared.caller import caller_of, gate
from rempart.vocabulary.words import Scope, Window


@dataclass(frozen=True, slots=True)
class Breaker:
    """Distinct persons without proof over the last hour, whole platform, and the most there may be."""

    spent: int
    limit: int


@dataclass(frozen=True, slots=True)
class Tiles:
    """The desk at a glance."""

    granted: int
    challenged: int
    refused: int
    breaker: Breaker | None
    in_force: int

    @property
    def total(self) -> int:
        """Look-ups of the last minute."""
        return self.granted + self.challenged + self.refused


def tiles(request: HttpRequest) -> Tiles:
    """Read now."""
    rates = store.rates()
    return Tiles(
        rates.get("granted", 0),
        rates.get("challenged", 0),
        rates.get("refused", 0),
        _breaker(request),
        store.in_force(),
    )


def explained(request: HttpRequest, login: str, proof: str) -> dict[str, Any] | None:
    """How the gate would decide a look-up by this account now; None when it does not say."""
    try:
        reply = gate().explain(caller_of(request), {"login": login, "purpose": "rights", "proof": proof})
    except GateUnavailableError:
        return None
    return reply.body if reply.status == 200 else None  # noqa: PLR2004  # HTTP's own word for yes


def _breaker(request: HttpRequest) -> Breaker | None:
    found = explained(request, request.user.get_username(), "none")
    for step in (found or {}).get("steps", []):
        if step["step"] == "limit" and step["scope"] == Scope.PLATFORM:
            limit = step["limits"][Window.HOUR]
            # The gate says what it would be after one more person, unless there is no room for one.
            spent = step["after"][Window.HOUR] - (1 if step["passes"] else 0)
            return Breaker(spent, limit)
    return None
