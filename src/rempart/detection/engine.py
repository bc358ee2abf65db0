"""Every detector over a batch of entries, with what each remembers from the batches before."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from rempart.detection.detector import SIGNAL, Detector
from rempart.detection.entries import ENTRY
from rempart.detection.index import Index

_KEYS = ("account", "organisation", "network", "device")
_LEAST = 256
"""Room for signals beside one for each entry and a half: a loop must never run out of it unseen."""


@dataclass(frozen=True, slots=True)
class Signal:
    """A detector has seen something. Figures only: the sentence is the detector's."""

    detector: Detector
    at: int
    """Microseconds since 1970 of the entry that completed it."""
    seq: int
    account: int
    network: int
    organisation: int
    facts: dict[str, float]
    limits: dict[str, float]
    observed: bool = False

    def say(self, language: Any) -> str:
        """In words."""
        shown = {name: _plain(value, language) for name, value in (self.limits | self.facts).items()}
        return self.detector.sentence[language].format(**shown)


@dataclass(slots=True)
class Run:
    """One detector with the thresholds it runs by, and its memory."""

    detector: Detector
    limits: dict[str, float]
    observed: bool = False
    state: np.ndarray = field(init=False)
    table: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.state = np.zeros(1024 if self.detector.key != "none" else 1, self.detector.state)
        self.table = np.zeros(self.detector.table_rows, self.detector.table)

    @classmethod
    def shipped(
        cls, detector: Detector, over: Mapping[str, float] | None = None, *, observed: bool = False
    ) -> "Run":
        """With the shipped thresholds, but for those given."""
        limits = {name: limit.value for name, limit in detector.limits.items()} | dict(over or {})
        return cls(detector, limits, observed)

    def see(self, entries: np.ndarray, index: np.ndarray) -> list[Signal]:
        """The signals of one batch, in order."""
        limits = np.array([self.limits[name] for name in self.detector.limits], "f8")
        out = np.zeros(len(entries) + len(entries) // 2 + _LEAST, SIGNAL)
        count = self.detector.see(entries, index, self.state, self.table, limits, out)
        return [self._signal(entries, found) for found in out[:count]]

    def _signal(self, entries: np.ndarray, found: Any) -> Signal:
        entry = entries[found["place"]]
        return Signal(
            detector=self.detector,
            at=int(entry["at"]),
            seq=int(entry["seq"]),
            account=int(found["account"]),
            network=int(found["network"]),
            organisation=int(entry["organisation"]) if found["account"] == entry["account"] else 0,
            facts=dict(zip(self.detector.facts, (float(value) for value in found["facts"]), strict=False)),
            limits=self.limits,
            observed=self.observed,
        )


class Engine:
    """All runs. Feed it batches in the journal's commit order; where they end changes nothing."""

    def __init__(self, runs: Iterable[Run]) -> None:
        self.runs: Sequence[Run] = list(runs)
        self.indices = {key: Index() for key in _KEYS}

    def see(self, entries: np.ndarray) -> list[Signal]:
        """Signals of a batch (ENTRY records), in the order of the entries that completed them."""
        if entries.dtype != ENTRY:
            raise TypeError("entries are ENTRY records")
        if len(entries) == 0:
            return []
        places = self._places(entries)
        found: list[Signal] = []
        for run in self.runs:
            found += run.see(entries, places[run.detector.key])
        order = {int(seq): place for place, seq in enumerate(entries["seq"])}
        found.sort(key=lambda signal: (order[signal.seq], signal.detector.name))
        self._forget()
        return found

    def choose(self, runs: Iterable[Run]) -> None:
        """Run these from now on. One that ran already, or observed the same thresholds, keeps its memory."""
        had = {(run.detector.name, run.observed): run for run in self.runs}
        self.runs = list(runs)
        for run in self.runs:
            if earlier := had.get((run.detector.name, run.observed)):
                run.state, run.table = earlier.state, earlier.table

    def memory(self) -> int:
        """Bytes held for states and tables."""
        return sum(run.state.nbytes + run.table.nbytes for run in self.runs)

    def _places(self, entries: np.ndarray) -> dict[str, np.ndarray]:
        at = np.ascontiguousarray(entries["at"])
        places = {
            key: index.places(np.ascontiguousarray(entries[key]), at) for key, index in self.indices.items()
        }
        for run in self.runs:
            if run.detector.key != "none":
                run.state = _room(run.state, self.indices[run.detector.key].count)
        return places | {"none": np.zeros(len(entries), "i8")}

    def _forget(self) -> None:
        for key, index in self.indices.items():
            if index.is_full:
                kept = index.forget()
                for run in self.runs:
                    if run.detector.key == key:
                        state = np.zeros(len(run.state), run.state.dtype)
                        state[: len(kept)] = run.state[kept]
                        run.state = state


def _room(state: np.ndarray, needed: int) -> np.ndarray:
    if needed <= len(state):
        return state
    longer = np.zeros(1 << int(needed - 1).bit_length(), state.dtype)
    longer[: len(state)] = state
    return longer


def _plain(value: float, language: str) -> str:
    if value == int(value) or abs(value) >= 100:  # noqa: PLR2004  # a figure to read
        return f"{value:.0f}"
    return f"{value:.1f}".replace(".", "," if language == "fr" else ".")
