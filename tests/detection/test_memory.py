import numpy as np
import pytest

from rempart.detection import memory
from rempart.detection.engine import Run
from rempart.detection.known import known
from rempart.detection.runs import chosen
from rempart.detection.source import Cursor
from tests.detection.feed import entries


def _fed():
    return entries({"account": 1 + n % 7, "decoy": n % 2, "person": 100 + n % 11} for n in range(60))


@pytest.fixture
def runs():
    return lambda: [Run.shipped(known()["decoy"], {"decoys": 3})]


def test_what_is_remembered_outlives_a_start(tmp_path, runs):
    whole = memory.load(tmp_path, runs()).engine.see(_fed())
    mind = memory.load(tmp_path, runs())
    first = mind.engine.see(_fed()[:25])
    mind.cursor = Cursor(25, 25)
    memory.save(tmp_path, memory.copied(mind))
    again = memory.load(tmp_path, runs())
    assert again.cursor == Cursor(25, 25)
    then = again.engine.see(_fed()[25:])
    assert [(one.seq, one.facts) for one in first + then] == [(one.seq, one.facts) for one in whole]
    assert then


def test_what_others_remembered_is_not_read(tmp_path, runs):
    mind = memory.load(tmp_path, runs())
    mind.cursor = Cursor(9, 9)
    memory.save(tmp_path, memory.copied(mind))
    assert memory.load(tmp_path, [*runs(), *runs()]).cursor == Cursor()
    assert memory.load(tmp_path, runs()).cursor == Cursor(9, 9)


@pytest.mark.parametrize("garbage", [b"", b"not an archive", b"PK\x03\x04 half of one"])
def test_a_broken_file_means_the_journal_is_read_again(tmp_path, runs, garbage):
    (tmp_path / "memory.npz").write_bytes(garbage)
    mind = memory.load(tmp_path, runs())
    assert mind.cursor == Cursor()
    assert len(mind.engine.see(_fed())) > 0


def test_settings_change_what_runs(tmp_path):
    shipped = {run.detector.name for run in chosen()}
    assert "decoy" in shipped
    assert "decoy" not in {run.detector.name for run in chosen([("decoy", "mode", False, 0.0)])}
    observed = next(run for run in chosen([("decoy", "mode", False, 1.0)]) if run.detector.name == "decoy")
    assert observed.observed
    both = [run for run in chosen([("decoy", "decoys", True, 5.0)]) if run.detector.name == "decoy"]
    assert [(run.observed, run.limits["decoys"]) for run in both] == [(False, 1.0), (True, 5.0)]


def test_choosing_anew_keeps_what_was_remembered(tmp_path, runs):
    mind = memory.load(tmp_path, runs())
    mind.engine.see(_fed()[:25])
    before = np.copy(mind.engine.runs[0].state)
    mind.engine.choose(runs())
    assert (mind.engine.runs[0].state == before).all()
