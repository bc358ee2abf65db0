"""Plant decoy records among the persons, keep them like the others, take them away. By hand, as the owner.

Each runs in one transaction and under the imports' lock: all of it or nothing. Afterwards both tables
have been written anew in the order of ids, real persons and decoys by the same transaction, so that no
place on the disk, no data key and no transaction number tells one from the other. Look-ups go on meanwhile.

What this room does not know is how the list of decoys is kept: `Roll` is detection's.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from random import SystemRandom
from typing import Protocol

import psycopg

from rempart.registry import store
from rempart.registry.chunk import keys_of, new_id, sealed
from rempart.registry.opened import Household, Opened
from rempart.registry.rules.nearby import days_of, own_number, slips
from rempart.registry.synthetic.decoys import Member, Sites, household, renewed
from rempart.vault.blind_index import BlindIndex
from rempart.vocabulary.faults import Fault

_SAMPLE = 5_000
"""Households opened at a time."""
_PROPOSED = 100
"""Households looked up at a time."""
_TRIES = 20
_MOST = 0.2
"""Share of decoys past which an installation would serve them more than persons."""

Progress = Callable[[int], None]


class DecoyFault(Fault):
    """Decoys cannot be planted here."""


class Roll(Protocol):
    """Which persons are decoys: readable with the detectors' key alone."""

    def standing(self, connection: store.Connection) -> dict[int, int]:
        """Person id → data key of every decoy that no import has replaced."""

    def write(self, connection: store.Connection, placed: Mapping[int, int]) -> None:
        """These are the decoys, and no others."""


def plant(
    *,
    dsn: str,
    keys_dir: Path,
    roll: Roll,
    number: int | None = None,
    share: float = 0.01,
    progress: Progress | None = None,
) -> int:
    """Add `number` decoys, or `share` of the persons held; return how many. Raises DecoyFault."""
    with Opened(dsn, keys_dir) as opened, psycopg.connect(dsn) as connection:
        store.one_chunk_at_a_time(connection)
        index = BlindIndex.load(keys_dir)
        placed = roll.standing(connection)
        wanted = _wanted(connection, len(placed), number, share)
        planted = 0
        for new in _new(connection, opened, index, placed, wanted):
            _insert(connection, opened, index, new)
            placed |= {person: member.data_key for person, member in new.items()}
            planted += len(new)
            if progress:
                progress(planted)
        _settle(connection, roll, placed, "intake:decoys:planted")
    _sweep(dsn)
    return planted


def refresh(*, dsn: str, keys_dir: Path, roll: Roll) -> tuple[int, int]:
    """What an import does to persons, done to decoys: newer rights and contracts, newer data keys.

    A decoy whose number an import has brought in meanwhile goes, with its household. Returns how
    many stay and how many went; one whose row the import wrote over is a person, and counts no more.
    """
    with Opened(dsn, keys_dir) as opened, psycopg.connect(dsn) as connection:
        store.one_chunk_at_a_time(connection)
        standing = roll.standing(connection)
        homes = opened.of(connection, standing)
        met = _met(connection, standing)
        gone = met | {person for home in homes if met & home.keys() for person in home}
        _delete(connection, gone)
        placed = {person: key for person, key in standing.items() if person not in gone}
        staying = [home for home in homes if not gone & home.keys()]
        donors = opened.drawn(connection, _SAMPLE, standing)
        placed |= _renew(connection, opened, BlindIndex.load(keys_dir), staying, donors)
        _settle(connection, roll, placed, "intake:decoys:refreshed")
    _sweep(dsn)
    return len(placed), len(gone)


def remove(*, dsn: str, roll: Roll) -> int:
    """Take every decoy away; return how many."""
    with psycopg.connect(dsn) as connection:
        store.one_chunk_at_a_time(connection)
        standing = roll.standing(connection)
        _delete(connection, standing)
        _settle(connection, roll, {}, "intake:decoys:removed")
    _sweep(dsn)
    return len(standing)


def _wanted(connection: store.Connection, standing: int, number: int | None, share: float) -> int:
    rows = connection.execute("select count(*) from registry.person").fetchall()
    held = rows[0][0] - standing
    wanted = round(held * share) if number is None else number
    if standing + wanted > held * _MOST:
        raise DecoyFault(
            f"{held:,} persons are too few to hide {standing + wanted:,} decoys among.",
            "import persons first, or plant fewer with --number",
        )
    return wanted


def _new(
    connection: store.Connection, opened: Opened, index: BlindIndex, placed: Mapping[int, int], wanted: int
) -> Iterator[Household]:
    """Decoy households until there are as many persons as wanted, the last one cut to measure."""
    taken: set[bytes] = set()
    while wanted:
        donors = opened.drawn(connection, _SAMPLE, placed)
        before = wanted
        for made in _made(connection, index, donors, taken):
            members = made[:wanted]
            wanted -= len(members)
            yield {new_id(): member for member in members}
            if not wanted:
                return
        if wanted == before:
            raise DecoyFault(
                "No free number was found near the persons held.", "import persons first, or plant fewer"
            )


def _made(
    connection: store.Connection, index: BlindIndex, donors: list[Household], taken: set[bytes]
) -> Iterator[list[Member]]:
    """A decoy household for each donor for which one is found that no slip of the hand meets."""
    dice = SystemRandom()
    sites = Sites(member for donor in donors for member in donor.values())
    shapes = [list(donor.values()) for donor in donors]
    dice.shuffle(shapes)
    for start in range(0, len(shapes), _PROPOSED):
        waiting = shapes[start : start + _PROPOSED]
        for tries in range(_TRIES):
            proposed = [(shape, household(shape, sites, dice, tries)) for shape in waiting]
            near = [_near(made, index) for _, made in proposed]
            held = _held(connection, set().union(*near)) if near else set()
            waiting = []
            for (shape, made), around in zip(proposed, near, strict=True):
                if around.isdisjoint(held) and around.isdisjoint(taken):
                    taken.update(key for member in made for key in _keys(member, index))
                    yield made
                else:
                    waiting.append(shape)


def _near(made: Sequence[Member], index: BlindIndex) -> set[bytes]:
    """Keys that nobody may hold: of the decoys, and of whoever would meet them by one slip of the hand.

    And of every date that goes with a decoy's own number: it is nobody's who is held.
    """
    keys: set[bytes] = set()
    for record in (member.record for member in made):
        born, numbers, contract = record.civil.birth_date, record.numbers, record.contract
        own = own_number(record.civil, numbers)
        for nir in {numbers.payment_nir, numbers.own_nir, numbers.other_payment_nir} - {None}:
            for near in slips(str(nir)):
                keys.update(key for _, key in index.person_candidates(near, born))
        for day in days_of(born) if own else ():
            keys.update(key for _, key in index.person_candidates(str(own), day))
        for near in slips(contract.member_number) if contract else ():
            assert contract  # noqa: S101  # for the type checker
            keys.update(key for _, key in index.member_candidates(contract.amc_number, near, born))
    return keys


def _keys(member: Member, index: BlindIndex) -> set[bytes]:
    record = member.record
    return keys_of(record.numbers, record.civil.birth_date, record.contract, index)


def _held(connection: store.Connection, keys: set[bytes]) -> set[bytes]:
    rows = connection.execute("select key from registry.person_key where key = any (%b)", [list(keys)])
    return {bytes(key) for (key,) in rows}


def _insert(connection: store.Connection, opened: Opened, index: BlindIndex, home: Household) -> None:
    store.insert_persons(connection, _rows(opened, home))
    store.insert_keys(connection, _numbered(index, home))


def _rows(opened: Opened, home: Household) -> list[store.Row]:
    head = next(iter(home))
    return [
        sealed(member.record, opened.sealing(member.data_key), person, None if person == head else head)
        for person, member in home.items()
    ]


def _numbered(index: BlindIndex, home: Household) -> list[tuple[bytes, int, int]]:
    return [(key, person, index.current) for person, member in home.items() for key in _keys(member, index)]


def _renew(
    connection: store.Connection,
    opened: Opened,
    index: BlindIndex,
    homes: Iterable[Household],
    donors: Iterable[Household],
) -> dict[int, int]:
    """Write decoys anew with what persons of the same insurer have now; give their data keys."""
    dice = SystemRandom()
    by_insurer: defaultdict[int, list[list[Member]]] = defaultdict(list)
    for donor in donors:
        members = list(donor.values())
        by_insurer[members[0].insurer].append(members)
    placed: dict[int, int] = {}
    for home in homes:
        head = next(iter(home.values()))
        models = by_insurer[head.insurer]
        if not models:
            continue
        model = dice.choice(models)
        renewing = {person: _renewed(member, model, n) for n, (person, member) in enumerate(home.items())}
        store.update_persons(connection, _rows(opened, renewing))
        store.insert_keys(connection, _numbered(index, renewing))
        placed |= {person: member.data_key for person, member in renewing.items()}
    return placed


def _renewed(member: Member, model: Sequence[Member], place: int) -> Member:
    donor = model[min(place, len(model) - 1)]
    return renewed(member, donor) if donor.insurer == member.insurer else member


def _met(connection: store.Connection, decoys: Iterable[int]) -> set[int]:
    """Decoys under whose key a person is found as well, or whose policyholder an import has replaced."""
    rows = connection.execute(
        "with decoy as materialized (select unnest(%s::bigint[]) as id)"
        " select k.person from registry.person_key k join decoy on decoy.id = k.person"
        "  join registry.person_key o on o.key = k.key and o.person <> k.person"
        " where o.person not in (select id from decoy)"
        " union select p.id from registry.person p join decoy on decoy.id = p.id"
        " where p.policyholder not in (select id from decoy)",
        [list(decoys)],
    )
    return {row[0] for row in rows}


def _delete(connection: store.Connection, persons: Iterable[int]) -> None:
    connection.execute("delete from registry.person where id = any (%s)", [list(persons)])


def _settle(connection: store.Connection, roll: Roll, placed: Mapping[int, int], tag: str) -> None:
    """Write both tables anew, then the list. The journal says that it was done, not to how many."""
    for statement in (
        "create temporary table all_persons on commit drop as table registry.person",
        "create temporary table all_keys on commit drop as table registry.person_key",
        "delete from registry.person_key",
        "delete from registry.person",
        "insert into registry.person select * from all_persons order by id",
        "insert into registry.person_key select * from all_keys order by key, person",
    ):
        connection.execute(statement.encode())
    roll.write(connection, placed)
    store.journal(connection, tag, {})


def _sweep(dsn: str) -> None:
    """Forget the rows' former places, which say who had one."""
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("vacuum (analyze) registry.person, registry.person_key")
