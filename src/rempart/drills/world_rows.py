"""Fills an empty database with an invented cast: accounts, tokens, sessions, terminals, persons, relations.

Everything a look-up needs to be named is computable: a token is the SHA-256 of its account's place, a
session that of account and device, a person's key that of their place. Sealed fields hold one byte:
`gate.look_ups` hands them on and never opens them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import psycopg
from numpy.typing import NDArray

from rempart.drills.honest.asks import DEPARTMENTS, NUMBER, Ints, mixed
from rempart.drills.honest.assumptions import PROFESSIONS
from rempart.drills.honest.plan import Plan
from rempart.drills.honest.population import Population

DECOY_SHARE = 0.01
"""Decoys for each person, as `rempart decoy plant` has it by default."""

_PLACES = """
insert into access.access_organisation (id, technical_id, name, department, declared_networks)
overriding system value
select n, 'W-' || n, 'Structure ' || n, d, case when h then array[a] else '{}' end
  from unnest(%s::text[], %s::boolean[], %s::text[]) with ordinality as t(d, h, a, n)
"""
_ACCOUNTS = """
insert into access.access_account (id, login, password, profession, organisation_id, is_active)
overriding system value
select n, 'w-' || n, '!', p, o, true from unnest(%s::text[], %s::bigint[]) with ordinality as t(p, o, n)
"""
_TOKENS = """
insert into access.access_token (account_id, label, hash, prefix)
select id, 'logiciel-' || organisation_id, sha256(int8send(id)), 'none' from access.access_account
"""
_TERMINALS = """
insert into gate.terminal (id, organisation, label, public_key, proposed_by, approved_by, active_from)
overriding system value
select id, id, 'lecteur', sha256(int8send(id)), 'one', 'two', '2000-01-01' from access.access_organisation
"""
_INSURERS = """
insert into registry.insurer (id, amc_number, name) overriding system value
select n, lpad(n::text, 9, '0'), 'Organisme ' || n from generate_series(1, 8) n;
insert into vault.insurer_key (id, insurer, public_keyset, private_keyset) overriding system value
select id, id, '', '' from registry.insurer;
insert into vault.data_key (id, insurer, batch, insurer_key, wrapped) overriding system value
select id, id, 1, id, '' from registry.insurer
"""
_PERSONS = """
insert into registry.person (id, insurer, data_key, sealed_civil, sealed_nir, sealed_rights, sealed_contract)
select id, insurer, insurer, '\\x00', '\\x00', '\\x00', '\\x00' from staged;
insert into registry.person_key (key, person, version)
select substr(sha256(int8send(place)), 1, 16), id, 1 from staged
"""
_SESSIONS = """
insert into access.access_session
       (session_key, session_data, expire_date, account_id, assurance, device, card_until)
select encode(sha256(int8send(account) || int8send(device)), 'hex'), '', '2200-01-01', account + 1, 2,
       'd' || device, %s::timestamptz
  from unnest(%s::bigint[], %s::bigint[]) as t(account, device)
"""
_RELATIONS = """
insert into gate.relation select o, p, at from (select %s::timestamptz as at),
       unnest(%s::bigint[], %s::bigint[]) as t(o, p)
"""
_QUIET = "insert into gate.busy_hour select h, n, false from unnest(%s::timestamptz[], %s::integer[]) t(h, n)"
_INSURER_COUNT = 8
_DRAW = 101
_STAGED = np.dtype(
    [
        ("fields", ">i2"),
        *(("a", ">i4"), ("place", ">i8")),
        *(("b", ">i4"), ("id", ">i8")),
        *(("c", ">i4"), ("insurer", ">i2")),
    ]
)
_HEADER, _TRAILER = b"PGCOPY\n\xff\r\n\x00" + bytes(8), b"\xff\xff"

Connection = psycopg.Connection[Any]


@dataclass(frozen=True, slots=True, eq=False)
class People:
    """Who is in the world: a plan's cast and population, and decoys, whose places follow the population's."""

    plan: Plan
    decoys: NDArray[np.void]
    """`NUMBER` of each decoy: borne by nobody, beside numbers that are."""
    ids: Ints
    """Of each person and each decoy in the registry: 62 bits that say nothing."""

    @classmethod
    def of(cls, plan: Plan, share: float = DECOY_SHARE) -> "People":
        numbers = _decoys(np.random.default_rng([plan.seed, _DRAW]), plan.population, share)
        places = np.arange(plan.population.size + len(numbers))
        return cls(plan, numbers, mixed(places + (plan.seed << 32)) >> 1)

    @property
    def size(self) -> int:
        """Persons and decoys."""
        return len(self.ids)

    def number(self, places: Ints) -> NDArray[np.void]:
        """Whose numbers these persons bear, decoys like anybody."""
        return np.concatenate([self.plan.population.numbers, self.decoys])[places]


def _decoys(dice: np.random.Generator, population: Population, share: float) -> NDArray[np.void]:
    """Numbers that nobody bears, in months and communes where persons were born: on a walker's path."""
    like = dice.integers(0, population.size, round(2 * share * population.size))
    numbers: NDArray[np.void] = population.numbers[like].astype(NUMBER)
    numbers["order"] = np.clip(numbers["order"] + dice.integers(-6, 7, len(like)), 1, 999)
    free = np.unique(numbers)
    free = free[population.bearers(free) < 0]
    return dice.permutation(free)[: round(share * population.size)]


def fill(admin: Connection, people: People, networks: Sequence[str], start: datetime) -> None:
    """Write everything into an empty database. `networks[i]`: the address of organisation i."""
    cast, places = people.plan.cast, people.plan.cast.organisations
    names = [DEPARTMENTS[place] for place in places.department]
    hospitals = places.hospital.tolist()
    admin.execute(_PLACES, (names, hospitals, list(networks[: places.size])))
    words = [PROFESSIONS[place].value for place in cast.profession]
    admin.execute(_ACCOUNTS, (words, (cast.organisation + 1).tolist()))
    admin.execute(_TOKENS)
    admin.execute(_TERMINALS)
    open_sessions(admin, np.arange(cast.size), cast.device, None)
    _fill_persons(admin, people)
    known = people.plan.panels.relations()
    admin.execute(_RELATIONS, (start, (known[:, 0] + 1).tolist(), people.ids[known[:, 1]].tolist()))
    admin.execute("vacuum analyze")


def open_sessions(admin: Connection, accounts: Ints, devices: Ints, card_until: datetime | None) -> None:
    """Signed in with a second factor, for good; `card_until` as the product sets it on a new device."""
    admin.execute(_SESSIONS, (card_until, accounts.tolist(), devices.tolist()))


def quiet_hours(admin: Connection, hours: Mapping[datetime, int]) -> None:
    """What the breaker has learned from before the world begins: unproven persons by hour."""
    admin.execute(_QUIET, (list(hours), list(hours.values())))


def _fill_persons(admin: Connection, people: People) -> None:
    spare = np.arange(len(people.decoys)) % _INSURER_COUNT
    insurers = np.concatenate([people.plan.population.insurer, spare]) + 1
    for statement in _INSURERS.split(";"):
        admin.execute(statement.encode())
    with admin.transaction():
        admin.execute("create temp table staged (place bigint, id bigint, insurer smallint) on commit drop")
        with admin.cursor().copy("copy staged from stdin (format binary)") as copy:
            copy.write(_binary(np.arange(people.size), people.ids, insurers))
        for statement in _PERSONS.split(";"):
            admin.execute(statement.encode())


def _binary(place: Ints, number: Ints, insurer: Ints) -> bytes:
    """Rows of PostgreSQL's binary COPY: the number of fields, then length and value of each."""
    rows = np.zeros(len(place), _STAGED)
    rows["fields"], rows["a"], rows["b"], rows["c"] = 3, 8, 8, 2
    rows["place"], rows["id"], rows["insurer"] = place, number, insurer
    return _HEADER + rows.tobytes() + _TRAILER
