"""Persons' numbers out of lines, keyed at once: from here on only the keyed number exists.

With a random key of the scan's own: SipHash-2-4 for what has a NIR's form, BLAKE2b (RFC 7693, keyed mode) for
anything else. 63 bits: among 33 million persons two share a number with a chance of 1 in 17,000.
"""

import re
import secrets
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from urllib.parse import unquote_to_bytes

import numpy as np
import pyarrow as pa

from rempart.scan.errors import ScanFault
from rempart.scan.siphash import siphash

KEY = 32
_NIR = re.compile(rb"([1-478]\d{4})(\d{2}|2A|2B)(\d{3})(\d{3})(?:\d{2})?")
"""Thirteen characters and the key or not: sex, year, month; department; commune; order."""
_SEXES = np.zeros(256, bool)
_SEXES[list(b"123478")] = True
_ASIDE = re.compile(rb"[\s.\-_]+")
_BARE = 13
_LONGEST = 256
KNOWN = np.dtype(
    [("person", "i8"), ("department", "i2"), ("month", "i1"), ("by_month", "i8"), ("by_commune", "i8")]
)
"""What is kept of a person: all but department and month of birth keyed."""


def key_of(path: Path | None) -> bytes:
    """A random key; with a path the one kept there, or a new one that is kept there. Raises ScanFault."""
    if path is None:
        return secrets.token_bytes(KEY)
    try:
        if path.exists():
            kept = bytes.fromhex(path.read_text("ascii").strip())
        else:
            kept = secrets.token_bytes(KEY)
            path.touch(mode=0o600, exist_ok=False)
            path.write_text(kept.hex() + "\n", "ascii")
    except (OSError, ValueError):
        raise ScanFault(f"{path.name} is no key that can be kept or read.", "name a new file") from None
    if len(kept) != KEY:
        raise ScanFault(f"{path.name} is no key of a scan.", "name a new file")
    return kept


def looks_like_nir(text: bytes) -> bool:
    """Whether it has a NIR's form; its check digits may be missing or wrong."""
    return _NIR.fullmatch(_ASIDE.sub(b"", text).upper()) is not None


@dataclass(frozen=True, slots=True)
class Keyed:
    """Turns what lines say of persons into numbers."""

    key: bytes = field(repr=False)

    def known(self, values: pa.Array, kind: str) -> np.ndarray:
        """KNOWN records for distinct binary values. An empty one gives 0: nobody."""
        made = np.zeros(len(values), KNOWN)
        made["department"] = -1
        plain = np.zeros((len(values), _BARE), "u1")
        is_nir = _usual_nirs(values, plain) if kind == "nir" else np.zeros(len(values), bool)
        rest = np.flatnonzero(~is_nir)
        others: dict[int, bytes] = {}
        for place, raw in zip(rest.tolist(), values.take(pa.array(rest)).to_pylist(), strict=True):
            value = _plain(raw)
            if kind == "nir" and (nir := _as_nir(value)):
                plain[place], is_nir[place] = np.frombuffer(nir, "u1"), True
            elif value:
                others[place] = value
        made["person"][list(others)] = self.numbers(list(others.values()), kind)
        if is_nir.any():
            self._describe(made, is_nir, plain[is_nir])
        return made

    def _describe(self, made: np.ndarray, places: np.ndarray, bare: np.ndarray) -> None:
        """Who, and what a NIR says of birth: department, month in clear, as in the journal; rest keyed."""
        digits = bare.astype("i2") - ord("0")
        department = digits[:, 5] * 10 + digits[:, 6]
        overseas = (department == 97) | (department == 98)  # noqa: PLR2004
        department = np.where(overseas, department * 10 + digits[:, 7], department)
        corsica = bare[:, 6]
        department = np.where(corsica == ord("A"), 201, np.where(corsica == ord("B"), 202, department))
        month = digits[:, 3] * 10 + digits[:, 4]
        made["department"][places] = department
        made["month"][places] = np.where(month <= 12, month, 0)  # noqa: PLR2004  # above: not known at birth
        for name, length in (("person", _BARE), ("by_month", 7), ("by_commune", 10)):
            made[name][places] = self._digests(bare[:, :length], name)

    def _digests(self, messages: np.ndarray, kind: str) -> np.ndarray:
        """Above 0, 63 bits, by SipHash under a key of the kind's own."""
        key = blake2b(digest_size=16, key=self.key, person=kind.encode()).digest()
        made: np.ndarray = np.maximum(siphash(key, messages) >> np.uint64(1), 1).astype("i8")
        return made

    def numbers(self, values: list[bytes], kind: str) -> np.ndarray:
        """Above 0, 63 bits."""
        key, person = self.key, kind.encode()
        digests = b"".join(
            [blake2b(value, digest_size=8, key=key, person=person).digest() for value in values]
        )
        made: np.ndarray = np.maximum(np.frombuffer(digests, ">u8") >> np.uint64(1), 1).astype("i8")
        return made


def _usual_nirs(values: pa.Array, plain: np.ndarray) -> np.ndarray:
    """Which values are a NIR in digits alone, as most are; their thirteen characters go into `plain`."""
    _, offsets, data = values.buffers()
    ends = np.frombuffer(offsets, "<i4")[values.offset : values.offset + len(values) + 1].astype("i8")
    lengths = np.diff(ends)
    likely = np.flatnonzero((lengths == _BARE) | (lengths == _BARE + 2))
    if not len(likely):
        return np.zeros(len(values), bool)
    held = np.frombuffer(data, "u1")
    found = held[ends[likely, None] + np.arange(_BARE)]
    end = held[ends[likely + 1, None] - [1, 2]]
    usual = _is_digit(found).all(axis=1) & _is_digit(end).all(axis=1) & _SEXES[found[:, 0]]
    plain[likely[usual]] = found[usual]
    made = np.zeros(len(values), bool)
    made[likely[usual]] = True
    return made


def _is_digit(characters: np.ndarray) -> np.ndarray:
    made: np.ndarray = (characters >= ord("0")) & (characters <= ord("9"))
    return made


def _as_nir(value: bytes) -> bytes:
    """Its thirteen characters; empty: it has not a NIR's form."""
    if len(value) not in (_BARE, _BARE + 2) or not value.isdigit():
        value = _ASIDE.sub(b"", value).upper()
    return value[:_BARE] if _NIR.fullmatch(value) else b""


def _plain(value: bytes) -> bytes:
    value = value[:_LONGEST]
    if b"%" in value or b"+" in value:
        value = unquote_to_bytes(value.replace(b"+", b" "))
    return value.strip()
