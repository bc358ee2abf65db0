"""Budgets are exact: against an oracle on a virtual clock, and under a race."""

import random
import secrets
import threading
from collections.abc import Callable
from typing import Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.gate.oracle import Oracle

START = 1_800_000_000
SPEND = "select ok, retry, spent from gate.spend(%s::smallint[], %s, %s::smallint[], %s, %s, %s, %s)"
Connect = Callable[..., psycopg.Connection[Any]]


def spend(
    owner: psycopg.Connection[Any],
    meter: int,
    limits: tuple[int, ...],
    person: int,
    now: int,
    *,
    write: bool = True,
) -> tuple[bool, int | None, list[int]]:
    row = owner.execute(SPEND, ([1], [meter], [0], list(limits), person, now, write)).fetchone()
    assert row is not None
    return row


@pytest.fixture
def meter() -> int:
    return secrets.randbits(60)


STEPS = st.lists(
    st.tuples(
        st.integers(0, 12),  # who
        st.sampled_from(
            [0, 0, 1, 4, 5, 7, 59, 60, 61, 299, 3599, 3600, 7200, 86_399, 86_400, 40 * 86_400, -30, -7200]
        ),
    ),
    min_size=1,
    max_size=60,
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS, limits=st.tuples(*[st.integers(0, 8)] * 4))
def test_every_decision_and_count_is_the_oracles(
    connect: Connect, steps: list[tuple[int, int]], limits: tuple[int, int, int, int]
) -> None:
    owner, oracle, meter, now = connect("owner"), Oracle(limits), secrets.randbits(60), START
    for person, step in steps:
        now += step
        expected = oracle.spend(person, now)
        ok, _retry, _spent = spend(owner, meter, limits, person, now)
        assert ok is expected
        found = owner.execute(
            "select spent from gate.spend"
            "('{1}'::smallint[], %s, '{0}'::smallint[], '{0,0,0,0}', null, %s, false)",
            ([meter], now),
        ).fetchone()
        assert found is not None
        assert found[0] == oracle.counts(now)
    owner.close()


def test_after_the_wait_that_was_announced_there_is_room(connect: Connect, meter: int) -> None:
    owner, limits, now = connect("owner"), (2, 3, 50, 50), START
    for person in range(2):
        assert spend(owner, meter, limits, person, now)[0]
    ok, retry, _ = spend(owner, meter, limits, 9, now)
    assert not ok
    assert retry is not None
    assert not spend(owner, meter, limits, 9, now + retry - 1)[0]
    assert spend(owner, meter, limits, 9, now + retry)[0]


def test_a_limit_of_nothing_announces_no_wait(connect: Connect, meter: int) -> None:
    assert spend(connect("owner"), meter, (0, 0, 0, 0), 1, START)[:2] == (False, None)


def test_a_clock_that_steps_back_frees_nothing(connect: Connect, meter: int) -> None:
    owner = connect("owner")
    assert spend(owner, meter, (1, 9, 9, 9), 1, START)[0]
    assert not spend(owner, meter, (1, 9, 9, 9), 2, START - 7200)[0]


def test_looking_without_writing_changes_nothing(connect: Connect, meter: int) -> None:
    owner = connect("owner")
    for person in range(5):
        assert spend(owner, meter, (1, 1, 1, 1), person, START, write=False)[0]
    assert owner.execute("select count(*) from gate.meter where id = %s", (meter,)).fetchone() == (0,)


@pytest.mark.parametrize("scopes", [1, 3])
def test_a_race_never_passes_the_budget(connect: Connect, scopes: int) -> None:
    """Sixteen threads want forty persons from a budget of seven; shared meters included."""
    limits, threads, passed = [7, 100, 100, 100] * scopes, 16, []
    meters = [secrets.randbits(60) for _ in range(scopes)]
    barrier = threading.Barrier(threads)
    connections = [connect("owner") for _ in range(threads)]

    def run(owner: psycopg.Connection[Any], seed: int) -> None:
        people = list(range(40))
        random.Random(seed).shuffle(people)
        barrier.wait()
        for person in people:
            row = owner.execute(
                SPEND, (list(range(1, scopes + 1)), meters, [0] * scopes, limits, person, START, True)
            ).fetchone()
            if row and row[0]:
                passed.append(person)

    workers = [threading.Thread(target=run, args=(connection, n)) for n, connection in enumerate(connections)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(set(passed)) == 7
    counted = (
        connections[0].execute("select count(*) from gate.seen where id = any(%s)", (meters,)).fetchone()
    )
    assert counted == (7 * scopes,)
