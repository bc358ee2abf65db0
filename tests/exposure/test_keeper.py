"""Sorted copies of finished days are made without anybody's asking."""

import os
import signal
import subprocess
import sys
import threading
import time
from datetime import timedelta

from rempart.exposure import keeper, projections
from tests.exposure import made
from tests.exposure.made import entry


def _journal(folder, days):
    entries = [entry(n, person=n, at=made.START + timedelta(hours=12 * n)) for n in range(1, 2 * days)]
    return made.sealed(folder, [[one] for one in entries])


def test_the_process_makes_copies_at_once_and_ends_when_asked(tmp_path):
    objects = _journal(tmp_path, 3)
    running = subprocess.Popen(
        [sys.executable, "-m", "rempart.exposure.keeper", "--data", tmp_path],
        env=os.environ | {"REMPART_SEALED": str(objects.url)},
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 30
    try:
        while len(list((tmp_path / "exposure").glob("*/*.parquet"))) < 4:  # two finished days, two kinds
            assert time.monotonic() < deadline
            assert running.poll() is None
            time.sleep(0.1)
    finally:
        running.send_signal(signal.SIGTERM)
    assert running.wait(10) == 0
    assert all(row["agrees"] for row in projections.check(objects, tmp_path / "exposure"))


def test_what_cannot_be_copied_is_told_and_tried_again(tmp_path, caplog):
    objects = _journal(tmp_path, 3)
    tries = []

    class Ended(threading.Event):
        def wait(self, _=None):
            if len(tries) == 1:
                tries.append("mended")
                (tmp_path / "exposure").unlink()
            elif tries:
                self.set()
            else:
                tries.append("failed")
            return self.is_set()

    (tmp_path / "exposure").write_text("a file stands where the folder should")
    keeper.follow(objects, tmp_path / "exposure", Ended())
    assert "no sorted copy was made" in caplog.text
    assert len(list((tmp_path / "exposure").glob("*/*.parquet"))) == 4
