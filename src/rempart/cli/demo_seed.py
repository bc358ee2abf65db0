"""`python -m rempart.cli.demo_seed`: fill a new demonstration, once.

Runs with the owner's role, in a process of its own that ends when it is done. What it made stands in
`demo/`: accounts and persons (`seed.json`), terminals' keys (`terminals.json`), a list of real persons for
the attack drills (`attack_list.json`).
"""

import argparse
import base64
import json
from collections import defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from rich.progress import Progress

from rempart.cli import demo_cast, screen
from rempart.cli.demo_cast import Player, Workplace
from rempart.cli.demo_past import give_a_past
from rempart.cli.demo_persons import Population
from rempart.database.connect import dsn
from rempart.database.directory import write_private
from rempart.detection.decoys import Roll, load_key
from rempart.gate.keepers import hash_secret
from rempart.registry import decoys
from rempart.registry.insurers import add_insurers
from rempart.registry.load import load_persons
from rempart.registry.population import generate, insurers
from rempart.vocabulary.faults import Fault
from rempart.vocabulary.rpps import national_id

if TYPE_CHECKING:
    from rempart.access.models import Organisation, Professional

SEED = 2026
"""Of the population: every demonstration has the same persons."""
ATTACKED = 2_000
_HERE = "127.0.0.1/32"
"""Where the demonstration's own browsers come from: at home, a new one may look up at once. Attackers come
from other loopback addresses."""
_ALREADY_KNOWN = timedelta(days=3)
"""Since when the demonstration's terminals have been active."""


def seed(data: Path, persons: int) -> None:
    """Persons, accounts, terminals, keepers. Safe to repeat until it has run to its end."""
    folder = data / "demo"
    population = _load_persons(data, persons)
    write_private(folder / "attack_list.json", json.dumps(population.attack_list(ATTACKED)))
    samples = [sample.as_json() for sample in population.samples(datetime.now(UTC).date())]
    draft = folder / "seed.part.json"
    _play(data, draft, samples)
    give_a_past(data, [player.login for player in demo_cast.prey()])
    draft.rename(folder / "seed.json")


def _load_persons(data: Path, persons: int) -> Population:
    keys = data / "keys"
    add_insurers(insurers(), dsn=dsn("owner", data), keys_dir=keys)
    population = Population(generate(persons, SEED, doctors=demo_cast.doctors()))
    with screen.progress(*Progress.get_default_columns()) as progress:
        bar = progress.add_task("· Persons", total=persons)
        load_persons(
            population.records,
            dsn=dsn("intake", data),
            keys_dir=keys,
            source="demonstration",
            progress=lambda done: progress.update(bar, completed=done),
        )
    screen.step(f"{persons} invented persons, sealed")
    _plant_decoys(data)
    return population


def _plant_decoys(data: Path) -> None:
    """One in a hundred, once: who they are is told by `secrets/decoys` alone."""
    roll = Roll(load_key(data))
    with psycopg.connect(dsn("owner", data)) as connection:
        stand = roll.standing(connection)
    if not stand:
        decoys.plant(dsn=dsn("owner", data), keys_dir=data / "keys", roll=roll)


def _play(data: Path, draft: Path, samples: list[dict[str, Any]]) -> None:
    """Accounts, terminals and keepers in one transaction; `draft` is written before it commits.

    So a run that was cut either left nothing behind, or the draft says what it made.
    """
    import django  # noqa: PLC0415  # only this process, and only here, needs it

    django.setup()
    from django.db import transaction  # noqa: PLC0415

    from rempart.access.models import Account  # noqa: PLC0415

    players = [*demo_cast.cast(), *demo_cast.stolen(), *demo_cast.prey(), *demo_cast.racers()]
    if Account.objects.filter(login=players[0].login).exists() and draft.exists():
        return
    with transaction.atomic():
        terminals = _enrol_terminals(_open_accounts(players))
        keepers = _add_keepers()
        write_private(data / "demo" / "terminals.json", json.dumps({"terminals": terminals}))
        made: dict[str, Any] = {
            "accounts": [player.as_json() for player in players],
            "persons": samples,
            "keepers": keepers,
        }
        made["newcomers"] = [
            {"rpps": one.rpps, "structure": one.as_json()["structure"], "name": one.display_name}
            for one in demo_cast.newcomers()
        ]
        write_private(draft, json.dumps(made, ensure_ascii=False, indent=1))
    screen.step(f"{len(players)} accounts, {len(terminals)} card terminals")


def _open_accounts(players: list[Player]) -> dict[int, list[str]]:
    """Open every account, past its first 48 hours; give organisation → logins."""
    from rempart.access.open_account import issue_token, open_account  # noqa: PLC0415

    places: dict[str, Organisation] = {}
    logins: defaultdict[int, list[str]] = defaultdict(list)
    for player in players:
        organisation = _organisation(player.workplace, places) if player.workplace else None
        account = open_account(
            player.login,
            password=player.password,
            profession=player.profession,
            organisation=organisation,
            professional=_professional(player, organisation),
            display_name=player.display_name,
            email=f"{player.login}@demonstration.invalid",
            totp_secret=player.totp_secret,
            card_until=datetime.now(UTC),
        )
        player.api_token = issue_token(account, "Demonstration")
        if organisation is not None:
            logins[organisation.pk].append(player.login)
    for player in demo_cast.newcomers():
        if player.workplace:
            _professional(player, _organisation(player.workplace, places))
    return logins


def _organisation(place: Workplace, places: dict[str, "Organisation"]) -> "Organisation":
    from rempart.access.models import Organisation  # noqa: PLC0415

    if place.technical_id not in places:
        places[place.technical_id] = Organisation.objects.create(
            technical_id=place.technical_id,
            name=place.name,
            kind=place.kind,
            commune=place.commune,
            postcode=place.postcode,
            department=place.postcode[:2],
            address=f"1 RUE DE L'EXEMPLE\n{place.postcode} {place.commune.upper()}" if place.postcode else "",
            declared_networks=[_HERE],
        )
    return places[place.technical_id]


def _professional(player: Player, organisation: "Organisation | None") -> "Professional | None":
    from rempart.access.models import Activity, Professional  # noqa: PLC0415

    if player.rpps is None or organisation is None:
        return None
    *given, family = player.display_name.removeprefix("Dr ").split()
    professional = Professional.objects.create(
        rpps=player.rpps,
        national_id=national_id(player.rpps),
        family_name=family,
        given_name=" ".join(given),
        profession=player.profession.value,
    )
    Activity.objects.create(
        professional=professional, organisation=organisation, profession=player.profession.value
    )
    return professional


def _enrol_terminals(logins: dict[int, list[str]]) -> list[dict[str, Any]]:
    """One terminal for each organisation, active already; give what `terminals.json` keeps of each."""
    from django.db import connection  # noqa: PLC0415

    kept = []
    with connection.cursor() as cursor:
        for organisation, names in logins.items():
            key = Ed25519PrivateKey.generate()
            cursor.execute(
                "insert into gate.terminal"
                " (organisation, label, public_key, proposed_by, approved_by, active_from)"
                " values (%s, 'Comptoir', %s, %s, %s, %s) returning id",
                [
                    organisation,
                    key.public_key().public_bytes_raw(),
                    *demo_cast.KEEPERS,
                    datetime.now(UTC) - _ALREADY_KNOWN,
                ],
            )
            private = base64.urlsafe_b64encode(key.private_bytes_raw()).decode()
            kept.append(
                {
                    "id": cursor.fetchone()[0],
                    "organisation": organisation,
                    "logins": names,
                    "private_key": private,
                }
            )
    return kept


def _add_keepers() -> list[dict[str, str]]:
    from django.db import connection  # noqa: PLC0415

    keepers = demo_cast.keepers()
    with connection.cursor() as cursor:
        for keeper in keepers:
            cursor.execute(
                "insert into gate.keeper (name, secret) values (%s, %s)",
                [keeper["name"], hash_secret(keeper["secret"])],
            )
    return keepers


def main() -> None:
    """Seed the directory of `--data`."""
    parser = argparse.ArgumentParser(description="Fill a new demonstration.")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--persons", type=int, required=True)
    chosen = parser.parse_args()
    try:
        seed(chosen.data, chosen.persons)
    except Fault as fault:
        screen.fail(fault)


if __name__ == "__main__":
    main()
