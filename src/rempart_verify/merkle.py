"""RFC 6962 Merkle trees: hashes, roots, and what a proof must satisfy (RFC 9162, section 2.1)."""

from collections.abc import Sequence
from hashlib import sha256

EMPTY = sha256(b"").digest()
SIZE = 32


def leaf_hash(entry: bytes) -> bytes:
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


def pairs(hashes: bytes) -> bytes:
    """One level up: `hashes` is an even number of them, end to end."""
    return b"".join(
        [sha256(b"\x01" + hashes[i : i + 2 * SIZE]).digest() for i in range(0, len(hashes), 2 * SIZE)]
    )


def peak(hashes: bytes) -> bytes:
    """The root over a power of two of hashes, end to end."""
    while len(hashes) > SIZE:
        hashes = pairs(hashes)
    return hashes


def peaks(hashes: bytes) -> list[bytes]:
    """The roots of the whole subtrees that so many hashes make, left to right, each smaller than the last."""
    found, count, start = [], len(hashes) // SIZE, 0
    for bit in reversed(range(count.bit_length())):
        if count >> bit & 1:
            end = start + (SIZE << bit)
            found.append(peak(hashes[start:end]))
            start = end
    return found


def fold(tops: Sequence[bytes]) -> bytes:
    """The tree's root from its peaks."""
    if not tops:
        return EMPTY
    root = tops[-1]
    for top in reversed(tops[:-1]):
        root = node_hash(top, root)
    return root


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes."""
    return fold(peaks(b"".join(leaves)))


def is_included(index: int, size: int, leaf: bytes, proof: Sequence[bytes], root: bytes) -> bool:
    """RFC 9162, 2.1.3.2: does this path lead from the leaf at `index` to the root of `size` leaves?"""
    if not 0 <= index < size:
        return False
    fn, sn, found = index, size - 1, leaf
    for other in proof:
        if sn == 0:
            return False
        if fn & 1 or fn == sn:
            found = node_hash(other, found)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            found = node_hash(found, other)
        fn, sn = fn >> 1, sn >> 1
    return sn == 0 and found == root


def is_consistent(first: int, second: int, proof: Sequence[bytes], old: bytes, new: bytes) -> bool:
    """RFC 9162, 2.1.4.2: is the tree of `first` leaves and root `old` the beginning of that of `second`?"""
    if first in (0, second):
        return not proof and old == (new if first else EMPTY)
    path = list(proof) if first & (first - 1) else [old, *proof]
    return bool(path) and 0 < first < second and _grows(first, second, path) == (old, new)


def _grows(first: int, second: int, path: Sequence[bytes]) -> tuple[bytes, bytes] | None:
    """The two roots that a path makes; None where it is longer or shorter than it must be."""
    fn, sn = first - 1, second - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    fr = sr = path[0]
    for other in path[1:]:
        if sn == 0:
            return None
        if fn & 1 or fn == sn:
            fr, sr = node_hash(other, fr), node_hash(other, sr)
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            sr = node_hash(sr, other)
        fn, sn = fn >> 1, sn >> 1
    return (fr, sr) if sn == 0 else None
