"""The blind index: keyed digests that stand for numbers, so that none is ever stored.

`keys/index.json` holds the index keys by version: `{"current": 1, "keys": {"1": "<32 bytes, base64>"}}`.
New digests are written with the current version; every version in the file is tried when searching, so
that a rotation never loses a person. Whoever holds this file and a dump can test guesses of a NIR: keep
it apart from backups.
"""

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from rempart.vault.errors import KeysMissingError

FILE = "index.json"
KEY_BYTES = 32
DIGEST_BYTES = 16
_POSITIVE = (1 << 63) - 1


@dataclass(frozen=True, slots=True, repr=False)
class _Subkeys:
    """One index key, spread over its uses by HKDF (RFC 5869, expand only: the key is random)."""

    person: "_Keyed"
    miss: "_Keyed"
    prefix: "_Keyed"
    request: "_Keyed"

    @classmethod
    def of(cls, key: bytes) -> Self:
        return cls(*(_Keyed(_expand(key, use)) for use in (b"person", b"miss", b"prefix", b"request")))


class _Keyed:
    """HMAC-SHA256 (RFC 2104) under one key of 32 bytes, its two states begun once: four a look-up.

    The same as `hmac.digest`, in a third of its time: OpenSSL looks up the algorithm at each call.
    """

    __slots__ = ("_inner", "_outer")

    def __init__(self, key: bytes) -> None:
        block = key.ljust(64, b"\0")
        self._inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in block))
        self._outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in block))

    def digest(self, message: bytes) -> bytes:
        inner, outer = self._inner.copy(), self._outer.copy()
        inner.update(message)
        outer.update(inner.digest())
        return outer.digest()


def _expand(key: bytes, use: bytes) -> bytes:
    return HKDFExpand(SHA256(), KEY_BYTES, b"rempart:index:1:" + use).derive(key)


class BlindIndex:
    """Digests under one or more versions of the index key. Each costs about two microseconds."""

    def __init__(self, keys: Mapping[int, bytes], current: int) -> None:
        self.current = current
        self.versions = tuple(sorted(keys, reverse=True))
        self._by_version = {version: _Subkeys.of(key) for version, key in keys.items()}
        self._now = self._by_version[current]

    @classmethod
    def load(cls, keys_dir: Path) -> Self:
        """Read `index.json`. Raises KeysMissingError."""
        keys, current = read_file(keys_dir / FILE)
        return cls(keys, current)

    def person_key(self, nir13: str, birth_date: str, *, version: int | None = None) -> bytes:
        """16 bytes for a NIR without its key and an ISO birth date. Twins and children share one."""
        return self._person(version, b"nir", nir13, birth_date)

    def member_key(
        self, amc: str, member_number: str, birth_date: str, *, version: int | None = None
    ) -> bytes:
        """16 bytes for an insurer's AMC number, the member number on its card and a birth date."""
        return self._person(version, b"member", amc, member_number, birth_date)

    def person_candidates(self, nir13: str, birth_date: str) -> list[tuple[int, bytes]]:
        """(version, key) for every version in use, newest first: what a search tries."""
        return [(v, self.person_key(nir13, birth_date, version=v)) for v in self.versions]

    def member_candidates(self, amc: str, member_number: str, birth_date: str) -> list[tuple[int, bytes]]:
        """The same for a member number."""
        return [(v, self.member_key(amc, member_number, birth_date, version=v)) for v in self.versions]

    def miss_id(self, key: bytes) -> int:
        """A number below zero under which a search that finds no one is counted.

        `key` is the current version's key of who was searched. A rotation changes the number.
        """
        return -1 - (_number(self._now.miss, key) >> 1)

    def prefix_pseudonym(self, prefix: str) -> int:
        """A number from 0 to 2⁶³ - 1 for the first 7 or 10 characters of a NIR."""
        return _number(self._now.prefix, prefix.encode())

    def request_digest(self, request: bytes) -> bytes:
        """32 bytes that recognise a repeated request without keeping it."""
        return self._now.request.digest(request)

    def _person(self, version: int | None, kind: bytes, *parts: str) -> bytes:
        subkeys = self._now if version is None else self._by_version[version]
        # Lengths stand before the parts: no two different lists of parts give the same message.
        message = kind + b"".join([b"\0%d:%s" % (len(raw), raw) for raw in [part.encode() for part in parts]])
        return subkeys.person.digest(message)[:DIGEST_BYTES]


def _number(key: _Keyed, message: bytes) -> int:
    return int.from_bytes(key.digest(message)[:8]) & _POSITIVE


def read_file(path: Path) -> tuple[dict[int, bytes], int]:
    """Keys by version and the current version. Raises KeysMissingError."""
    try:
        content = json.loads(path.read_bytes())
        keys = {int(v): base64.b64decode(key, validate=True) for v, key in content["keys"].items()}
        current = int(content["current"])
    except FileNotFoundError:
        raise KeysMissingError(f"No index key at {path}.", "rempart database migrate") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise KeysMissingError(f"{path} is no index key file.", "restore the file from its backup") from None
    if current not in keys or any(len(key) != KEY_BYTES for key in keys.values()):
        raise KeysMissingError(f"{path} is incomplete.", "restore the file from its backup")
    return keys, current


def write_content(keys: Mapping[int, bytes], current: int) -> bytes:
    """The file's bytes for these keys."""
    encoded = {str(version): base64.b64encode(key).decode() for version, key in sorted(keys.items())}
    return json.dumps({"current": current, "keys": encoded}, indent=1).encode() + b"\n"


def new_file() -> bytes:
    """A first index key as it is written to `index.json`."""
    return write_content({1: secrets.token_bytes(KEY_BYTES)}, 1)
