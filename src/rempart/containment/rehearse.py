"""What would have happened: the journal read again by the same detectors and rules; nothing is written."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

import numpy as np

from rempart.containment.rules.decide import AGAIN, TOGETHER, Evidence, decide
from rempart.detection.engine import Engine, Run, Signal
from rempart.detection.entries import GRANTED, UNPROVEN
from rempart.vocabulary.words import RestrictionKind

_ORDER = list(RestrictionKind)


@dataclass(frozen=True, slots=True)
class Would:
    """A restriction that would have been placed, and what had left by then."""

    account: int
    kind: RestrictionKind
    at: float
    """Seconds since 1970."""
    detectors: tuple[str, ...]
    persons: int
    """Distinct persons disclosed to the account without proof, since the rehearsal's first entry."""


@dataclass(slots=True)
class Rehearsal:
    """Feed it the journal's batches; `signals` and `would` say what came of them."""

    runs: Iterable[Run]
    tried: frozenset[str] = frozenset()
    """Detectors whose observed run counts here, in place of the one in force."""
    engine: Engine = field(init=False)
    signals: list[Signal] = field(default_factory=list)
    would: list[Would] = field(default_factory=list)
    entries: int = 0
    _evidence: dict[int, list[Evidence]] = field(default_factory=dict)
    _holds: dict[int, tuple[RestrictionKind, float]] = field(default_factory=dict)
    _ends: dict[int, list[float]] = field(default_factory=dict)
    _disclosed: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.engine = Engine(self.runs)

    def see(self, entries: np.ndarray) -> list[Signal]:
        """One batch; its signals."""
        found = self.engine.see(entries)
        for signal in found:
            if signal.account and signal.observed == (signal.detector.name in self.tried):
                self._decide(signal, entries)
        self._count(entries)
        self.signals += found
        self.entries += len(entries)
        return found

    def _decide(self, signal: Signal, entries: np.ndarray) -> None:
        now, detector = signal.at / 1e6, signal.detector
        evidence = Evidence(
            len(self.signals),
            signal.account,
            now,
            detector.name,
            detector.family.value,
            detector.weight,
            detector.leads_to,
        )
        before = self._evidence.get(signal.account, [])
        kept = [one for one in before if now - one.at <= TOGETHER.total_seconds()]
        self._evidence[signal.account] = [*kept, evidence]
        earlier = {signal.account: self._earlier(signal.account, now)}
        for wish in decide(self._evidence[signal.account], now, earlier):
            held, ends = self._holds.get(wish.account, (RestrictionKind.STEP_UP, 0.0))
            if ends > now and _ORDER.index(held) >= _ORDER.index(wish.kind):
                continue
            self._holds[wish.account] = (wish.kind, now + wish.lasts.total_seconds())
            self._ends.setdefault(wish.account, []).append(now + wish.lasts.total_seconds())
            persons = self._disclosed_by(signal, entries)
            self.would.append(Would(wish.account, wish.kind, now, wish.detectors, persons))

    def _earlier(self, account: int, now: float) -> int:
        """How many of the account's restrictions had run out by then."""
        return sum(now - AGAIN.total_seconds() <= end <= now for end in self._ends.get(account, []))

    def _disclosed_by(self, signal: Signal, entries: np.ndarray) -> int:
        place = int(np.flatnonzero(entries["seq"] == signal.seq)[0]) + 1
        mine = _disclosing(entries[:place]) & (entries["account"][:place] == signal.account)
        return self._disclosed.get(signal.account, 0) + int(entries["cost"][:place][mine].sum())

    def _count(self, entries: np.ndarray) -> None:
        counted = entries[_disclosing(entries)]
        accounts, places = np.unique(counted["account"], return_inverse=True)
        sums = np.bincount(places, weights=counted["cost"], minlength=len(accounts))
        for account, persons in zip(accounts.tolist(), sums.tolist(), strict=True):
            self._disclosed[account] = self._disclosed.get(account, 0) + int(persons)


def _disclosing(entries: np.ndarray) -> np.ndarray:
    granted: np.ndarray = (entries["verdict"] == GRANTED) & (entries["proof"] == UNPROVEN)
    return granted


def until(batches: Iterable[np.ndarray], end: float, tell: Callable[[int], None]) -> Iterator[np.ndarray]:
    """Batches up to a moment (seconds since 1970), saying how many entries each has."""
    for batch in batches:
        yield batch[batch["at"] <= end * 1e6]
        tell(len(batch))
