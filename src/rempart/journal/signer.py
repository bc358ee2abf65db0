"""The key that signs checkpoints. Whoever has it can sign another journal, so it is the sealer's alone."""

import base64
import json
import secrets
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from rempart.vault.key_files import write_once
from rempart_verify.note import Checkpoint, PublicKey, signed

FILE = "sealer/key.json"
"""Below the data directory."""


@dataclass(frozen=True, slots=True)
class Signer:
    """An Ed25519 key and the name it signs under, which is the journal's origin."""

    name: str
    private: Ed25519PrivateKey

    @property
    def public(self) -> PublicKey:
        return PublicKey(self.name, self.private.public_key().public_bytes_raw())

    def sign(self, checkpoint: Checkpoint) -> str:
        """The signed note."""
        key = self.public
        return signed(checkpoint.text, key.name, key.id, self.private.sign(checkpoint.text.encode()))


def new_file() -> bytes:
    """A new key under a name of its own, as its file holds it."""
    return json.dumps(
        {
            "name": f"rempart/{secrets.token_hex(4)}",
            "private": base64.b64encode(Ed25519PrivateKey.generate().private_bytes_raw()).decode(),
        }
    ).encode()


def create(data: Path) -> Path:
    """The key's file of an installation, made when it is missing and never replaced; its folder is 0700."""
    path = data / FILE
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_once(path, new_file)
    return path


def load(path: Path) -> Signer:
    """The key of a file that `new_file` made."""
    held = json.loads(path.read_bytes())
    return Signer(held["name"], Ed25519PrivateKey.from_private_bytes(base64.b64decode(held["private"])))
