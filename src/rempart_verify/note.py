"""Signed checkpoints: the C2SP formats signed-note and tlog-checkpoint, Ed25519.

A checkpoint's text: origin, number of entries, root (base64), then Rempart's own lines, `word value`:
`time` (RFC 3339, UTC), `last` (epoch/transaction/sequence of the last entry), `previous` (SHA-256 of the
checkpoint before this one, hexadecimal; absent on the first).
"""

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

_ED25519 = b"\x01"
_ID, _SIGNATURE, _PUBLIC, _ROOT = 4, 64, 32, 32
_DASH = "— "


class NoteError(ValueError):
    """Not a signed checkpoint, or not signed by this key: the message says which."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    """A verifier key of signed-note: its name, and the 32 bytes of Ed25519."""

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        """The four bytes that stand before a signature."""
        return sha256(self.name.encode() + b"\n" + _ED25519 + self.public).digest()[:_ID]

    def __str__(self) -> str:
        """`NAME+ID+BASE64`, as signed-note writes a verifier key."""
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(_ED25519 + self.public).decode()}"

    @classmethod
    def parse(cls, text: str) -> "PublicKey":
        """From `NAME+ID+BASE64`. Raises NoteError."""
        try:
            name, hexadecimal, encoded = text.strip().split("+", 2)
            raw = base64.b64decode(encoded, validate=True)
        except (ValueError, binascii.Error):
            raise NoteError("not a public key of the form NAME+ID+BASE64") from None
        key = cls(name, raw[1:])
        if raw[:1] != _ED25519 or len(key.public) != _PUBLIC or key.id.hex() != hexadecimal:
            raise NoteError("a public key whose parts contradict each other")
        return key


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a checkpoint says: so many entries, with this root, at this time, after that checkpoint."""

    origin: str
    size: int
    root: bytes
    time: datetime
    last: str
    previous: str = ""
    note: str = field(default="", compare=False)
    """The signed note it was read from; empty before it is signed."""

    @property
    def text(self) -> str:
        """What is signed."""
        lines = [self.origin, str(self.size), base64.b64encode(self.root).decode()]
        lines += [f"time {self.time.isoformat(timespec='milliseconds')}", f"last {self.last}"]
        lines += [f"previous {self.previous}"] if self.previous else []
        return "\n".join(lines) + "\n"

    @property
    def digest(self) -> str:
        """What the next checkpoint names as `previous`."""
        return sha256(self.note.encode()).hexdigest()


def signed(text: str, name: str, key_id: bytes, signature: bytes) -> str:
    """The note: text, an empty line, the signature's line."""
    return f"{text}\n{_DASH}{name} {base64.b64encode(key_id + signature).decode()}\n"


def opened(note: str, key: PublicKey) -> Checkpoint:
    """The checkpoint of a note that `key` signed. Raises NoteError for any other."""
    text, _, signatures = note.rpartition("\n\n")
    text += "\n"
    for line in signatures.splitlines():
        name, _, encoded = line.removeprefix(_DASH).rpartition(" ")
        try:
            raw = base64.b64decode(encoded, validate=True)
        except (ValueError, binascii.Error):
            continue
        if line.startswith(_DASH) and name == key.name and raw[:_ID] == key.id:
            _check(key, raw[_ID:], text)
            return parsed(text, note)
    raise NoteError("signed with another key")


def _check(key: PublicKey, signature: bytes, text: str) -> None:
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, text.encode())
    except InvalidSignature:
        raise NoteError("its signature does not fit its text") from None


def read(note: str) -> Checkpoint:
    """The checkpoint of a note, whoever signed it. Raises NoteError."""
    return parsed(note.rpartition("\n\n")[0] + "\n", note)


def parsed(text: str, note: str = "") -> Checkpoint:
    """A checkpoint's text, taken apart; its signature is not looked at. Raises NoteError."""
    origin, size, root, *more = [*text.split("\n")[:-1], "", "", ""]
    words = dict(line.split(" ", 1) for line in more if " " in line)
    try:
        made = Checkpoint(
            origin,
            int(size),
            base64.b64decode(root, validate=True),
            datetime.fromisoformat(words["time"]),
            words["last"],
            words.get("previous", ""),
            note,
        )
    except (ValueError, KeyError, binascii.Error):
        raise NoteError("not a checkpoint of Rempart's") from None
    if made.text != text or len(made.root) != _ROOT:
        raise NoteError("not written the way a checkpoint is")
    return made


def notes_in(text: str) -> Iterator[str]:
    """The notes of a file that holds several, end to end: each ends with its lines of signatures."""
    held: list[str] = []
    signing = False
    for line in text.splitlines(keepends=True):
        if signing and not line.startswith(_DASH):
            yield "".join(held)
            held, signing = [], False
        signing = signing or line.startswith(_DASH)
        held.append(line)
    if held:
        yield "".join(held)
