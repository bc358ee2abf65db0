"""Look-ups as bytes, made and signed before the clock starts: a terminal's proof holds for a minute."""

import json
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random
from typing import Any

from rempart.bench.plan import Account, Plan
from rempart.gate.rules.proof import attestation

PROVEN_OF_EVERYDAY = 0.85
"""Share of everyday look-ups that come with the patient's card."""


def requests(plan: Plan, count: int, proven: float, draw: Random) -> Iterator[bytes]:
    """`count` whole HTTP requests about random persons, from each account in turn; `proven` is a share."""
    first = draw.randrange(len(plan.accounts))
    for number in range(first, first + count):
        account = plan.accounts[number % len(plan.accounts)]
        nir, birth_date = draw.choice(plan.persons)
        body: dict[str, Any] = {"purpose": "rights", "nir": nir, "birth_date": birth_date}
        if draw.random() < proven:
            body["proof"] = _signed(account, nir, birth_date)
        yield request(account.token, body)


def request(token: str, body: dict[str, Any]) -> bytes:
    """One POST /api/v1/lookups of HTTP/1.1, kept alive."""
    raw = json.dumps(body, separators=(",", ":")).encode()
    head = (
        "POST /api/v1/lookups HTTP/1.1\r\nHost: gate\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {token}\r\nContent-Length: {len(raw)}\r\n\r\n"
    )
    return head.encode() + raw


def _signed(account: Account, nir: str, birth_date: str) -> dict[str, Any]:
    at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    nonce = _text(secrets.token_bytes(16))
    message = attestation(
        terminal=account.terminal,
        login=account.login,
        number=nir,
        birth_date=birth_date,
        birth_rank=None,
        at=at,
        nonce=nonce,
    )
    return {
        "kind": "card",
        "terminal": account.terminal,
        "at": at,
        "nonce": nonce,
        "signature": _text(account.key.sign(message)),
    }


def _text(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()
