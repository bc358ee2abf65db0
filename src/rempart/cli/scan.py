"""`rempart scan`: who left an existing portal, from its access logs alone. No database, no settings."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from importlib import resources
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, Any, Literal

from cyclopts import Parameter
from rich.progress import Progress

from rempart.cli import screen
from rempart.cli.options import Json
from rempart.exposure.errors import SelectionFault
from rempart.exposure.selection import instant
from rempart.scan import files, mapping, report
from rempart.scan.errors import ScanFault
from rempart.scan.persons import key_of
from rempart.scan.propose import Proposal, propose
from rempart.scan.reading import first_lines
from rempart.scan.rows import Period
from rempart.scan.summary import summary
from rempart.scan.work import Scan
from rempart.scan.work import scan as work

_DOUBTS = {
    "account": "No line says which account asked: addresses stand for accounts.",
    "person": "Nowhere in the lines was a number with a NIR's form found.",
    "unreadable": "More than half of the first lines could not be read.",
}


def scan(  # noqa: PLR0913  # the command's own words
    *logs: Annotated[str, Parameter(help="Files or patterns; plain, gzip or zstd. “-”: standard input.")],
    map: Annotated[Path | None, Parameter(name="--map", help="What the lines mean (scan-map.md).")] = None,  # noqa: A002
    wizard: Annotated[
        Path | None, Parameter(name="--wizard", help="Propose a map, and write it here.")
    ] = None,
    since: Annotated[str | None, Parameter(name="--from", help="From this day or moment on (Paris).")] = None,
    to: Annotated[str | None, Parameter(name="--to", help="Up to this day, included, or moment.")] = None,
    out: Annotated[Path | None, Parameter(help="Keep the keyed journal in this folder, as Parquet.")] = None,
    html: Annotated[Path | None, Parameter(help="Write the one-page report into this file.")] = None,
    lang: Annotated[Literal["fr", "en"], Parameter(help="The report's language.")] = "fr",
    keep_key: Annotated[
        Path | None,
        Parameter(help="Keep the random key here (or use the one kept): it can find persons again."),
    ] = None,
    detectors: Annotated[bool, Parameter(help="Also say what would have been noticed, and when.")] = True,
    sample: Annotated[bool, Parameter(negative="", help="Scan the invented log that comes along.")] = False,
    json: Json = False,
) -> None:
    """Access logs of an existing portal: who was shown to whom, at least and at most; what would be noticed.

    Persons are keyed at once with a random key that nobody keeps. Nothing is sent anywhere.
    """
    with _logs(logs, sample=sample) as paths, screen.progress(*Progress.get_default_columns()) as progress:
        size = sum(Path(path).stat().st_size for path in paths if path != files.STDIN)
        bar = progress.add_task("reading", total=size or None)
        told: list[files.Read] = []
        blocks = files.blocks(paths, told, tick=lambda count: progress.advance(bar, count))
        begun = [block for block in [next(blocks, None)] if block]
        if not begun:
            raise ScanFault("The logs are empty.", "name one with lines")
        if wizard:
            _write_map(wizard, propose(first_lines(begun[0].data)))
            return
        known = mapping.load(map) if map else _certain(propose(first_lines(begun[0].data)), sample=sample)
        with _folder(out) as folder:
            made = work(
                lambda reads: _told(chain(begun, blocks), told, reads),
                known,
                key_of(keep_key),
                folder,
                period=_period(since, to),
                missing=files.missing_rotations(paths),
                rehearse=detectors,
                tell=lambda what: progress.update(bar, description=what, total=None),
            )
            _report(made, html, lang, as_json=json)


def _told(
    blocks: Iterator[files.Block], told: list[files.Read], into: list[files.Read]
) -> Iterator[files.Block]:
    """Blocks whose first one was looked at already; files are counted in `into`."""
    for block in blocks:
        into.extend(told[len(into) :])
        yield block
    into.extend(told[len(into) :])


@contextmanager
def _logs(words: tuple[str, ...], *, sample: bool) -> Iterator[list[str]]:
    if not sample:
        yield files.found(words)
        return
    if words:
        raise ScanFault("--sample brings its own log.", "leave LOG or --sample out")
    with resources.as_file(resources.files("rempart.scan.sample") / "portail.log.gz") as path:
        yield [str(path)]


@contextmanager
def _folder(out: Path | None) -> Iterator[Path]:
    if out is None:
        with TemporaryDirectory(prefix="rempart-scan-") as held:
            yield Path(held)
        return
    if (out / "segments").exists() or (out / "checkpoint").exists():
        raise ScanFault(f"{out.name} holds a journal already.", "name a new folder")
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ScanFault(f"{out.name} cannot be made: {error.strerror}.", "name another folder") from None
    yield out


def _period(since: str | None, to: str | None) -> Period:
    made = Period()
    try:
        if since:
            made = replace(made, start=_micros(instant(since)))
        if to:
            made = replace(made, end=_micros(instant(to, ends=True)))
    except SelectionFault as fault:
        raise ScanFault(str(fault), fault.remedy) from None
    if made.start >= made.end:
        raise ScanFault("The period ends before it begins.", "--from is its first day, --to its last")
    return made


def _micros(at: datetime) -> int:
    return round(at.astimezone(UTC).timestamp() * 1e6)


def _certain(proposal: Proposal, *, sample: bool) -> mapping.Map:
    """The map that was proposed, when there is no doubt about it."""
    if not sample:
        screen.step("No map: this was understood from the first lines.")
        _show(proposal)
    if [doubt for doubt in proposal.doubts if doubt != "account"]:
        raise ScanFault(
            "What the lines mean is not certain.",
            "rempart scan LOG --wizard MAP.toml, correct it, then --map MAP.toml",
        )
    return proposal.map


def _show(proposal: Proposal) -> None:
    for what, where, looks in proposal.understood:
        screen.err.print(f"  {what:9} {where}   {looks}".rstrip(), markup=False, soft_wrap=True)
    screen.err.print(
        f"  {proposal.lines} lines looked at, {proposal.unreadable} could not be read.", markup=False
    )
    for doubt in proposal.doubts:
        screen.err.print(f"  ? {_DOUBTS[doubt]}", markup=False, soft_wrap=True)


def _write_map(path: Path, proposal: Proposal) -> None:
    _show(proposal)
    if path.exists() and not (sys.stdin.isatty() and _agreed(f"{path.name} exists. Replace it?")):
        raise ScanFault(f"{path.name} exists.", "name a new file")
    if sys.stdin.isatty() and not _agreed(f"Write this map into {path.name}?"):
        return
    path.write_text(mapping.written(proposal.map), "utf-8")
    screen.step(f"{path.name} written: read it, correct it, then rempart scan LOG --map {path.name}")


def _agreed(question: str) -> bool:
    return input(f"{question} [y/N] ").strip().lower() in {"y", "yes", "o", "oui"}


def _report(made: Scan, html: Path | None, lang: Literal["fr", "en"], *, as_json: bool) -> None:
    told: dict[str, Any] = summary(made)
    if html:
        html.write_text(report.page(told, lang), "utf-8")
        screen.step(f"{html.name} written")
    if as_json:
        screen.out.print_json(data=told)
        return
    bounds = told["persons"]
    more = "" if bounds["open_ended"] is False else " (no ceiling: something is missing, see the gaps)"
    screen.out.print(
        f"At least {bounds['at_least']:,} persons, at most {bounds['at_most']:,}{more}.",
        markup=False,
        soft_wrap=True,
    )
    screen.table(
        "account",
        "persons",
        "look-ups",
        "addresses",
        "noticed",
        "persons by then",
        rows=[
            (
                one["name"],
                *(str(one[name]) for name in ("persons", "lookups", "networks")),
                one["noticed"] or "–",
                str(one["by_noticed"]) if one["noticed"] else "–",
            )
            for one in told["accounts"][:20]
        ],
    )
    for gap in told["gaps"]:
        screen.out.print(f"· {gap['en']}", markup=False, soft_wrap=True)
