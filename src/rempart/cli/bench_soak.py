"""A long mixed load, held against the journal all along."""

import time
from typing import Any

import psycopg

from rempart.bench import processor
from rempart.bench.requests import PROVEN_OF_EVERYDAY
from rempart.bench.rules.figures import Run, described
from rempart.cli import screen
from rempart.cli.bench_place import CONNECTIONS, Furnished, Load
from rempart.database.connect import dsn

_SPAN = 20.0
"""Seconds of load between two looks at the journal."""
_TIGHT = 100
"""Accounts whose unproven limit is small enough to be met all the time."""
_A_MINUTE = 5
_MB = 2**20

_TIGHTEN = (
    "update access.access_account set profession = 'optician' where id <= %(tight)s",
    """
    update gate.limit_row set amounts = array[%(minute)s, 1000000, 1000000, 1000000]
     where profession = 'optician' and scope = 1 and meter = 0
    """,
)
_KNOWN = """
    select count(distinct request)::int from journal.entry
     where request = any(%s) and tag = 'gate:lookup:granted' and verdict = 'granted'
"""
# A minute's window always covers the 55 seconds before: its eleven whole buckets.
_MOST = """
    select coalesce(max(n), 0)::int from (
        select (select count(distinct b.person) from journal.entry b
                 where b.account = a.account and b.verdict = 'granted' and b.proof = 0
                   and b.at <= a.at and b.at > a.at - interval '55 seconds') as n
          from journal.entry a
         where a.account <= %(tight)s and a.verdict = 'granted' and a.proof = 0 and a.at >= %(since)s) as c
"""


def soak(here: Furnished, minutes: float) -> dict[str, Any]:
    """Run for so long; `sound` is False when an answer lacks its entry or a budget was passed."""
    watched = {"postgres": here.database.postmaster, "gate": here.supervisor.pid("gate")}
    with psycopg.connect(dsn("owner", here.place.data), autocommit=True) as owner:
        for statement in _TIGHTEN:
            owner.execute(statement.encode(), {"tight": _TIGHT, "minute": _A_MINUTE})
        return _watch(here, owner, watched, time.monotonic() + minutes * 60)


def _watch(
    here: Furnished, owner: psycopg.Connection[Any], watched: dict[str, int], deadline: float
) -> dict[str, Any]:
    load = Load(here.plan_file, here.place.gate_port, CONNECTIONS)
    spans: list[Run] = []
    received = missing = most = 0
    memory: list[dict[str, int]] = []
    while time.monotonic() < deadline:
        since = _one(owner, "select clock_timestamp()")
        run, references = load.run(PROVEN_OF_EVERYDAY, _SPAN, watched, references=True)
        spans.append(run)
        memory.append(processor.memory(watched))
        received += len(references)
        missing += len(set(references)) - _one(owner, _KNOWN, references)
        most = max(most, _one(owner, _MOST, {"tight": _TIGHT, "since": since}))
        screen.step(f"{received} answers, {missing} without entry, {most} of {_A_MINUTE} in a minute at most")
    return _report(spans, received, missing, most, memory)


def _report(
    spans: list[Run], received: int, missing: int, most: int, memory: list[dict[str, int]]
) -> dict[str, Any]:
    settled = memory[len(memory) // 4]
    return {
        "bench": "soak",
        "seconds": round(sum(run.seconds for run in spans), 1),
        "answers": received,
        "unjournaled": missing,
        "budget": _A_MINUTE,
        "disclosed_max": most,
        "sound": missing == 0 and most <= _A_MINUTE,
        "memory_mb": {
            name: {"settled": settled[name] // _MB, "end": memory[-1][name] // _MB} for name in settled
        },
        "last_span": described(spans[-1]),
    }


def _one(owner: psycopg.Connection[Any], query: str, values: Any = None) -> Any:
    asked = [values] if isinstance(values, list) else values
    row = owner.execute(query.encode(), asked).fetchone()
    return row[0] if row else None
