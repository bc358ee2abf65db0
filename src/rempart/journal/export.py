"""A copy of the sealed journal that an auditor takes away: what one checkpoint covers, and no more."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

from rempart.journal.objects import Folder
from rempart.journal.prove import newest
from rempart.vocabulary.faults import Fault
from rempart_verify.layout import CHECKPOINT, FAN, KEY, Span, notes_name, spans, tile_name
from rempart_verify.merkle import SIZE
from rempart_verify.note import notes_in, read
from rempart_verify.place import Place


class ExportFault(Fault):
    """The export cannot be written there."""


def export(
    place: Place, to: Path, since: date | None, until: date | None, shown: Callable[[int, int], None]
) -> int:
    """Copy into an empty folder; the entries it holds. Days outside the limits, both included, are left out.

    The checkpoint is written last: a copy that was broken off has none, and does not verify.
    """
    if to.exists() and any(to.iterdir()):
        raise ExportFault(f"{to} is not empty.", "name a folder that is not there yet")
    made, target = newest(place), Folder(to)
    segments = [one for one in spans(place.names("segments"), made.size) if _within(one, since, until)]
    stamps = [name for name in place.names("stamps") if int(Path(name).stem) <= made.size]
    names = [one.name for one in segments] + stamps + [KEY]
    parts = [*_tree(made.size), *((name, None) for name in names)]
    for done, (name, most) in enumerate(parts, start=1):
        if (content := place.get(name)) is not None:
            target.put(name, content[:most])
        shown(done, len(parts))
    for one in spans(place.names("checkpoints")):
        _notes(place, one, made.size, target)
    target.put(CHECKPOINT, made.note.encode())
    return sum(one.end - one.start for one in segments)


def _within(segment: Span, since: date | None, until: date | None) -> bool:
    day = date.fromisoformat(segment.name.split("day=")[1][:10])
    return (since is None or since <= day) and (until is None or day <= until)


def _tree(size: int) -> Iterator[tuple[str, int | None]]:
    """Every file of the tree, and how many bytes of it count."""
    level, count = 0, size
    while count:
        for number in range(-(-count // FAN)):
            yield tile_name(level, number), min(FAN, count - number * FAN) * SIZE
        level, count = level + 1, count // FAN


def _notes(place: Place, span: Span, size: int, target: Folder) -> None:
    """A file of checkpoints, up to the newest of the export: more may have been signed since."""
    notes = {read(note).size: note for note in notes_in((place.get(span.name) or b"").decode())}
    kept = {end: note for end, note in notes.items() if end <= size}
    if kept:
        target.put(notes_name(span.start, max(kept)), "".join(kept.values()).encode())
