"""Which files a sealed journal has, and what their names say.

    checkpoint                                 the newest signed checkpoint
    checkpoints/START-END.notes                every checkpoint signed between two sizes, oldest first
    segments/day=YYYY-MM-DD/START-END.parquet  entries START to END, END not included; day of the first one
    tree/LEVEL/NUMBER                          hashes of whole subtrees of 4096^LEVEL leaves, 4096 to a file
    stamps/SIZE.tsr                            RFC 3161 time stamp over the checkpoint of that size
    key                                        the public key; an auditor has it from elsewhere

Small files are merged into larger ones. Until the small ones are gone a range stands twice: the widest
file counts. What lies beyond the checkpoint's size was never published and counts for nothing.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

CHECKPOINT, KEY = "checkpoint", "key"
HEIGHT = 12
FAN = 1 << HEIGHT
"""Hashes in one file of the tree: 4096, 128 KiB."""

_RANGE = re.compile(r"(\d{16})-(\d{16})\.(?:parquet|notes)$")


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A file that holds leaves (or the checkpoints between sizes) from `start` to `end`, not included."""

    start: int
    end: int
    name: str


def segment_name(day: str, start: int, end: int) -> str:
    """`day` as YYYY-MM-DD."""
    return f"segments/day={day}/{start:016}-{end:016}.parquet"


def notes_name(start: int, end: int) -> str:
    return f"checkpoints/{start:016}-{end:016}.notes"


def tile_name(level: int, number: int) -> str:
    return f"tree/{level}/{number:09}"


def stamp_name(size: int) -> str:
    return f"stamps/{size:016}.tsr"


def spans(names: Iterable[str], size: int | None = None) -> list[Span]:
    """The files that count, in order: none that lies within a wider one, none beyond `size`."""
    found = sorted(
        (
            Span(int(match[1]), int(match[2]), name)
            for name in names
            if (match := _RANGE.search(name)) and (size is None or int(match[2]) <= size)
        ),
        key=lambda span: (span.start, -span.end),
    )
    kept: list[Span] = []
    for span in found:
        if not kept or span.end > kept[-1].end:
            kept.append(span)
    return kept
