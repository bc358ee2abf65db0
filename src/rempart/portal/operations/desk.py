"""What the desk says at a glance: how much happens, against what may; who watches; what waits."""

from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest

from rempart.gate.errors import GateUnavailableError
from rempart.portal.operations import alert_store, alert_words, desk_store, store
from rempart.portal.operations.level import WAKES, Level, Seen, level
from rempart.portal.shared.caller import caller_of, gate
from rempart.vocabulary.words import Proof

_WAITING = 8
_HELD = 5


@dataclass(frozen=True, slots=True)
class Breaker:
    """Distinct persons without proof over the last hour, whole platform, and the most there may be."""

    spent: int
    limit: int


@dataclass(frozen=True, slots=True)
class Tiles:
    """The last minute, the breaker, restrictions."""

    granted: int
    challenged: int
    refused: int
    carded: int
    breaker: Breaker | None
    in_force: int

    @property
    def total(self) -> int:
        """Look-ups of the last minute."""
        return self.granted + self.challenged + self.refused

    @property
    def by_card(self) -> int | None:
        """Per cent of answers that a card proved; None without answers."""
        return round(100 * self.carded / self.granted) if self.granted else None


@dataclass(frozen=True, slots=True)
class Glance:
    """The whole desk, read at one moment."""

    level: Level
    reasons: list[str]
    tiles: Tiles
    watch: dict[str, Any]
    waiting: list[dict[str, Any]]
    states: dict[str, int]
    held: list[dict[str, Any]]
    closed: list[dict[str, Any]] = field(default_factory=list)

    @property
    def live(self) -> int:
        """Alerts that still ask for somebody."""
        return sum(self.states.values())


def tiles() -> Tiles:
    """Read now."""
    return _tiles(desk_store.watch())


def glance(request: HttpRequest) -> Glance:
    """Read now: six short questions."""
    watch = desk_store.watch()
    waiting = alert_store.alerts(alert_store.Filters(), _WAITING)
    states, closed = alert_store.counts(), desk_store.closed()
    found, reasons = level(_seen(request, watch, waiting, states, closed))
    return Glance(
        found,
        reasons,
        _tiles(watch),
        watch,
        [with_words(one) for one in waiting],
        states,
        desk_store.in_force(_HELD),
        closed,
    )


def with_words(alert: dict[str, Any]) -> dict[str, Any]:
    """An alert with its signals told: the heaviest detector first."""
    return alert | {
        "told": [alert_words.told(one) for one in alert["seen"]],
        "what_words": alert_words.WHATS.get(alert["what"] or "", alert["what"] or ""),
        "state_words": alert_words.STATES[alert["state"]],
        "look": alert_words.STATE_LOOKS[alert["state"]],
        "grave": alert["risk"] >= WAKES,
        "live": alert["state"] in alert_words.LIVE,
    }


def explained(request: HttpRequest, login: str, proof: str) -> dict[str, Any] | None:
    """How the gate would decide a look-up by this account now; None when it does not say."""
    try:
        reply = gate().explain(caller_of(request), {"login": login, "purpose": "rights", "proof": proof})
    except GateUnavailableError:
        return None
    return reply.body if reply.status == 200 else None  # noqa: PLR2004  # HTTP's own word for yes


def _tiles(watch: dict[str, Any]) -> Tiles:
    found = desk_store.last_minute()
    rates = {
        verdict: sum(row["n"] for row in found if row["verdict"] == verdict)
        for verdict in ("granted", "challenged", "refused")
    }
    carded = sum(row["n"] for row in found if row["verdict"] == "granted" and row["proof"] == Proof.CARD)
    return Tiles(
        **rates, carded=carded, breaker=Breaker(watch["spent"], watch["lim"]), in_force=store.in_force()
    )


def _seen(
    request: HttpRequest,
    watch: dict[str, Any],
    waiting: list[dict[str, Any]],
    states: dict[str, int],
    closed: list[dict[str, Any]],
) -> Seen:
    urgent = sum(1 for one in waiting if one["state"] == "open" and one["risk"] >= WAKES)
    return Seen(
        urgent=urgent,
        waiting=states.get("open", 0) - urgent,
        held=states.get("taken", 0) + states.get("restricted", 0),
        unwatched=watch["unwatched"],
        started=watch["beat_at"] is not None,
        lag=watch["lag"] or 0.0,
        spent=watch["spent"],
        limit=watch["lim"],
        tripped=watch["tripped"],
        answers=_answers(request),
        closed=len(closed),
    )


def _answers(request: HttpRequest) -> bool:
    try:
        gate().left(caller_of(request))
    except GateUnavailableError:
        return False
    return True
