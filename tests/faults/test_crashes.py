"""A server that crashes and recovers by itself: what it had not written yet was told to nobody."""

import asyncio
import os
import random
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from rempart.database.connect import dsn
from rempart.gate.look_up import Gate
from rempart.gate.rules.reply import Reply
from tests.faults.conftest import Fragile
from tests.faults.load import check
from tests.gate.inside import ask, run

pytestmark = pytest.mark.faults


def backends(fragile: Fragile) -> list[int]:
    with psycopg.connect(dsn("superuser", fragile.data_dir), autocommit=True) as admin:
        rows = admin.execute("select pid from pg_stat_activity where usename = 'rempart_gate'").fetchall()
    return [row[0] for row in rows]


def crash(fragile: Fragile) -> None:
    """Kill one backend outright: the server ends all others and recovers, as after a fault in its memory."""
    os.kill(random.choice(backends(fragile)), signal.SIGKILL)


def wait_for_server(fragile: Fragile, seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            with fragile.owner() as owner:
                owner.execute("select 1")
                return
        except psycopg.Error:
            assert time.monotonic() < deadline
            time.sleep(0.02)


def test_a_server_that_crashes_and_recovers_has_lost_nothing_that_was_told(fragile: Fragile) -> None:
    with fragile.load() as load:
        for _ in range(6):
            load.wait_for_answers(15)
            crash(fragile)
            wait_for_server(fragile)
        load.wait_for_answers(15)
    fragile.house.wait_ready()
    with fragile.owner() as owner:
        check(load, owner)


@contextmanager
def slow_to_write(fragile: Fragile) -> Iterator[None]:
    """The server writes asynchronous commits to disk only when it must."""
    with psycopg.connect(dsn("superuser", fragile.data_dir), autocommit=True) as admin:
        for delay in ("wal_writer_delay = '10s'", "wal_writer_flush_after = '1GB'"):
            admin.execute(f"alter system set {delay}")
        admin.execute("select pg_reload_conf()")
    try:
        yield
    finally:
        with psycopg.connect(dsn("superuser", fragile.data_dir), autocommit=True) as admin:
            admin.execute("alter system reset all")
            admin.execute("select pg_reload_conf()")


def test_a_crash_between_the_decision_and_its_flush_discloses_nothing(fragile: Fragile) -> None:
    """The decision is lost with the server's memory, and a flush after the recovery would succeed."""
    with fragile.owner() as fragile.house.owner:
        account, person = fragile.house.account(), fragile.house.person()

        async def story(gate: Gate) -> tuple[Reply, Reply]:
            decide = gate.store.look_up

            async def decide_then_crash(*arguments: Any) -> Any:
                row = await decide(*arguments)
                await asyncio.to_thread(crash, fragile)
                await asyncio.to_thread(wait_for_server, fragile)
                return row

            gate.store.look_up = decide_then_crash  # type: ignore[method-assign]
            during = await gate.look_up(ask(account, person.ask(), "crashed-between"))
            gate.store.look_up = decide  # type: ignore[method-assign]
            for _ in range(20):
                after = await gate.look_up(ask(account, person.ask(), "crashed-between"))
                if after.status != 503:
                    break
                await asyncio.sleep(0.1)
            return during, after

        with slow_to_write(fragile):
            during, after = run(fragile.house, story)
    with fragile.owner() as owner:
        written = owner.execute(
            "select request from journal.entry where account = %s", (account.id,)
        ).fetchall()
    assert (during.status, "answer" in during.body) == (503, False)
    assert (after.status, after.body["left"]["spent"]) == (200, 1)
    assert written == [(after.body["reference"],)], "the first decision was lost, the second is there"
    fragile.house.wait_ready()


def test_a_gate_that_is_asked_to_stop_ends_in_order(fragile: Fragile) -> None:
    with fragile.load() as load:
        load.wait_for_answers(15)
        assert fragile.house.process is not None
        fragile.house.stop(signal.SIGTERM)
        assert fragile.house.process.returncode == 0
        fragile.house.start()
        load.wait_for_answers(15)
    with fragile.owner() as owner:
        check(load, owner)
