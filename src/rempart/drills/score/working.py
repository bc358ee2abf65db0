"""Honest work under the detectors' eyes: the month, and the controls, which only look like attacks."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from rempart.detection.entries import GRANTED, REASONS
from rempart.drills.honest import agenda, controls
from rempart.drills.honest.asks import PATIENT_PRESENT, Asks
from rempart.drills.honest.days import one_day
from rempart.drills.world import DAY, World
from rempart.drills.world_asks import Decisions
from rempart.vocabulary.words import RestrictionKind

_LIMITS = [REASONS[name] for name in ("limit_account", "limit_organisation", "limit_network", "breaker")]
_HELD = {
    RestrictionKind.STEP_UP: "step_ups",
    RestrictionKind.CARD_REQUIRED: "card_required",
    RestrictionKind.FROZEN: "freezes",
}


@dataclass(slots=True)
class Disturbance:
    """What honest professionals met with."""

    days: set[tuple[int, int]] = field(default_factory=set)
    """Account and day on which it asked anything."""
    asked: int = 0
    overdrafts: int = 0
    """Granted on the professional's word that the patient is there."""
    over_limits: int = 0
    asked_to: Counter[int] = field(default_factory=Counter)

    def take(self, asks: Asks, decisions: Decisions) -> None:
        self.days.update(zip(asks["account"].tolist(), (asks["at"] // DAY).tolist(), strict=True))
        self.asked += len(asks)
        present = (asks["proof"] == PATIENT_PRESENT) & (decisions["verdict"] == GRANTED)
        self.overdrafts += int(present.sum())
        self.over_limits += int(np.isin(decisions["reason"], _LIMITS).sum())
        self.asked_to.update(decisions["reason"][decisions["reason"] > 0].tolist())

    def report(self, world: World, since: int, among: Sequence[int] | None = None) -> dict[str, Any]:
        """With the restrictions that detectors placed since then, of these accounts."""
        placed = [
            (account, kind)
            for account, kind, at, _ in world.restrictions(since)
            if among is None or account in among
        ]
        counts = Counter(kind for _, kind in placed)
        return {
            "look_ups": self.asked,
            **{name: counts[kind] for kind, name in _HELD.items()},
            "accounts_disturbed": len({account for account, _ in placed}),
            "overdrafts": self.overdrafts,
            "over_limits": self.over_limits,
            "challenged_for_card": self.asked_to[REASONS["card_required"]],
            "not_granted": {
                name: self.asked_to[number] for name, number in REASONS.items() if self.asked_to[number]
            },
            "signals": _by_detector(signal for signal in world.signals if signal.at >= since),
        }


def month(world: World, days: range, progress: Callable[[int], None] = lambda _: None) -> dict[str, Any]:
    """The days that count, of a world that has lived through its history."""
    plan, seen = world.people.plan, Disturbance()
    since = agenda.first_moment(plan.day(days.start))
    for number in days:
        for asks, decisions in world.live(one_day(plan, plan.day(number))):
            seen.take(asks, decisions)
        progress(number + 1 - days.start)
    return {"professional_days": len(seen.days), **seen.report(world, since)}


def control(ground: World, name: str, history: int) -> dict[str, Any]:
    """One benign control in a copy of the ground, by the accounts concerned alone."""
    plan = ground.people.plan
    made = controls.make(name, plan, plan.day(history))
    seen = Disturbance()
    world = ground.clone(f"c_{name}"[:60])
    try:
        world.signals.clear()
        since = agenda.first_moment(made.day)
        for asks, decisions in world.live(made.asks):
            seen.take(asks, decisions)
        found = seen.report(world, since, made.accounts.tolist())
    finally:
        world.drop()
    quiet = found["freezes"] == 0 and found["step_ups"] + found["card_required"] <= 1
    verdict = "ok" if quiet else "disturbed"
    return {"name": name, "says": made.says, "accounts": len(made.accounts), **found, "verdict": verdict}


def _by_detector(signals: Any) -> dict[str, int]:
    return dict(sorted(Counter(signal.detector.name for signal in signals).items()))
