"""The tree's files, hashed again: every checkpoint's root, and what the upper files must hold."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from rempart_verify.layout import FAN, tile_name
from rempart_verify.merkle import SIZE, fold, pairs
from rempart_verify.place import Place

Levels = list[bytes]
"""Level → the hashes of all whole subtrees of 2^level leaves, end to end."""


def levels(hashes: bytes) -> Levels:
    """Every level over hashes, end to end."""
    found = [hashes]
    while len(found[-1]) >= 2 * SIZE:
        below = found[-1]
        found.append(pairs(below[: len(below) // (2 * SIZE) * 2 * SIZE]))
    return found


def prefix_peaks(held: Levels, count: int) -> list[bytes]:
    """The peaks over the first `count` of the hashes."""
    found, start = [], 0
    for bit in reversed(range(count.bit_length())):
        if count >> bit & 1:
            place = (start >> bit) * SIZE
            found.append(held[bit][place : place + SIZE])
            start += 1 << bit
    return found


@dataclass(frozen=True, slots=True)
class Tile:
    """A file of leaf hashes, hashed: its root where it is full, its peaks at the sizes asked for."""

    number: int
    held: int
    """How many of its hashes were asked for and are there."""
    root: bytes
    at: dict[int, list[bytes]]


def tile(place: Place, number: int, leaves: int, counts: Iterable[int], instead: bytes = b"") -> Tile:
    """Hash one file of leaves, or what stands `instead` of it."""
    content = (instead or place.get(tile_name(0, number)) or b"")[: leaves * SIZE]
    held = levels(content)
    count = len(content) // SIZE
    at = {one: prefix_peaks(held, one) for one in counts if one <= count}
    return Tile(number, count, held[-1] if count == FAN else b"", at)


def leaves_of(get: Callable[[str], bytes | None], start: int, end: int) -> bytes:
    """The leaf hashes of a range as the tree's files hold them; shorter where a file is."""
    found = bytearray()
    for number in range(start // FAN, -(-end // FAN)):
        held = get(tile_name(0, number)) or b""
        first, last = max(start - number * FAN, 0), min(end - number * FAN, FAN)
        piece = held[first * SIZE : last * SIZE]
        found += piece
        if len(piece) < (last - first) * SIZE:
            break
    return bytes(found)


def wrong_roots(tiles: Mapping[int, Tile], roots: Mapping[int, bytes]) -> list[int]:
    """The sizes whose root the leaves do not make, in order."""
    full = bytearray()
    number = 0
    while number in tiles and tiles[number].root:
        full += tiles[number].root
        number += 1
    above = levels(bytes(full))
    wrong = []
    for size in sorted(roots):
        number, count = divmod(size, FAN)
        inner = tiles[number].at.get(count) if count and number in tiles else None
        known = number * SIZE <= len(full) and (not count or inner is not None)
        if not known or fold(prefix_peaks(above, number) + (inner or [])) != roots[size]:
            wrong.append(size)
    return wrong


def wrong_upper(place: Place, tiles: Mapping[int, Tile], size: int) -> list[str]:
    """The files above the leaves that do not hold what the files below them make."""
    below = b"".join(tiles[number].root for number in range(size // FAN) if number in tiles)
    wrong, level = [], 1
    while below:
        above = bytearray()
        for start in range(0, len(below), FAN * SIZE):
            expected = below[start : start + FAN * SIZE]
            name = tile_name(level, start // (FAN * SIZE))
            if (place.get(name) or b"")[: len(expected)] != expected:
                wrong.append(name)
            if len(expected) == FAN * SIZE:
                above += levels(expected)[-1]
        below, level = bytes(above), level + 1
    return wrong
