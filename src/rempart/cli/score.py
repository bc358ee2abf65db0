"""`rempart score`: how many persons each attack is given, and how many honest professionals are disturbed."""

import sys
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter, validators
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from rempart.cli import screen
from rempart.cli.options import Json
from rempart.detection.known import known
from rempart.drills.score import page, together
from rempart.drills.score.setting import Setting
from rempart.vocabulary.faults import Fault

_INTERRUPTED = 130
_MISSED = 1
_ATTACK = (
    *("accounts", "persons_exposed", "per_account_median", "per_account_max"),
    *("seconds_to_signal", "seconds_to_containment", "rate_limiter_alone", "budget_alone"),
)
_CONTROL = ("step_ups", "card_required", "freezes", "overdrafts", "look_ups", "verdict")

Professionals = Annotated[int, Parameter(validator=validators.Number(gte=40, lte=20_000))]
Days = Annotated[int, Parameter(validator=validators.Number(gte=1, lte=60))]


def score(  # noqa: PLR0913  # the command's own words
    *,
    professionals: Professionals = 2000,
    days: Days = 30,
    seed: int = 1,
    holdout: Annotated[
        bool, Parameter(negative="", help="Draw the assumptions anew: a world that nobody tuned for.")
    ] = False,
    history: Annotated[
        Days, Parameter(help="Days that detectors learn habits from before anything counts.")
    ] = 14,
    attack: Annotated[
        tuple[str, ...], Parameter(negative="", help="Only this attack; may be repeated.")
    ] = (),
    control: Annotated[
        tuple[str, ...], Parameter(negative="", help="Only this control; may be repeated.")
    ] = (),
    trial: Annotated[
        tuple[str, ...], Parameter(negative="", help="DETECTOR.LIMIT=VALUE instead of the shipped threshold.")
    ] = (),
    json: Json = False,
    html: Annotated[Path | None, Parameter(help="Write the report for people into this file.")] = None,
) -> None:
    """Run an honest month, the benign controls and every attack on a throw-away database, and report.

    The same seed gives the same figures. Exit code 1: a target was missed.
    """
    asked = Setting(
        professionals=professionals,
        days=days,
        seed=seed,
        holdout=holdout,
        history=history,
        attacks=attack,
        controls=control,
        trial=tuple(_tried(word) for word in trial),
    )
    found = together.whole(asked, _found(asked))
    if html is not None:
        html.write_text(page.page(found), "utf-8")
        screen.step(f"The report is in {html}.")
    if json:
        screen.out.print_json(data=found)
    else:
        _print(found)
    if any(row["met"] is False for row in found["targets"]):
        sys.exit(_MISSED)


def _tried(word: str) -> tuple[str, str, float]:
    """`pace.burst=8` → detector, threshold, value. Raises Fault with the thresholds that there are."""
    name, _, value = word.partition("=")
    detector, _, limit = name.partition(".")
    try:
        figure = float(value)
    except ValueError:
        raise Fault(
            f"{word} names no value.", "write it as DETECTOR.LIMIT=VALUE, for example pace.burst=8"
        ) from None
    if detector not in known():
        raise Fault(f"There is no detector {detector}.", f"choose among: {', '.join(known())}")
    if limit not in known()[detector].limits:
        limits = ", ".join(known()[detector].limits)
        raise Fault(f"{detector} has no threshold {limit}.", f"choose among: {limits}")
    return detector, limit, figure


def _found(asked: Setting) -> dict[str, Any]:
    """All parts. Interrupted: says what is missing and gives nothing, for half a score would mislead."""
    found: dict[str, Any] = {}
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with screen.progress(*columns) as shown:
        bars = _Bars(shown)
        try:
            for part in together.run(asked, bars.tell):
                found |= part
        except KeyboardInterrupt:
            missing = {"attacks", "controls", "honest"} - set(found)
            screen.step(f"Interrupted. Missing: {', '.join(sorted(missing))}. Nothing was written.")
            sys.exit(_INTERRUPTED)
    return found


class _Bars:
    """A bar for each kind of work."""

    def __init__(self, shown: Progress) -> None:
        self._shown = shown
        self._tasks: dict[str, Any] = {}

    def tell(self, what: str, done: int, total: int) -> None:
        kind = what.split(maxsplit=1)[0]
        if kind not in self._tasks:
            self._tasks[kind] = self._shown.add_task(what, total=total)
        self._shown.update(self._tasks[kind], description=what, completed=done, total=total)


def _print(found: dict[str, Any]) -> None:
    if found["attacks"]:
        rows = [(one["name"], *(_figure(one[name]) for name in _ATTACK)) for one in found["attacks"]]
        screen.table("attack", *_ATTACK, rows=rows)
    if found["controls"]:
        rows = [(one["name"], *(_figure(one[name]) for name in _CONTROL)) for one in found["controls"]]
        screen.table("control", *_CONTROL, rows=rows)
    if found["honest"]:
        screen.table(*found["honest"], rows=[tuple(_figure(value) for value in found["honest"].values())])
    words = {True: "met", False: "MISSED", None: "not run"}
    rows = [
        (row["target"], _figure(row["at_most"]), _figure(row["reached"]), words[row["met"]])
        for row in found["targets"]
    ]
    screen.table("target", "at most", "reached", "", rows=rows)


def _figure(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, dict):
        return ", ".join(f"{name} {count}" for name, count in value.items()) or "–"
    return f"{value:,}".replace(",", "\u202f") if isinstance(value, int | float) else str(value)
