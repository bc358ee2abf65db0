"""How fast the journal is sealed, beside PostgreSQL's own COPY of the same entries, thrown away after."""

import time
from datetime import UTC, datetime
from typing import Annotated, Any

import psycopg
from cyclopts import Parameter, validators

from rempart.bench.rules.figures import ratio
from rempart.cli import bench, bench_beside, screen
from rempart.cli.bench_detect import throw_away
from rempart.cli.bench_place import furnished
from rempart.cli.options import Json
from rempart.database.connect import dsn
from rempart.journal import seal as sealing
from rempart.journal import sealer, signer
from rempart.journal.store import Position

_GOAL = 100_000
"""Entries a second."""
_A_TRANSACTION = 10_000
_FILL = """
    insert into journal.entry (at, tag, request, account, profession, assurance, session, organisation,
           network, channel, purpose, person, hit, department, birth_month, insurer, categories, proof,
           verdict, cost, policy)
    select now(), 'gate:lookup:granted', 'R-' || substr(md5(i::text), 1, 14), 1 + i %% 2000, 'pharmacist', 2,
           substr(md5((i %% 2000)::text), 1, 12), i %% 700, '10.0.0.0'::inet + i %% 60000, 'api', 'rights',
           hashint8extended(i, 1) & 9223372036854775807, true, '75', 1 + i %% 12, i %% 40, 5, i %% 3,
           'granted', 1, 1
      from generate_series(%s::int, %s::int) as i
"""


def seal(
    *,
    entries: Annotated[int, Parameter(validator=validators.Number(gte=10_000, lte=20_000_000))] = 1_000_000,
    seconds: bench.Seconds = 8,
    json: Json = False,
) -> None:
    """Entries sealed a second, with every flush; what it takes from the gate, and how far behind it is."""
    report: dict[str, Any] = {"bench": "seal", "machine": bench.machine(), "entries": entries}
    report |= _measured(entries)
    with furnished(None, persons=20_000, accounts=2_000) as here:
        beside = bench_beside.measure(here, seconds)
    report["goals"] |= beside.pop("goals")
    report |= beside
    if json:
        screen.out.print_json(data=report)
    else:
        rows = [(name, str(value)) for name, value in report.items()]
        screen.table("figure", "value", rows=rows)


def _measured(entries: int) -> dict[str, Any]:
    with throw_away() as (_, place):
        screen.step("The journal is filled")
        with psycopg.connect(dsn("owner", place.data), autocommit=True) as owner:
            for start in range(0, entries, _A_TRANSACTION):
                owner.execute(_FILL, [start, min(entries, start + _A_TRANSACTION) - 1])
            owner.execute("analyze journal.entry")
        signer.create(place.data)
        with sealer.opened(place.data) as (store, log):
            screen.step("Copied")
            copied = _rate(entries, lambda: store.read(Position(), entries))
            screen.step("Sealed")

            def all_of_it() -> None:
                while sealing.step(store, log, datetime.now(UTC)):
                    pass

            sealed = _rate(entries, all_of_it)
    return {
        "copy_alone_per_second": copied,
        "sealed_per_second": sealed,
        "sealed_to_copy": ratio(sealed, copied),
        "goals": {"sealed_per_second": {"goal": _GOAL, "measured": sealed, "met": sealed >= _GOAL}},
    }


def _rate(entries: int, work: Any) -> int:
    began = time.perf_counter()
    work()
    return round(entries / (time.perf_counter() - began))
