"""Accounts' names → numbers, in order of appearance. A name that could be a person's number is not kept."""

import re

from rempart.scan.persons import Keyed, looks_like_nir

MOST = 1_000_000
"""Names kept; whoever sends more of them than a portal has accounts fills no memory."""
_SHOWN = 80
_DIGITS = re.compile(rb"\d{10,}")
_NOBODY = (b"", b"-", b"null", b'""')


class Accounts:
    """One scan's accounts."""

    def __init__(self, keyed: Keyed) -> None:
        self._keyed = keyed
        self._numbers: dict[bytes, int] = {}
        self._names: list[str] = []

    def numbers(self, names: list[bytes | None]) -> list[int]:
        """From 1; 0: nobody. Past MOST keyed numbers without a name."""
        known = self._numbers.get
        return [(name and known(name)) or self._number(name) for name in names]

    def _number(self, name: bytes | None) -> int:
        name = (name or b"").strip()
        if name.lower() in _NOBODY:
            return 0
        key = (
            name
            if len(name) <= _SHOWN and not _hides(name)
            else self._keyed.numbers([name], "account").tobytes()
        )
        known = self._numbers.get(key)
        if known is None and len(self._names) < MOST:
            self._names.append(_plain(name) if key is name else "")
            known = self._numbers[key] = len(self._names)
        return known or int(self._keyed.numbers([name], "account")[0]) | 1 << 62

    @property
    def names(self) -> list[str]:
        """Of account 1, 2, …; empty: not kept, it could be a person's number."""
        return self._names


def _hides(name: bytes) -> bool:
    return looks_like_nir(name) or _DIGITS.search(re.sub(rb"[\s.\-_%+]", b"", name)) is not None


def _plain(name: bytes) -> str:
    return "".join(
        one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in name.decode("utf-8", "replace")
    )
