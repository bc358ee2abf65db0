"""Reads what Have I Been Pwned publishes: `SHA1:COUNT` a line, ordered by hash, some forty gigabytes.

Whole blocks of lines at once, with numpy: every character is looked at, since a file cut or mixed up on its
way would leave holes that nobody notices.
"""

from binascii import Error, unhexlify
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from rempart.vocabulary.faults import Fault

BLOCK = 8 * 2**20
_HEX = 40
_LONGEST = 64
"""Characters of a line: a hash, a colon, a count of up to twenty digits."""
_NEWLINE, _RETURN, _COLON, _ZERO, _NINE = 10, 13, 58, 48, 57

Keys = NDArray[np.uint64]


class LeaksFileError(Fault):
    """A line that is not as it must be. Nothing was installed."""


@dataclass(frozen=True, slots=True)
class Place:
    """The beginning of a line: its byte, its number from 1, and the hash of the line above."""

    byte: int = 0
    line: int = 1
    last: int = 0


def read_blocks(file: BinaryIO, place: Place, size: int = BLOCK) -> Iterator[tuple[Keys, Place]]:
    """The first 64 bits of the hashes from `place` on, where the file stands, and the place after them.

    Raises LeaksFileError, naming the line, for one that is misshapen or comes before the one above it.
    """
    rest = b""
    while chunk := file.read(size):
        whole, newline, rest = (rest + chunk).rpartition(b"\n")
        if newline:
            keys = _block(whole + newline, place)
            place = Place(place.byte + len(whole) + 1, place.line + len(keys), int(keys[-1]))
            yield keys, place
        if len(rest) > _LONGEST:
            raise _misshapen(place.line)
    if rest:
        keys = _block(rest + b"\n", place)
        yield keys, Place(place.byte + len(rest), place.line + 1, int(keys[-1]))


def _block(text: bytes, place: Place) -> Keys:
    line = place.line
    letters = np.frombuffer(text, dtype=np.uint8)
    newlines = np.flatnonzero(letters == _NEWLINE)
    starts = np.concatenate(([0], newlines[:-1] + 1))
    ends = newlines - (letters[newlines - 1] == _RETURN)
    _check_lines(letters, starts, ends, line)
    keys = _keys(letters, starts, line)
    before = np.concatenate((np.array([place.last], dtype=np.uint64), keys[:-1]))
    if (earlier := np.flatnonzero(keys < before)).size:
        raise LeaksFileError(
            f"Line {line + int(earlier[0])} comes before the line above it: the file is not ordered by hash.",
            "take the edition “ordered by hash”, or order it: LC_ALL=C sort FILE",
        )
    return keys


def _check_lines(letters: NDArray[np.uint8], starts: NDArray[Any], ends: NDArray[Any], line: int) -> None:
    """A colon at its place and then digits only, at least one."""
    lengths = ends - starts
    wrong = (lengths < _HEX + 2) | (lengths > _LONGEST)
    if not wrong.any():
        wrong = letters[starts + _HEX] != _COLON
    if not wrong.any():
        no_digit = ((letters < _ZERO) | (letters > _NINE)).view(np.uint8)
        spans = np.column_stack((starts + _HEX + 1, ends)).ravel()
        wrong = np.maximum.reduceat(no_digit, spans)[::2] != 0
    if wrong.any():
        raise _misshapen(line + int(np.flatnonzero(wrong)[0]))


def _keys(letters: NDArray[np.uint8], starts: NDArray[Any], line: int) -> Keys:
    digits = np.lib.stride_tricks.sliding_window_view(letters, _HEX)[starts]
    try:
        hashes = np.frombuffer(unhexlify(digits), dtype=np.uint8).reshape(-1, _HEX // 2)
    except Error:
        raise _misshapen(line + _first_without_hex(digits)) from None
    return np.ascontiguousarray(hashes[:, :8]).view(">u8").ravel().astype(np.uint64)


def _first_without_hex(digits: NDArray[np.uint8]) -> int:
    good = np.isin(digits, np.frombuffer(b"0123456789abcdefABCDEF", dtype=np.uint8)).all(axis=1)
    return int(np.flatnonzero(~good)[0])


def _misshapen(line: int) -> LeaksFileError:
    return LeaksFileError(
        f"Line {line} is not a SHA-1 hash in 40 hexadecimal digits, a colon and a count.",
        "take the SHA-1 edition of Pwned Passwords, whole: rempart leaks import FILE",
    )
