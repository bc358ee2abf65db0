"""Two proofs as files that stand on their own: this entry is in the journal; that journal only grew.

One entry: C2SP tlog-proof, the entry's canonical line as its extra data. Growth: JSON with both signed
checkpoints and the hashes of RFC 9162, section 2.1.4.
"""

import base64
import binascii
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from rempart_verify.merkle import is_consistent, is_included, leaf_hash
from rempart_verify.note import Checkpoint, PublicKey, opened
from rempart_verify.schema import COLUMNS, NOTHING

_FIRST = "c2sp.org/tlog-proof@v1"
_FORM = re.compile(rf"{re.escape(_FIRST)}\nextra (\S+)\nindex (0|[1-9]\d{{0,15}})((?:\n\S+)*)")


class ProofError(ValueError):
    """Not a proof, or one that proves nothing: the message says why."""


@dataclass(frozen=True, slots=True)
class Inclusion:
    """An entry, its number from 0, the path to the root of a checkpoint, and that checkpoint's note."""

    entry: bytes
    index: int
    path: Sequence[bytes]
    note: str

    def __str__(self) -> str:
        lines = [_FIRST, f"extra {_coded(self.entry)}", f"index {self.index}", *map(_coded, self.path)]
        return "\n".join(lines) + f"\n\n{self.note}"

    @classmethod
    def parse(cls, text: str) -> "Inclusion":
        """Raises ProofError."""
        head, _, note = text.partition("\n\n")
        found = _FORM.fullmatch(head)
        if not found:
            raise ProofError("not a proof that an entry is in a journal")
        try:
            path = [_decoded(one) for one in found[3].split()]
            return cls(_decoded(found[1]), int(found[2]), path, note)
        except binascii.Error:
            raise ProofError("a proof with characters that do not belong there") from None

    def checked(self, key: PublicKey) -> Checkpoint:
        """The signed checkpoint that holds the entry. Raises ProofError, NoteError."""
        made = opened(self.note, key)
        if not is_included(self.index, made.size, leaf_hash(self.entry), self.path, made.root):
            raise ProofError("the entry does not lead to the root that was signed")
        return made

    @property
    def columns(self) -> dict[str, str]:
        """The entry's columns that hold something, as written. Raises ProofError."""
        values = self.entry.decode().split("\t")[1:]
        if len(values) != len(COLUMNS):
            raise ProofError("the entry has other columns than an entry of Rempart's")
        return {name: value for name, value in zip(COLUMNS, values, strict=True) if value != NOTHING}


@dataclass(frozen=True, slots=True)
class Consistency:
    """Two notes of one journal, and the hashes that lead from the older root to the newer."""

    old: str
    new: str
    path: Sequence[bytes]

    def __str__(self) -> str:
        return (
            json.dumps({"old": self.old, "new": self.new, "path": [*map(_coded, self.path)]}, indent=1) + "\n"
        )

    @classmethod
    def parse(cls, text: str) -> "Consistency":
        """Raises ProofError."""
        try:
            held = json.loads(text)
            return cls(held["old"], held["new"], [_decoded(one) for one in held["path"]])
        except (ValueError, KeyError, TypeError, binascii.Error):
            raise ProofError("not a proof that a journal only grew") from None

    def checked(self, key: PublicKey) -> tuple[Checkpoint, Checkpoint]:
        """Both checkpoints. Raises ProofError, NoteError."""
        old, new = opened(self.old, key), opened(self.new, key)
        if not is_consistent(old.size, new.size, self.path, old.root, new.root):
            raise ProofError("the newer journal does not begin with the older one")
        return old, new


def parse(text: str) -> Inclusion | Consistency:
    """Whichever it is. Raises ProofError."""
    return Inclusion.parse(text) if text.startswith(_FIRST) else Consistency.parse(text)


def _coded(value: bytes) -> str:
    return base64.b64encode(value).decode()


def _decoded(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
