"""The load generator asks what the gate reads, and counts what comes back."""

import asyncio
import json
import random

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from rempart.bench import plan as plans
from rempart.bench.load import drive
from rempart.bench.plan import Account, Plan
from rempart.bench.requests import request, requests
from rempart.gate.rules.proof import attestation, is_genuine
from rempart.gate.rules.request import parse

ACCOUNT = Account("bench-1", "rmp_token", 7, Ed25519PrivateKey.generate())
PLAN = Plan([ACCOUNT], [("1550899123456", "1955-08-14")])


def _bodies(proven, count):
    for raw in requests(PLAN, count, proven, random.Random(1)):
        head, _, body = raw.partition(b"\r\n\r\n")
        assert f"Content-Length: {len(body)}".encode() in head
        assert b"Authorization: Bearer rmp_token" in head
        yield body


def test_its_proofs_are_genuine_and_fresh_each_time():
    nonces = set()
    for body in _bodies(1.0, 5):
        lookup = parse(body)
        card = lookup.card
        message = attestation(
            terminal=card.terminal,
            login="bench-1",
            number=lookup.nir.number,
            birth_date=lookup.birth_date,
            birth_rank=None,
            at=card.at_text,
            nonce=card.nonce_text,
        )
        assert is_genuine(ACCOUNT.key.public_key(), card.signature, message)
        nonces.add(card.nonce)
    assert len(nonces) == 5


def test_the_share_of_proven_look_ups_is_as_asked():
    proven = sum(parse(body).card is not None for body in _bodies(0.85, 2_000))
    assert 0.82 < proven / 2_000 < 0.88
    assert all(parse(body).card is None for body in _bodies(0.0, 20))


def test_a_plan_is_kept_for_its_owner_only_and_read_back(tmp_path):
    path = tmp_path / "plan.json"
    plans.write(path, PLAN)
    assert path.stat().st_mode & 0o077 == 0
    kept = plans.read(path)
    assert kept.persons == PLAN.persons
    assert kept.accounts[0].key.private_bytes_raw() == ACCOUNT.key.private_bytes_raw()


async def _answering(reader, writer):
    """Grants one look-up of three, in two pieces, as a network may cut them."""
    number = 0
    while not reader.at_eof():
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.IncompleteReadError:
            break
        await reader.readexactly(int(head.partition(b"Content-Length: ")[2].partition(b"\r\n")[0]))
        number += 1
        granted = number % 3 == 0
        body = json.dumps({"reference": f"R-AAAA-BBBB-{number:04d}"}, separators=(",", ":")).encode()
        status = "200 OK" if granted else "429 Too Many Requests"
        raw = f"HTTP/1.1 {status}\r\ncontent-length: {len(body)}\r\n\r\n".encode() + body
        writer.write(raw[:30])
        await asyncio.sleep(0)
        writer.write(raw[30:])
    writer.close()


def test_it_counts_every_answer_once_and_keeps_granted_references():
    async def run():
        server = await asyncio.start_server(_answering, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        source = iter([request("rmp_token", {"purpose": "rights"})] * 60)
        result = await drive(port, source, connections=4, seconds=20, watched={}, references=True)
        server.close()
        return result

    told, references = asyncio.run(run())
    assert sum(told.statuses.values()) == len(told.latencies) == 60
    assert told.statuses["200"] == len(references)
    assert told.statuses["429"] > told.statuses["200"] > 0
    assert all(len(reference) == 16 and reference.startswith("R-") for reference in references)
    assert told.processor["load"] >= 0
