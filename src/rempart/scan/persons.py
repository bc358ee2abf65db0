"""Persons' numbers out of lines, keyed at once: from here on only the keyed number exists.

BLAKE2b with a random key of the scan's own (RFC 7693, keyed mode). 63 bits: among 33 million persons two
share a number with a chance of 1 in 17,000.
"""

import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path
from urllib.parse import unquote_to_bytes

import numpy as np

from rempart.scan.errors import ScanFault

KEY = 32
_NIR = re.compile(rb"([1-478]\d{4})(\d{2}|2A|2B)(\d{3})(\d{3})(?:\d{2})?")
"""Thirteen characters and the key or not: sex, year, month; department; commune; order."""
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

    def known(self, values: Iterable[bytes], kind: str) -> np.ndarray:
        """KNOWN records for distinct values. An empty one gives 0: nobody."""
        plain = [value if value.isdigit() else _plain(value) for value in values]
        bare = [_as_nir(value) for value in plain] if kind == "nir" else [b""] * len(plain)
        made = np.zeros(len(plain), KNOWN)
        made["person"] = self.numbers([nir or value for nir, value in zip(bare, plain, strict=True)], kind)
        made["person"][[not value for value in plain]] = 0
        made["department"] = -1
        if places := [place for place, nir in enumerate(bare) if nir]:
            self._describe(made, places, [bare[place] for place in places])
        return made

    def _describe(self, made: np.ndarray, places: list[int], bare: list[bytes]) -> None:
        """What a NIR says of birth: department, month in clear, as in the journal; neighbourhoods keyed."""
        digits = np.frombuffer(b"".join(bare), "u1").reshape(-1, _BARE).astype("i2") - ord("0")
        department = digits[:, 5] * 10 + digits[:, 6]
        overseas = (department == 97) | (department == 98)  # noqa: PLR2004
        department = np.where(overseas, department * 10 + digits[:, 7], department)
        corsica = digits[:, 6] + ord("0")
        department = np.where(corsica == ord("A"), 201, np.where(corsica == ord("B"), 202, department))
        month = digits[:, 3] * 10 + digits[:, 4]
        made["department"][places] = department
        made["month"][places] = np.where(month <= 12, month, 0)  # noqa: PLR2004  # above: not known at birth
        for name, length in (("by_month", 7), ("by_commune", 10)):
            starts = list({nir[:length] for nir in bare})
            known = dict(zip(starts, self.numbers(starts, name).tolist(), strict=True))
            made[name][places] = [known[nir[:length]] for nir in bare]

    def numbers(self, values: list[bytes], kind: str) -> np.ndarray:
        """Above 0, 63 bits."""
        key, person = self.key, kind.encode()
        digests = b"".join(
            [blake2b(value, digest_size=8, key=key, person=person).digest() for value in values]
        )
        made: np.ndarray = np.maximum(np.frombuffer(digests, ">u8") >> np.uint64(1), 1).astype("i8")
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
