"""The programs that the documentation gives sign what the gate verifies."""

import json
import re
import time
from base64 import urlsafe_b64decode
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc import jwt
from joserfc.jwk import ECKey

from rempart.gate.rules.proof import attestation, is_genuine
from rempart.gate.rules.request import parse
from rempart.vocabulary import dpop

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "connect-software.md"


def program_with(word):
    """The names of the page's one program that has this word."""
    texts = re.findall(r"^```python\n(.*?)^```", PAGE.read_text(), re.MULTILINE | re.DOTALL)
    (text,) = [text for text in texts if word in text]
    names = {"__name__": "example"}
    exec(compile(text, str(PAGE), "exec"), names)  # noqa: S102  # our own page
    return names


@pytest.fixture
def program():
    return program_with("def card_proof")


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


def test_the_vendor_s_example_proves_its_device_for_one_request():
    names = program_with("class Software")
    device = ECKey.generate_key("P-256")
    software = names["Software"]("https://rempart.example", "sw_1", ECKey.generate_key("P-256"), device)
    url = "https://rempart.example/api/v1/lookups"
    proof = software.proof(url, "rmp_x")
    read = dpop.read(proof, method="POST", urls=[url], now=time.time(), token="rmp_x")
    assert read.key == device.thumbprint()
    claims = jwt.decode(software.assertion(), software.vendor_key, algorithms=["ES256"]).claims
    assert (claims["iss"], claims["sub"], claims["aud"]) == ("sw_1", "sw_1", "https://rempart.example")
