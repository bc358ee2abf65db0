"""Small files become large ones: the journal verifies before, between and after; nothing counts twice."""

import os
import shutil
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

from rempart.exposure import source
from rempart.journal import merge
from rempart.journal.log import Log
from rempart.journal.objects import Folder
from rempart.journal.tiles import DamagedFault
from rempart_verify.place import Place
from rempart_verify.verify import verify
from tests.verify.sealed import COUNT, KEY, SIGNER, seal

LATER = date(2027, 1, 1)


@pytest.fixture(scope="module")
def sealed(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("small")
    seal(folder)
    return folder


@pytest.fixture
def objects(sealed, tmp_path) -> Folder:
    return Folder(shutil.copytree(sealed, tmp_path / "copy"))


def _intact(objects):
    report = verify(Place(objects.url), KEY)
    assert report.intact, report.findings
    assert (report.entries, report.size) == (COUNT, COUNT)
    return report


def _counted(objects):
    return sum(span.end - span.start for span in source.segments(objects, COUNT))


def _files(objects, folder):
    return sorted(objects.names(folder))


def test_a_day_has_one_segment_at_last_and_every_step_verifies(objects):
    before = _intact(objects)
    days = Counter(name.split("/")[1] for name in objects.names("segments"))
    assert merge.round_(objects, LATER) == sum(files > 1 for files in days.values()) + 1
    between = _intact(objects)
    assert (between.segments, between.checkpoints) == (len(days), before.checkpoints)
    assert _counted(objects) == COUNT
    assert len(_files(objects, "segments")) > len(days)
    assert merge.round_(objects, LATER) == 0
    after = _intact(objects)
    assert (after.segments, after.checkpoints) == (len(days), before.checkpoints)
    assert len(_files(objects, "segments")) == len(days)
    assert len(_files(objects, "checkpoints")) == 1
    assert _counted(objects) == COUNT


def test_today_is_left_alone_and_sealing_goes_on_behind_what_was_merged(objects):
    last = sorted({name.split("day=")[1][:10] for name in objects.names("segments")})[-2]
    merge.round_(objects, date.fromisoformat(last))
    merge.round_(objects, date.fromisoformat(last))
    of_today = [name for name in objects.names("segments") if last in name]
    assert len(of_today) > 1
    seal(Path(objects.url), COUNT + 700, first=COUNT)
    report = verify(Place(objects.url), KEY)
    assert report.intact, report.findings
    assert report.size == COUNT + 700
    assert Log(objects, SIGNER).size == COUNT + 700


def test_no_merged_file_is_larger_than_it_may_be(objects, monkeypatch):
    monkeypatch.setattr(merge, "MOST", 1_500)
    monkeypatch.setattr(merge, "NOTES", 5)
    merge.round_(objects, LATER)
    merge.round_(objects, LATER)
    _intact(objects)
    assert max(span.end - span.start for span in source.segments(objects, COUNT)) <= 1_500
    assert len(_files(objects, "checkpoints")) == -(-(COUNT // 500) // 5)


@pytest.mark.parametrize("broken", ["changed", "missing", "garbage"])
def test_a_damaged_segment_is_never_merged_away(objects, broken):
    names = _files(objects, "segments")
    path = Path(objects.url) / names[3]
    if broken == "missing":
        path.unlink()
    else:
        other = (Path(objects.url) / names[4]).read_bytes()
        path.write_bytes(other if broken == "changed" else b"garbage")
    left = _files(objects, "segments")
    if broken == "missing":
        merge.round_(objects, LATER)
    else:
        with pytest.raises(DamagedFault):
            merge.round_(objects, LATER)
    assert set(left) <= set(_files(objects, "segments"))
    assert not verify(Place(objects.url), KEY).intact


class _KilledError(Exception):
    pass


class _Dying(Folder):
    """Dies before, or after, its n-th step."""

    left = 0

    def _step(self):
        self.left -= 1
        if self.left == 0:
            raise _KilledError

    def put(self, name, content):
        self._step()
        super().put(name, content)
        self._step()

    def remove(self, name):
        self._step()
        super().remove(name)
        self._step()


@pytest.mark.parametrize("step", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 20, 30])
def test_killed_at_any_step_it_verifies_and_the_next_round_ends_it(objects, step):
    dying = _Dying(Path(objects.url))
    dying.left = step
    for _ in range(2):
        try:
            merge.round_(dying, LATER)
        except _KilledError:
            break
    _intact(objects)
    for _ in range(3):
        merge.round_(objects, LATER)
    _intact(objects)
    assert len(_files(objects, "checkpoints")) == 1


def test_a_round_is_due_once_a_day(tmp_path):
    marker = tmp_path / "merged"
    marker.touch()
    old = marker.stat().st_mtime - timedelta(days=2).total_seconds()
    assert merge._left(marker) > 80_000
    os.utime(marker, (old, old))
    assert merge._left(marker) < 0
    assert merge._left(tmp_path / "none") == 0
