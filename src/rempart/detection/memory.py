"""What the detectors remember, kept in a file between two starts.

One file, replaced whole. Made by other thresholds' shapes or another version of a detector's state, it is
not read: the journal is, again.
"""

import hashlib
import logging
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from rempart.detection.engine import Engine, Run
from rempart.detection.entries import ENTRY
from rempart.detection.index import Index
from rempart.detection.source import Cursor

_NAME = "memory.npz"
_log = logging.getLogger("rempart.detection")


@dataclass(slots=True)
class Mind:
    """An engine and the last entry it has seen."""

    engine: Engine
    cursor: Cursor


def load(folder: Path, runs: Sequence[Run]) -> Mind:
    """What was kept, where it fits these runs; else an empty mind."""
    mind = Mind(Engine(runs), Cursor())
    try:
        with (folder / _NAME).open("rb") as file, np.load(file, allow_pickle=False) as kept:
            if str(kept["shape"]) == _shape(mind.engine):
                _restore(mind, kept)
    except FileNotFoundError:
        pass
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        _log.warning("what was remembered cannot be read: the journal is read again")
        return Mind(Engine(runs), Cursor())
    return mind


def copied(mind: Mind) -> dict[str, np.ndarray]:
    """All that is remembered, as it is now."""
    return {name: np.array(array) for name, array in _arrays(mind).items()}


def save(folder: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Write beside, flush, then replace: a crash leaves the earlier file."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = folder / f".{_NAME}"
    with beside.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(folder / _NAME)


def _arrays(mind: Mind) -> dict[str, np.ndarray]:
    engine = mind.engine
    arrays = {"shape": np.array(_shape(engine)), "cursor": np.array([mind.cursor.x, mind.cursor.seq])}
    for key, index in engine.indices.items():
        arrays[f"{key}.keys"] = index.keys[: index.count]
        arrays[f"{key}.last"] = index.last[: index.count]
    for place, run in enumerate(engine.runs):
        count = engine.indices[run.detector.key].count if run.detector.key != "none" else 1
        arrays[f"{place}.state"] = run.state[:count].view("u1")
        arrays[f"{place}.table"] = run.table.view("u1")
    return arrays


def _restore(mind: Mind, kept: np.lib.npyio.NpzFile) -> None:
    for key in mind.engine.indices:
        index = Index()
        index.places(kept[f"{key}.keys"], kept[f"{key}.last"])
        mind.engine.indices[key] = index
    for place, run in enumerate(mind.engine.runs):
        state = kept[f"{place}.state"].view(run.state.dtype)
        run.state = np.zeros(max(len(state), 1024), run.state.dtype)
        run.state[: len(state)] = state
        run.table = kept[f"{place}.table"].view(run.table.dtype).copy()
    mind.cursor = Cursor(*(int(number) for number in kept["cursor"]))


def _shape(engine: Engine) -> str:
    """A digest of every run's states and loops: what was remembered by others is of no use."""
    digest = hashlib.sha256(repr(ENTRY).encode())
    for run in engine.runs:
        told = (
            run.detector.name,
            run.observed,
            repr(run.detector.state),
            repr(run.detector.table),
            len(run.table),
        )
        digest.update(repr(told).encode())
        digest.update(run.detector.see.py_func.__code__.co_code)  # type: ignore[attr-defined]
    return digest.hexdigest()
