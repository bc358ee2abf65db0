"""`rempart drill decoys`: can what the gate shows tell decoys from persons? Judged with the owner's keys."""

import asyncio
import random
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
from cyclopts import App
from rich.progress import BarColumn, TextColumn, TimeElapsedColumn

from rempart.cli import demo_cards, screen
from rempart.cli.demo_cards import Card
from rempart.cli.options import DATA, Data, Json
from rempart.database.connect import dsn
from rempart.detection.decoys import Roll, load_key
from rempart.drills import decoy_fingerprinting as fingerprinting
from rempart.drills import target
from rempart.drills.decoy_fingerprinting import Suspect
from rempart.drills.rules.fingerprint import Told
from rempart.drills.tally import Person
from rempart.registry.opened import Household, Opened

_PERSONS = 600
_SIGNIFICANT = 0.01
_FOUND_A_HOLE = 1


def register(app: App) -> None:
    """Add the drill to `rempart drill`."""
    app.command(decoys)


def decoys(*, data: Data = DATA, json: Json = False) -> int:
    """An attacker who is told the truth about most persons must say of the others who is a decoy."""
    aim = target.find(data)
    terminals = demo_cards.load(aim.data / "demo" / "terminals.json")

    def sign(login: str, person: Person) -> dict[str, Any]:
        card = Card(person.nir, person.birth_date, person.birth_rank)
        return demo_cards.for_login(terminals, login).sign(login, card, datetime.now(UTC))

    columns = (TextColumn("asking"), BarColumn(), TimeElapsedColumn())
    suspects = _suspects(aim.data)
    with screen.progress(*columns) as progress:
        task = progress.add_task("", total=1.0)
        answered = asyncio.run(
            fingerprinting.ask(
                aim.api,
                aim.victims(target.RACER),
                suspects,
                sign,
                shown=lambda share: progress.update(task, completed=share),
            )
        )
    return _report([suspect for suspect, _ in answered], fingerprinting.judged(answered), json=json)


def _report(suspects: list[Suspect], told: Told, *, json: bool) -> int:
    report = {
        "drill": "decoy_fingerprinting",
        "decoys": sum(suspect.decoy for suspect in suspects),
        "persons": sum(not suspect.decoy for suspect in suspects),
        "pairs_told_apart": round(told.auc, 3),
        "by_chance": 0.5,
        "noticeable_from": round(told.noticeable, 3),
        "chance": round(told.chance, 3),
    }
    if json:
        screen.out.print_json(data=report)
    else:
        screen.table(*report, rows=[tuple(str(value) for value in report.values())])
    return _FOUND_A_HOLE if told.chance < _SIGNIFICANT else 0


def _suspects(data: Path) -> list[Suspect]:
    """One of each decoy household, and of as many households of persons: members of one are alike."""
    owner = dsn("owner", data)
    with Opened(owner, data / "keys") as opened, psycopg.connect(owner) as connection:
        standing = Roll(load_key(data)).standing(connection)
        chosen = _one_of_each(opened.of(connection, standing), decoy=True)
        chosen += _one_of_each(opened.drawn(connection, _PERSONS, standing), decoy=False)
    random.SystemRandom().shuffle(chosen)
    return chosen


def _one_of_each(households: Iterable[Household], *, decoy: bool) -> list[Suspect]:
    dice = random.SystemRandom()
    records = [dice.choice(list(household.values())).record for household in households]
    return [
        Suspect(Person(record.numbers.payment_nir, record.civil.birth_date, record.civil.birth_rank), decoy)
        for record in records
    ]
