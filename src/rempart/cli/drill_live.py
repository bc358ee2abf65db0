"""`rempart drill walk` and the others that a running demonstration's detectors must stop."""

import importlib
import sys
from typing import Annotated, Any

from cyclopts import App, Parameter, validators

from rempart.cli import screen
from rempart.cli.options import DATA, Data, Json
from rempart.drills import target

_WORDS = {
    "accounts": "stolen accounts",
    "accounts_contained": "of them asked for the card",
    "lookups": "questions",
    "persons_exposed": "persons exposed",
    "unjournaled": "missing from the journal",
    "seconds_to_signal": "seconds to the first signal",
    "slowest_decision_seconds": "seconds from an entry to its signal, at most",
    "seconds_to_first_containment": "seconds until the first was asked for the card",
    "seconds_to_containment": "seconds until all were",
}
_NOT_STOPPED = 1

Seconds = Annotated[
    float | None,
    Parameter(
        validator=validators.Number(gt=0, lte=3600),
        help="How long the attacker goes on, if nothing stops it.",
    ),
]


def register(app: App) -> None:
    """Add the drills to `rempart drill`."""
    for command in (walk, bought_list, scatter, crowd):
        app.command(command)


def walk(*, seconds: Seconds = None, data: Data = DATA, json: Json = False) -> None:
    """Walk up the order numbers from a known one, with one stolen token."""
    _drill("walk", seconds, data, json)


def bought_list(*, seconds: Seconds = None, data: Data = DATA, json: Json = False) -> None:
    """Work through a bought list, every question a hit, at a counter's pace."""
    _drill("bought_list", seconds, data, json)


def scatter(*, seconds: Seconds = None, data: Data = DATA, json: Json = False) -> None:
    """Ask each question from another address, with one stolen token."""
    _drill("scatter", seconds, data, json)


def crowd(*, seconds: Seconds = None, data: Data = DATA, json: Json = False) -> None:
    """Drive eight stolen tokens from one address, each far below its limits."""
    _drill("crowd", seconds, data, json)


def _drill(name: str, seconds: float | None, data: Data, json: bool) -> None:  # noqa: FBT001  # passed on
    aim = target.find(data)
    module: Any = importlib.import_module(f"rempart.drills.live.{name}")
    report = module.run(aim, screen.step, seconds=seconds)
    if json:
        screen.out.print_json(data=report)
    else:
        rows = [(_WORDS.get(key, key.replace("_", " ")), _figure(value)) for key, value in report.items()]
        screen.table("live attack", "", rows=rows)
    if report["unjournaled"] or not report["accounts_contained"]:
        screen.err.print("[red]Nothing stopped this attack, or answers are missing from the journal.[/red]")
        sys.exit(_NOT_STOPPED)


def _figure(value: Any) -> str:
    if value is None:
        return "never"
    if isinstance(value, dict):
        return ", ".join(f"{key}: {one}" for key, one in value.items()) or "none"
    if isinstance(value, list):
        return "; ".join(_figure(one) for one in value) or "none"
    return str(value)
