"""All parts of a score: the honest month beside the attacks and controls, each on a database of its own."""

import os
import platform
import signal
from collections.abc import Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from importlib.metadata import version
from multiprocessing import active_children, get_context
from queue import Empty
from typing import Any

from rempart.drills import cluster
from rempart.drills.attacks import attack as attacks
from rempart.drills.honest import controls
from rempart.drills.score import attacked, holdout, setting, targets, working
from rempart.drills.score.setting import Progress, Setting
from rempart.vocabulary.faults import Fault

HONEST, HOSTILE = "honest", "hostile"
"""The two parts. Each is a process with a database cluster."""
Part = dict[str, Any]


def parts(asked: Setting) -> tuple[str, ...]:
    """Which parts are needed: with attacks or controls named, only those are run."""
    return (HOSTILE,) if asked.attacks or asked.controls else (HONEST, HOSTILE)


def run_part(name: str, asked: Setting, tell: Progress) -> Part:
    """One part, here and now."""
    if asked.holdout:
        holdout.vary(asked.seed)
    with cluster.thrown_away() as data:
        if name == HONEST:
            return {"honest": _honest(data, asked, tell)}
        return _hostile(data, asked, tell)


def run(asked: Setting, tell: Progress) -> Iterator[Part]:
    """Each part as it is done, both at once. Raises Fault for a name that nobody bears."""
    _require_known(asked)
    needed = parts(asked)
    context = get_context("spawn")
    told = context.Queue()
    with ProcessPoolExecutor(len(needed), context, _begin, (told,)) as pool:
        running = {pool.submit(_work, name, asked) for name in needed}
        try:
            while running:
                done, running = wait(running, timeout=0.2, return_when=FIRST_COMPLETED)
                _pass_on(told, tell)
                yield from (future.result() for future in _in_order(done))
        except KeyboardInterrupt:
            for child in active_children():  # so that each throws its database away
                _interrupt(child.pid)
            raise


def chosen_attacks(asked: Setting) -> list[attacks.Attack]:
    """Those named, or all of them; none when only controls are named."""
    if asked.controls and not asked.attacks:
        return []
    return [one for name, one in attacks.known().items() if not asked.attacks or name in asked.attacks]


def chosen_controls(asked: Setting) -> list[str]:
    if asked.attacks and not asked.controls:
        return []
    return [name for name in controls.CONTROLS if not asked.controls or name in asked.controls]


def versions() -> dict[str, str]:
    """What may change a figure besides the seed."""
    return {
        "rempart": version("rempart"),
        "python": platform.python_version(),
        "numpy": version("numpy"),
        "postgresql": cluster.MAJOR,
    }


def _honest(data: Any, asked: Setting, tell: Progress) -> Part:
    plan = setting.honest_plan(asked)
    world = setting.found(data, "honest", plan, asked)
    total = asked.history + asked.days
    for number in setting.lived(world, range(asked.history)):
        tell("honest days", number + 1, total)
    counted = range(asked.history, total)
    return working.month(world, counted, lambda done: tell("honest days", asked.history + done, total))


def _hostile(data: Any, asked: Setting, tell: Progress) -> Part:
    ground = setting.found(data, "ground", setting.attacked_plan(asked), asked)
    for number in setting.lived(ground, range(asked.history)):
        tell("days before the attacks", number + 1, asked.history)
    found: Part = {"attacks": [], "controls": []}
    suite, quiet = chosen_attacks(asked), chosen_controls(asked)
    for place, one in enumerate(suite):
        tell(f"attack {one.name}", place, len(suite))
        found["attacks"].append(attacked.measure(ground, one, asked.history, asked.seed))
    for place, name in enumerate(quiet):
        tell(f"control {name}", place, len(quiet))
        found["controls"].append(working.control(ground, name, asked.history))
    return found


def _require_known(asked: Setting) -> None:
    for what, names, known in (
        ("attack", asked.attacks, attacks.known()),
        ("control", asked.controls, controls.CONTROLS),
    ):
        for name in names:
            if name not in known:
                raise Fault(f"There is no {what} {name}.", f"choose among: {', '.join(known)}")


_told: Any = None


def _begin(told: Any) -> None:
    """In a new process: where progress is told."""
    global _told  # noqa: PLW0603  # a pool hands a queue to its workers in no other way
    _told = told
    signal.signal(signal.SIGINT, _interrupted)


def _interrupted(*_: object) -> None:
    """Once: what is thrown away then must not be interrupted again."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    raise KeyboardInterrupt


def _work(name: str, asked: Setting) -> Part:
    return run_part(name, asked, lambda *what: _told.put(what))


def _pass_on(told: Any, tell: Progress) -> None:
    while True:
        try:
            tell(*told.get_nowait())
        except Empty:
            return


def _in_order(done: set["Future[Part]"]) -> list["Future[Part]"]:
    return sorted(done, key=lambda future: future.exception() is not None)


def whole(asked: Setting, found: Mapping[str, Any]) -> dict[str, Any]:
    """The score as `--json` prints it."""
    score = {
        "seed": asked.seed,
        "holdout": asked.holdout,
        "professionals": asked.professionals,
        "days": asked.days,
        "history": asked.history,
        "trial": {f"{detector}.{name}": value for detector, name, value in asked.trial},
        "versions": versions(),
        "attacks": found.get("attacks", []),
        "controls": found.get("controls", []),
        "honest": found.get("honest"),
    }
    return score | {"targets": targets.held_against(score)}


def _interrupt(process: int | None) -> None:
    if process:
        os.kill(process, signal.SIGINT)
