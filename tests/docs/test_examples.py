"""The program that the documentation gives signs what the gate verifies."""

import json
import re
from base64 import urlsafe_b64decode
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from rempart.gate.rules.proof import attestation, is_genuine
from rempart.gate.rules.request import parse

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "connect-software.md"


@pytest.fixture
def program():
    (text,) = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    names = {"__name__": "example"}
    exec(compile(text, str(PAGE), "exec"), names)  # noqa: S102  # our own page
    return names


@pytest.mark.parametrize("rank", [None, 2])
def test_the_proof_of_the_example_is_genuine(program, rank):
    key = Ed25519PrivateKey.generate()
    proof = program["card_proof"](key, 7, "pharmacie", "255081416802538", "1955-08-14", rank)
    body = {"purpose": "rights", "nir": "255081416802538", "birth_date": "1955-08-14", "proof": proof}
    card = parse(json.dumps(body).encode()).card
    signed = attestation(
        terminal=7,
        login="pharmacie",
        number="2550814168025",
        birth_date="1955-08-14",
        birth_rank=rank,
        at=card.at_text,
        nonce=card.nonce_text,
    )
    assert is_genuine(key.public_key(), urlsafe_b64decode(proof["signature"] + "=="), signed)
