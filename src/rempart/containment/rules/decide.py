"""What signals lead to. Detectors may step up and require the card; a freeze takes two kinds of evidence.

Pure: signals in, wishes out. What a wish may do is checked again by the database (sql/10_act.sql).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from rempart.vocabulary.words import RestrictionKind

LASTS = {
    RestrictionKind.STEP_UP: timedelta(hours=12),
    RestrictionKind.CARD_REQUIRED: timedelta(hours=48),
    RestrictionKind.FROZEN: timedelta(hours=24),
}
"""How long a detector's first restriction lasts when nobody touches it."""
LONGEST = {kind: timedelta(days=7) for kind in LASTS} | {RestrictionKind.FROZEN: timedelta(hours=24)}
AGAIN = timedelta(days=30)
"""Whoever comes back so soon after a detector's restriction ran out is asked for more, for longer."""
TOGETHER = timedelta(hours=24)
"""Signals further apart than this are not added up."""
FREEZE_FROM = 100.0
"""Sum of weights, of two families at least, from which detectors freeze an account."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """A signal that was kept, as far as deciding needs it."""

    id: int
    account: int
    at: float
    """Seconds since 1970."""
    detector: str
    family: str
    weight: float
    leads_to: RestrictionKind | None


@dataclass(frozen=True, slots=True)
class Wish:
    """A restriction that detectors want."""

    account: int
    kind: RestrictionKind
    signals: tuple[int, ...]
    detectors: tuple[str, ...]
    lasts: timedelta


def decide(evidence: Sequence[Evidence], now: float, earlier: Mapping[int, int]) -> list[Wish]:
    """At most one wish an account: the strictest that its signals of the last 24 hours carry.

    `earlier`: by account, the detectors' restrictions that ran out in the last 30 days.
    """
    fresh = [one for one in evidence if now - one.at <= TOGETHER.total_seconds()]
    by_account: dict[int, list[Evidence]] = {}
    for one in fresh:
        by_account.setdefault(one.account, []).append(one)
    wishes = (
        _wish(account, signals, earlier.get(account, 0))
        for account, signals in sorted(by_account.items())
        if account
    )
    return [wish for wish in wishes if wish]


def _wish(account: int, signals: Sequence[Evidence], earlier: int) -> Wish | None:
    kinds = [one.leads_to for one in signals if one.leads_to]
    if not kinds:
        return None
    order = list(RestrictionKind)
    kind = max(kinds, key=order.index)
    if _carries_a_freeze(signals):
        kind = RestrictionKind.FROZEN
    elif earlier or kind == RestrictionKind.FROZEN:
        kind = RestrictionKind.CARD_REQUIRED
    return Wish(
        account,
        kind,
        tuple(sorted(one.id for one in signals)),
        tuple(sorted({one.detector for one in signals})),
        min(LASTS[kind] * 2**earlier, LONGEST[kind]),
    )


def _carries_a_freeze(signals: Sequence[Evidence]) -> bool:
    """Two families, each with a signal that leads to something by itself; strong enough together."""
    strongest: dict[str, float] = {}
    for one in signals:
        if one.leads_to:
            strongest[one.family] = max(strongest.get(one.family, 0.0), one.weight)
    return len(strongest) > 1 and sum(strongest.values()) >= FREEZE_FROM
