"""`rempart detect …`: which detectors there are, how they are set, and what other thresholds would have done.

A trial only observes, and begins at once. A looser threshold or mode waits for a second keeper and a day.
"""

import re
from collections import Counter
from datetime import UTC, datetime
from typing import Annotated, Any

import psycopg
from cyclopts import App, Parameter

from rempart.cli import screen
from rempart.cli.gate import As, Why, propose
from rempart.cli.keeper_words import SecretFile, show
from rempart.cli.options import DATA, Data, Json
from rempart.containment.rehearse import Rehearsal, until
from rempart.database.connect import dsn
from rempart.detection import source, store
from rempart.detection.decoys import Decoys, load_key
from rempart.detection.known import known
from rempart.detection.runs import ENFORCE, OBSERVE, OFF, Setting, chosen
from rempart.vocabulary.faults import Fault

app = App(name="detect", help="Detectors: list, replay the journal, try and set thresholds.")

_MODES = {"off": OFF, "observe": OBSERVE, "enforce": ENFORCE}
Figure = Annotated[str, Parameter(help="DETECTOR.THRESHOLD=VALUE, as `rempart detect list` names them.")]


class DetectFault(Fault):
    """No such detector or threshold, or a figure that is none."""

    exit_code = 2


@app.command(name="list")
def show_detectors(*, data: Data = DATA, json: Json = False) -> None:
    """Every detector: its mode, and each threshold as shipped, as in force and as tried."""
    with _connected("detector", data) as connection:
        settings = {row[:3]: row[3] for row in store.settings(connection)}
    modes = {value: name for name, value in _MODES.items()}
    show(
        [
            {
                "detector": name,
                "mode": modes[settings.get((name, "mode", False), ENFORCE)],
                "threshold": key,
                "shipped": limit.value,
                "in force": settings.get((name, key, False), limit.value),
                "tried": settings.get((name, key, True)),
                "unit": limit.unit,
            }
            for name, detector in known().items()
            for key, limit in detector.limits.items()
        ],
        as_json=json,
    )


@app.command(name="status")
def status(*, data: Data = DATA, json: Json = False) -> None:
    """When the detectors last said that they are alive, how far they have seen, how late they were."""
    with _connected("auditor", data) as connection:
        row = connection.execute("select at, seen_until, lag from gate.watch").fetchone()
    at, seen, lag = row or (None, None, None)
    silent = (datetime.now(UTC) - at).total_seconds() if at else None
    alive = silent is not None and silent < 60  # noqa: PLR2004  # from then on the gate tightens its limits
    show([{"alive": alive, "last beat": at, "seen until": seen, "lag in seconds": lag}], as_json=json)


@app.command(name="replay")
def replay(  # each is an option
    *,
    since: Annotated[datetime | None, Parameter(name="--from", help="Entries from then on (UTC).")] = None,
    to: Annotated[datetime | None, Parameter(help="Entries up to then (UTC).")] = None,
    trial: Annotated[
        tuple[str, ...], Parameter(negative="", help="DETECTOR.THRESHOLD=VALUE; may be repeated.")
    ] = (),
    data: Data = DATA,
    json: Json = False,
) -> None:
    """Read the journal again: which signals, whom they would restrict, and how much had left by then."""
    tried = [_setting(text) for text in trial]
    end = _moment(to) if to else float("inf")
    with (
        _connected("detector", data) as connection,
        _connected("detector", data) as beside,  # the first is busy with the journal all along
        screen.progress() as progress,
    ):
        bar = progress.add_task("entries", total=None)
        runs = chosen([*store.settings(connection), *tried])
        rehearsal = Rehearsal(runs, frozenset(name for name, *_ in tried))
        batches = source.batches(connection, source.Cursor(), since=_moment(since) if since else 0.0)
        decoys = Decoys.of(beside, load_key(data))
        for batch in until(batches, end, lambda n: progress.advance(bar, n)):
            batch["decoy"] = decoys.among(beside, batch["person"])
            rehearsal.see(batch)
    _report(rehearsal, as_json=json)


@app.command(name="try")
def try_threshold(  # each is an option
    figure: Figure,
    *,
    keeper: As,
    reason: Why = "a trial: observed only",
    secret_file: SecretFile = None,
    data: Data = DATA,
    json: Json = False,
) -> None:
    """Run a detector a second time with another threshold, at once. It observes and leads to nothing."""
    name, key, _, value = _setting(figure)
    change = _change(name, key, value, trial=True)
    propose(data, keeper, secret_file, "detector", change, reason, as_json=json)


@app.command(name="set")
def set_threshold(  # each is an option
    figure: Figure,
    *,
    keeper: As,
    reason: Why,
    secret_file: SecretFile = None,
    data: Data = DATA,
    json: Json = False,
) -> None:
    """Propose a threshold. A stricter one is in force at once; a looser one waits for a second keeper."""
    name, key, _, value = _setting(figure)
    change = _change(name, key, value)
    propose(data, keeper, secret_file, "detector", change, reason, as_json=json)


@app.command(name="mode")
def set_mode(  # each is an option
    detector: str,
    mode: Annotated[str, Parameter(help="off, observe or enforce.")],
    *,
    keeper: As,
    reason: Why,
    secret_file: SecretFile = None,
    data: Data = DATA,
    json: Json = False,
) -> None:
    """Propose a mode. From enforce to observe or off waits for a second keeper."""
    if detector not in known() or mode not in _MODES:
        raise DetectFault("Name a detector and off, observe or enforce.", "rempart detect list")
    change = _change(detector, "mode", _MODES[mode])
    propose(data, keeper, secret_file, "detector", change, reason, as_json=json)


# ------------------------------------------------------------------------------------------- inside


def _change(detector: str, name: str, value: float, *, trial: bool = False) -> dict[str, Any]:
    return {"detector": detector, "name": name, "value": value, "trial": trial}


def _setting(text: str) -> Setting:
    found = re.fullmatch(r"(\w+)\.(\w+)=(\d+(?:\.\d+)?)", text, re.ASCII)
    detector = known().get(found[1]) if found else None
    if not found or not detector or found[2] not in detector.limits:
        raise DetectFault(f"“{text}” is no DETECTOR.THRESHOLD=VALUE.", "rempart detect list")
    return found[1], found[2], True, float(found[3])


def _moment(at: datetime) -> float:
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


def _connected(role: str, data: Any) -> psycopg.Connection[Any]:
    return psycopg.connect(dsn(role, data), autocommit=True)


def _report(rehearsal: Rehearsal, *, as_json: bool) -> None:
    counted = Counter((one.detector.name, one.observed) for one in rehearsal.signals)
    signals = [
        {"detector": name, "trial": trial, "signals": n} for (name, trial), n in sorted(counted.items())
    ]
    would = [
        {
            "account": one.account,
            "kind": str(one.kind),
            "at": datetime.fromtimestamp(one.at, UTC).isoformat(timespec="seconds"),
            "detectors": ", ".join(one.detectors),
            "persons by then": one.persons,
        }
        for one in rehearsal.would
    ]
    if as_json:
        screen.out.print_json(
            data={"entries": rehearsal.entries, "signals": signals, "would_restrict": would}
        )
        return
    screen.out.print(f"{rehearsal.entries} entries read; nothing was written.")
    show(signals, as_json=False, empty="No signal.")
    show(would, as_json=False, empty="No account would have been restricted.")
