"""The chain of signed checkpoints: each signed, each after the one it names, none going back."""

from dataclasses import replace
from itertools import pairwise

from rempart_verify.finding import (
    CHANGED,
    DATES,
    FORKED,
    OTHER_KEY,
    REMOVED,
    REORDERED,
    ROLLED_BACK,
    TRUNCATED,
    Report,
)
from rempart_verify.layout import CHECKPOINT, Span, spans
from rempart_verify.note import Checkpoint, NoteError, PublicKey, notes_in, opened
from rempart_verify.note import read as unsigned
from rempart_verify.place import Place

FOLDER = "checkpoints"


def read(place: Place, key: PublicKey, report: Report) -> tuple[Checkpoint | None, list[Checkpoint]]:
    """The newest checkpoint, and all of them, oldest first; what is wrong with them goes into the report."""
    note = place.get(CHECKPOINT)
    if note is None:
        report.found(TRUNCATED, CHECKPOINT, "There is no newest checkpoint.")
        return None, []
    newest = _opened(note, key, CHECKPOINT, report)
    chain = _chain(place, key, report)
    if newest and chain:
        _newest(newest, chain[-1][1], report)
    elif newest:
        report.found(REMOVED, FOLDER, "There is no checkpoint but the newest.")
    return newest, [made for _, made in chain]


def _opened(note: bytes, key: PublicKey, name: str, report: Report) -> Checkpoint | None:
    """A note's checkpoint; where its signature does not hold it has no root, and proves nothing."""
    try:
        text = note.decode()
    except UnicodeDecodeError:
        report.found(CHANGED, name, "It is not text.")
        return None
    try:
        return opened(text, key)
    except NoteError as fault:
        what = OTHER_KEY if "another key" in str(fault) else CHANGED
        report.found(what, name, f"A checkpoint: {fault}.")
    try:
        return replace(unsigned(text), root=b"")
    except NoteError:
        return None


def _chain(place: Place, key: PublicKey, report: Report) -> list[tuple[Span, Checkpoint]]:
    found: list[tuple[Span, Checkpoint]] = []
    for span in spans(place.names(FOLDER)):
        text = (place.get(span.name) or b"").decode(errors="replace")
        held = [_opened(note.encode(), key, span.name, report) for note in notes_in(text)]
        made = [one for one in held if one]
        if not made or made[-1].size != span.end:
            report.found(CHANGED, span.name, "Its checkpoints are not those its name says.")
        found += [(span, one) for one in made]
    if found and found[0][1].previous:
        span, first = found[0]
        report.found(REMOVED, FOLDER, f"The checkpoints before that of {first.size} entries are missing.")
    for (_, before), (span, after) in pairwise(found):
        _follows(before, after, span.name, report)
    return found


def _follows(before: Checkpoint, after: Checkpoint, name: str, report: Report) -> None:
    of = f"the checkpoint of {after.size} entries"
    if after.origin != before.origin:
        report.found(CHANGED, name, f"Another journal's: {of} names {after.origin}.")
    if after.previous != before.digest:
        more = f"One before {of} was changed or removed: {of} does not follow that of {before.size}."
        report.found(CHANGED if after.previous else FORKED, name, more)
    if after.size <= before.size:
        report.found(ROLLED_BACK, name, f"After {before.size} entries comes {of}.")
    if after.time < before.time:
        report.found(DATES, name, f"By its date, {of} is older than that of {before.size}.")
    if _position(after) <= _position(before):
        report.found(REORDERED, name, f"By its last entry, {of} goes back.")


def _position(made: Checkpoint) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in made.last.split("/"))
    except ValueError:
        return ()


def _newest(newest: Checkpoint, last: Checkpoint, report: Report) -> None:
    """The file `checkpoint` is the last of the chain."""
    if newest.note == last.note:
        return
    if last.size > newest.size:
        more = f"It has {newest.size} entries, while {last.size} were signed."
        report.found(ROLLED_BACK, CHECKPOINT, more, newest.size)
    elif last.size < newest.size:
        more = f"Those after {last.size} entries are missing, up to the newest of {newest.size}."
        report.found(REMOVED, FOLDER, more)
    else:
        report.found(FORKED, CHECKPOINT, f"Two checkpoints of {newest.size} entries are not the same.")
