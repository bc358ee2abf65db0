"""A flood of refusals, so that the journal fills the disk: tokens that are nobody's, by the thousand.

Has nothing but the address of the API. Each refusal owes an entry; equal ones beyond the first few of a
minute become one counted entry.
"""

import ipaddress
import random
import secrets
import time
from datetime import UTC, datetime
from typing import Any

import psycopg
from psycopg.types.json import Jsonb

from rempart.drills.inside.tries import Connect

REFUSALS = 20_000
_AT_ONCE = 500
_TEST_NET = ipaddress.ip_network("198.18.0.0/15")
"""Addresses that nobody has: RFC 2544."""
_ASK = """
    select d.verdict, d.reason from gate.look_ups(array(
        select jsonb_populate_record(
                   null::gate.ask, %s::jsonb || jsonb_build_object('reference', 'D-' || %s || n))
          from generate_series(1, %s) n)) d
"""
_ENTRIES = "select count(*)::int from journal.entry where at >= %s and network = %s::inet"


def run(connect: Connect, refusals: int = REFUSALS) -> dict[str, Any]:
    """How many refusals, and how many entries the journal has of them. One minute writes at most twenty."""
    network = str(_TEST_NET[random.SystemRandom().randrange(_TEST_NET.num_addresses)])
    gate, began, start = connect("gate"), datetime.now(UTC), time.monotonic()
    refused = sum(
        _flood(gate, network, min(_AT_ONCE, refusals - done)) for done in range(0, refusals, _AT_ONCE)
    )
    seconds = time.monotonic() - start
    row = connect("auditor").execute(_ENTRIES, (began, network)).fetchone()
    minutes = {int(began.timestamp()) // 60, int(time.time()) // 60}
    return {
        "drill": "refusal_flood",
        "refusals": refused,
        "entries": row[0] if row else 0,
        "minutes": max(minutes) - min(minutes) + 1,
        "seconds": round(seconds, 1),
    }


def _flood(gate: psycopg.Connection[Any], network: str, count: int) -> int:
    """One call, as many requests travel together at the gate."""
    asked = {
        "now_": datetime.now(UTC).isoformat(),
        "token": "\\x" + secrets.token_hex(32),
        "network": network,
        "channel": "api",
        "purpose": "rights",
        "keys": ["\\x" + secrets.token_hex(16)],
        "miss": -1 - secrets.randbits(62),
        "birth_rank": 1,
        "proof": 0,
        "clock_sound": True,
    }
    rows = gate.execute(_ASK, (Jsonb(asked), secrets.token_hex(4), count)).fetchall()
    return sum(verdict == "refused" and reason == "credential" for verdict, reason in rows)
