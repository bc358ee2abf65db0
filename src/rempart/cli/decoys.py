"""`rempart decoy …`: plant persons who do not exist, keep them like the others, count them, take them away.

The owner's business, with the master key and the detectors' key at hand.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import psycopg
from cyclopts import App, Parameter
from cyclopts.validators import Number

from rempart.cli import screen
from rempart.cli.importing import one_line_for_database_errors
from rempart.cli.options import DATA, Data, Json
from rempart.database import directory, embedded
from rempart.database.connect import dsn
from rempart.detection.decoys import Roll, load_key
from rempart.registry import decoys

app = App(name="decoy", help="Decoy records: persons who do not exist, for whom only a thief asks.")


def _percent(_: object, tokens: object) -> float:
    text = str(tokens[0].value).strip()  # type: ignore[index]  # cyclopts gives its tokens
    try:
        share = float(text.removesuffix("%")) / 100
    except ValueError:
        raise ValueError("say a share of the persons, such as 1%") from None
    if not 0 < share <= 0.1:  # noqa: PLR2004  # a tenth: past it they would be met by chance
        raise ValueError("a share between 0% and 10%")
    return share


@dataclass(frozen=True, slots=True)
class _Owner:
    dsn: str
    keys_dir: Path
    roll: Roll


@app.command
def plant(
    *,
    share: Annotated[
        float, Parameter(converter=_percent, help="How many, as a share of the persons held: 1%.")
    ] = 0.01,
    number: Annotated[
        int | None, Parameter(help="How many, instead of a share.", validator=Number(gte=1))
    ] = None,
    data: Data = DATA,
    json: Json = False,
) -> None:
    """Plant decoys among the persons, beside those that stand already."""
    with _owner(data) as owner, _shown("Planting") as shown:
        planted = decoys.plant(
            dsn=owner.dsn,
            keys_dir=owner.keys_dir,
            roll=owner.roll,
            number=number,
            share=share,
            progress=shown,
        )
    _say({"planted": planted}, f"{planted:,} decoys planted.", json=json)


@app.command
def refresh(*, data: Data = DATA, json: Json = False) -> None:
    """After an import: give decoys what it gave the persons, and drop those that it has met."""
    with _owner(data) as owner, _shown("Refreshing"):
        stay, gone = decoys.refresh(dsn=owner.dsn, keys_dir=owner.keys_dir, roll=owner.roll)
    _say(
        {"standing": stay, "dropped": gone},
        f"{stay:,} decoys stand as persons do; {gone:,} made room for real persons.",
        json=json,
    )


@app.command
def count(*, data: Data = DATA, json: Json = False) -> None:
    """How many stand. Only the detectors' key can tell."""
    with _owner(data) as owner:
        standing = _count(owner)
    _say({"standing": standing}, f"{standing:,} decoys stand.", json=json)


@app.command
def remove(
    *,
    yes: Annotated[bool, Parameter(negative="", help="Do it; without, only say what would go.")] = False,
    data: Data = DATA,
    json: Json = False,
) -> None:
    """Take every decoy away. Who finds one gone knows what it was: rarely what you want."""
    with _owner(data) as owner:
        number = decoys.remove(dsn=owner.dsn, roll=owner.roll) if yes else _count(owner)
    words = "decoys removed." if yes else "decoys would be removed: say --yes to do it."
    _say(
        {"removed": number if yes else 0, "standing": 0 if yes else number}, f"{number:,} {words}", json=json
    )


def _count(owner: _Owner) -> int:
    with psycopg.connect(owner.dsn) as connection:
        return len(owner.roll.standing(connection))


def _say(facts: dict[str, int], words: str, *, json: bool) -> None:
    if json:
        screen.out.print_json(data=facts)
    else:
        screen.step(words)


@contextmanager
def _owner(data: Path) -> Iterator[_Owner]:
    data = directory.make(data)
    with embedded.running(data, screen.step), one_line_for_database_errors(), _between_imports():
        yield _Owner(dsn("owner", data), data / "keys", Roll(load_key(data)))


@contextmanager
def _between_imports() -> Iterator[None]:
    try:
        yield
    except psycopg.errors.LockNotAvailable:
        raise decoys.DecoyFault(
            "An import is under way, or another planting.", "try again when it has ended"
        ) from None


@contextmanager
def _shown(what: str) -> Iterator[Callable[[int], None]]:
    with screen.progress() as progress:
        task = progress.add_task(what, total=None)
        yield lambda done: progress.update(task, description=f"{what}: {done:,}")
