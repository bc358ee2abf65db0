"""The benchmark's own house: synthetic persons through the real intake, accounts, terminals, wide limits.

It is thrown away afterwards. What no installation could do is done here as the owner: limits far above
their ceilings, so that no budget ends a run, and second keys derived from numbers, so that pgbench,
which knows no secret, can name a person, a token or a terminal.
"""

import hashlib
import json
import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from rempart.bench import plan as plans
from rempart.bench.pgbench import House
from rempart.bench.plan import Account, Plan
from rempart.database.connect import dsn
from rempart.database.directory import write_private
from rempart.registry.insurers import add_insurers
from rempart.registry.load import load_persons
from rempart.registry.population import generate, insurers
from rempart.registry.rules.records import PersonRecord
from rempart.vault.create_keys import create_keys

SPENT = 200
"""Accounts of a profession whose limits are nought: they follow the others in number."""
_SEED = 11
_WIDE = 100_000_000

_ACCOUNTS = """
    with made as (
        insert into access.access_organisation (technical_id, name, kind)
        select 'BENCH-' || n, 'Pharmacie ' || n, 'pharmacy' from generate_series(1, %(all)s) n
        returning id, technical_id
    )
    insert into access.access_account (id, login, password, profession, organisation_id, is_active)
    overriding system value
    select n, 'bench-' || n, '!', case when n <= %(accounts)s then 'pharmacist' else 'podiatrist' end,
           made.id, true
      from made, lateral (select substr(technical_id, 7)::bigint as n)
"""
_TOKENS = """
    insert into access.access_token (account_id, label, hash, prefix)
    select n, 'pgbench', sha256(int8send(n)), 'none' from generate_series(1, %(all)s::bigint) n
"""
_TERMINAL = """
    insert into gate.terminal (id, organisation, label, public_key, proposed_by, approved_by, active_from)
    overriding system value
    select %s, organisation_id, 'bench', %s, 'bench-1', 'bench-2', now() - interval '3 days'
      from access.access_account where id = %s
"""
_WIDER = """
    update gate.limit_row set amounts = array_fill(%(wide)s, array[4]) where profession <> 'podiatrist';
    update gate.limit_row set amounts = '{0,0,0,0}' where profession = 'podiatrist';
    update gate.breaker set floor = %(wide)s, ceiling = %(wide)s, current = %(wide)s, present = %(wide)s
"""
_NUMBERED = """
    insert into registry.person_key (key, person, version)
    select substr(sha256(int8send(row_number() over (order by id))), 1, 16), id, 1 from registry.person
"""

_NEXT = """
    select setval(pg_get_serial_sequence('access.access_account', 'id'), max(id)) from access.access_account
"""

Progress = Callable[[int], None]


def furnish(data: Path, persons: int, accounts: int, progress: Progress) -> tuple[Plan, House]:
    """Fill an empty, migrated data directory; safe to call again, when it is read back."""
    folder = data / "bench"
    folder.mkdir(mode=0o700, exist_ok=True)
    done = folder / "house.json"
    if not done.exists():
        known = _load(data, persons, progress)
        with psycopg.connect(dsn("owner", data), autocommit=True) as owner:
            cast = _open_accounts(owner, accounts)
            _furnish_database(owner)
        plans.write(folder / "plan.json", Plan(cast, known))
        write_private(done, json.dumps({"persons": persons, "accounts": accounts}))
    found = json.loads(done.read_text("utf-8"))
    return plans.read(folder / "plan.json"), House(found["accounts"], found["persons"], SPENT)


def _load(data: Path, persons: int, progress: Progress) -> list[tuple[str, str]]:
    """Through the intake, as any import; gives whom a number and a birth date name alone."""
    keys_dir = create_keys(data)
    add_insurers(insurers(), dsn=dsn("owner", data), keys_dir=keys_dir)
    named: dict[tuple[str, str], int] = {}

    def watched() -> Iterator[PersonRecord]:
        for record in generate(persons, _SEED):
            for nir in {record.numbers.payment_nir, record.numbers.own_nir, record.numbers.other_payment_nir}:
                if nir is not None:
                    who = (nir, record.civil.birth_date)
                    named[who] = named.get(who, 0) + 1
            yield record

    load_persons(watched(), dsn=dsn("intake", data), keys_dir=keys_dir, source="bench", progress=progress)
    return [who for who, times in named.items() if times == 1]


def _open_accounts(owner: psycopg.Connection[Any], accounts: int) -> list[Account]:
    every = {"accounts": accounts, "all": accounts + SPENT}
    owner.execute(_ACCOUNTS, every)
    owner.execute(_TOKENS, every)
    cast = [
        Account(f"bench-{n}", "rmp_" + secrets.token_urlsafe(32), n, Ed25519PrivateKey.generate())
        for n in range(1, accounts + 1)
    ]
    with owner.cursor() as cursor:
        cursor.executemany(
            _TERMINAL, [(a.terminal, a.key.public_key().public_bytes_raw(), a.terminal) for a in cast]
        )
        cursor.executemany(
            "insert into access.access_token (account_id, label, hash, prefix, created_at)"
            " values (%s, 'http', %s, %s, %s)",
            [
                (a.terminal, hashlib.sha256(a.token.encode()).digest(), a.token[:8], datetime.now(UTC))
                for a in cast
            ],
        )
    return cast


def _furnish_database(owner: psycopg.Connection[Any]) -> None:
    for statement in _WIDER.split(";"):
        owner.execute(statement.encode(), {"wide": _WIDE})
    owner.execute(_NUMBERED)
    owner.execute(_NEXT)
    owner.execute("vacuum analyze")
