"""`rempart drill stuffing` and the others against the sign-in: what was got, what the owner noticed."""

import importlib
import sys
from typing import Annotated, Any, Protocol, cast

from cyclopts import App, Parameter, validators

from rempart.cli import screen
from rempart.cli.options import DATA, Data, Json
from rempart.drills import target
from rempart.vocabulary.faults import Fault

_GAINS = ("persons_exposed", "sessions", "pages_opened", "unjournaled")
_WORDS = {
    "attempts": "tried",
    "addresses": "from addresses",
    "right_passwords": "right passwords among them",
    "not_even_compared": "not even compared",
    "codes_guessed": "codes guessed",
    "pages_opened": "pages opened",
    "sessions": "sessions at level 2 or more",
    "persons_exposed": "persons exposed",
    "unjournaled": "missing from the journal",
    "campaigns_journaled": "campaigns journaled",
    "refusals_journaled": "refusals journaled",
    "owner_seconds_before": "the owner's sign-in before, seconds",
    "owner_seconds_meanwhile": "the owner's sign-in meanwhile, seconds",
    "owner_came_in": "the owner came in",
    "new_counter": "a counter never used before",
}
_FOUND_A_HOLE = 1

Attempts = Annotated[
    int | None,
    Parameter(validator=validators.Number(gte=1, lte=100_000), help="How many times the attacker tries."),
]


class _Module(Protocol):
    def run(self, aim: target.Target, say: Any, **how: Any) -> dict[str, Any]: ...


def register(app: App) -> None:
    """Add the drills to `rempart drill`."""
    for command in (
        stuffing,
        reset_takeover,
        session_theft,
        fraudulent_enrolment,
        factor_fatigue,
        forged_card,
        lock_out,
    ):
        app.command(command)


def stuffing(*, attempts: Attempts = None, data: Data = DATA, json: Json = False) -> None:
    """Type thousands of bought logins and passwords, some of them right, from hundreds of addresses."""
    _drill("stuffing", data, json, attempts)


def reset_takeover(*, data: Data = DATA, json: Json = False) -> None:
    """Take an account over by its password reset, with its owner's mailbox in hand."""
    _drill("reset_takeover", data, json)


def session_theft(*, data: Data = DATA, json: Json = False) -> None:
    """Use a copied session's cookie, then the whole cookie jar."""
    _drill("session_theft", data, json)


def fraudulent_enrolment(*, data: Data = DATA, json: Json = False) -> None:
    """Open an account in the name of a professional whom one is not."""
    _drill("fraudulent_enrolment", data, json)


def factor_fatigue(*, data: Data = DATA, json: Json = False) -> None:
    """Wear the second factor down: guess, replay and ask for codes until one passes."""
    _drill("factor_fatigue", data, json)


def forged_card(*, data: Data = DATA, json: Json = False) -> None:
    """Write a professional's certificate into every header that a proxy might use."""
    _drill("forged_card", data, json)


def lock_out(*, attempts: Attempts = None, data: Data = DATA, json: Json = False) -> None:
    """Fail thousands of times against one pharmacy, so that its owner cannot work."""
    _drill("lock_out", data, json, attempts)


def _drill(name: str, data: Data, json: bool, attempts: int | None = None) -> None:  # noqa: FBT001  # passed on
    aim = target.find(data)
    how = {} if attempts is None else {"attempts": attempts}
    report = _load(name).run(aim, screen.step, **how)
    if json:
        screen.out.print_json(data=report)
    else:
        _print(report)
    gained = [f"{_said(key)}: {report[key]}" for key in _GAINS if report.get(key)]
    if gained:
        screen.err.print(f"[red]The attacker got something:[/red] {', '.join(gained)}", soft_wrap=True)
        sys.exit(_FOUND_A_HOLE)


def _load(name: str) -> _Module:
    module = f"rempart.drills.{name}"
    try:
        return cast("_Module", importlib.import_module(module))
    except ModuleNotFoundError as fault:
        if fault.name != module:
            raise
        raise Fault(
            f"This build does not hold the drill {name.replace('_', '-')}.", "rempart drill --help"
        ) from None


def _print(report: dict[str, Any]) -> None:
    noticed = report.get("noticed", [])
    facts = {key: value for key, value in report.items() if key not in {"drill", "noticed"}}
    rows = [(_said(key), _figure(value)) for key, value in facts.items()]
    screen.table("the attacker", "", rows=rows, title=str(report["drill"]).replace("_", " "))
    screen.out.print("\nThe owner noticed:", markup=False)
    for line in noticed or ["nothing: there was nothing to notice"]:
        screen.out.print(f"  · {line}", markup=False, soft_wrap=True)


def _said(key: str) -> str:
    return _WORDS.get(key, key.replace("_", " "))


def _figure(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return ", ".join(f"{key}: {one}" for key, one in value.items()) or "none"
    return str(value)
