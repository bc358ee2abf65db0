"""Kills, cuts and a full disk, under load. What a client was told stands in the journal, always."""

import os
import signal
import time
from pathlib import Path

import psycopg
import pytest

from rempart.database import directory
from rempart.database.connect import dsn
from tests.faults.conftest import Fragile, fragile_in
from tests.faults.cutter import Cutter
from tests.faults.load import Load, check

pytestmark = pytest.mark.faults


def judged(fragile: Fragile, load: Load) -> None:
    fragile.house.wait_ready()
    with fragile.owner() as owner:
        check(load, owner)


def test_a_killed_gate_forgets_nothing_it_told(fragile: Fragile) -> None:
    with fragile.load() as load:
        for _ in range(4):
            load.wait_for_answers(15)
            fragile.house.stop(signal.SIGKILL)
            fragile.house.start()
        load.wait_for_answers(15)
    judged(fragile, load)


def test_a_killed_database_forgets_nothing_that_was_told(fragile: Fragile) -> None:
    with fragile.load() as load:
        for _ in range(3):
            load.wait_for_answers(15)
            assert fragile.cluster.process
            os.kill(fragile.cluster.process.pid, signal.SIGKILL)
            fragile.cluster.process.wait()
            fragile.cluster.start()
        load.wait_for_answers(15)
    judged(fragile, load)


def test_killed_backends_are_replaced_by_themselves(fragile: Fragile) -> None:
    with fragile.load() as load:
        for _ in range(3):
            load.wait_for_answers(15)
            with psycopg.connect(dsn("superuser", fragile.data_dir), autocommit=True) as admin:
                admin.execute(
                    "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'rempart_gate'"
                )
        load.wait_for_answers(15)
    judged(fragile, load)


def test_an_answer_cut_off_after_its_commit_is_given_again_and_counts_once(fragile: Fragile) -> None:
    cutter = Cutter(directory.read_address(fragile.data_dir)["port"])
    direct = dsn("gate", fragile.data_dir)
    port = f":{directory.read_address(fragile.data_dir)['port']}/"
    fragile.house.stop()
    fragile.house.start({"REMPART_DSN": direct.replace(port, f":{cutter.port}/")})
    try:
        with fragile.load() as load:
            for _ in range(30):
                load.wait_for_answers(2)
                cutter.cut()
            load.wait_for_answers(15)
        judged(fragile, load)
        assert cutter.done >= 25
        assert load.statuses[503] > 0
    finally:
        fragile.house.stop()
        cutter.close()
        fragile.house.start()


def test_a_full_disk_refuses_and_recovers(small_disk: Path) -> None:
    with fragile_in(small_disk / "data") as fragile:
        filler = small_disk / "filler"
        with fragile.load() as load:
            load.wait_for_answers(15)
            fill(filler)
            told = len(load.told)
            until_refused(load)
            filler.unlink()
            if fragile.cluster.process and fragile.cluster.process.poll() is not None:
                fragile.cluster.start()  # as the supervisor does
            load.wait_for_answers(15, seconds=60)
            assert len(load.told) > told
        judged(fragile, load)


def fill(filler: Path) -> None:
    """Write until nothing fits."""
    with filler.open("wb", buffering=0) as file:
        for size in (1 << 20, 1 << 12, 1):
            try:
                while True:
                    file.write(b"\0" * size)
            except OSError:
                continue


def until_refused(load: Load, seconds: float = 30) -> None:
    """Until the lack of space is felt: no answer any more, but 503 or silence."""
    deadline, before = time.monotonic() + seconds, load.statuses[503]
    while load.statuses[503] < before + 5:
        assert time.monotonic() < deadline, dict(load.statuses)
        time.sleep(0.05)
