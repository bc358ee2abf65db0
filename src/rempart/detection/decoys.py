"""Which persons do not exist: the roll of decoys, readable with the detectors' key alone.

`detection.decoy` holds two marks for each decoy, keyed digests of its id and of its id with its data
key, among marks of nobody: without the key a mark says nothing, and even their number is not the decoys'.
An import that brings a real person with a decoy's number writes over its row under another data key: the
second mark does not fit any more, and from that commit on the person is a person.

Whoever counts, bills or notifies *persons* begins with `Decoys.without`. Budgets count decoys like
anybody, or an account's own figures would tell them apart.
"""

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import blake2b
from pathlib import Path
from typing import Any, Self

import numpy as np
import psycopg
from numpy.typing import NDArray

from rempart.database import directory

_MARK = 16
_BATCH = 100_000
_FEWEST = 64
_MOST_KNOWN = 5_000_000

Connection = psycopg.Connection[Any]
Persons = NDArray[np.int64]


def load_key(data: Path) -> bytes:
    """`secrets/decoys`, made at the first call. For the detecting process and the owner only."""
    return directory.secret(data, "decoys").encode()


class Marks:
    """Keyed BLAKE2b (RFC 7693): about a microsecond each."""

    __slots__ = ("_held", "_person")

    def __init__(self, key: bytes) -> None:
        short = blake2b(key, digest_size=32).digest()
        self._person = blake2b(key=short, digest_size=_MARK, person=b"rempart:decoy")
        self._held = blake2b(key=short, digest_size=_MARK, person=b"rempart:sealed")

    def person(self, number: bytes) -> bytes:
        """Of a person's id, 8 bytes, the least first."""
        mark = self._person.copy()
        mark.update(number)
        return mark.digest()

    def held(self, person: int, data_key: int) -> bytes:
        """Of a person as they are sealed now."""
        mark = self._held.copy()
        mark.update(b"%d:%d" % (person, data_key))
        return mark.digest()


class Decoys:
    """The roll as one process reads it. `renew` reads it again when decoys were planted since."""

    def __init__(self, marks: Marks) -> None:
        self._marks = marks
        self._listed: frozenset[bytes] = frozenset()
        self._version: datetime | None = None
        self._others: set[int] = set()
        """Persons looked at who are no decoys: nobody becomes one but by planting."""

    @classmethod
    def of(cls, connection: Connection, key: bytes) -> Self:
        decoys = cls(Marks(key))
        decoys.renew(connection)
        return decoys

    def renew(self, connection: Connection) -> None:
        """Read the roll if it was written since."""
        rows = connection.execute("select max(planted_at) from detection.decoy").fetchall()
        if rows[0][0] == self._version:
            return
        self._version = rows[0][0]
        marks = connection.execute("select mark from detection.decoy")
        self._listed = frozenset(bytes(row[0]) for row in marks)
        self._others = set()

    def among(self, connection: Connection, persons: Persons) -> NDArray[np.bool_]:
        """Which of these journal's persons are decoys now; an id below 0 is nobody's."""
        if not self._listed:
            return np.zeros(len(persons), bool)
        distinct, places = np.unique(persons, return_inverse=True)
        likely = self._likely(distinct[distinct > 0])
        found = self._still(connection, likely) if likely else []
        return np.isin(distinct, np.array(found, np.int64))[places]

    def without(self, connection: Connection, persons: Persons) -> Persons:
        """Those of them who exist: what every count, bill and notice of persons begins with."""
        return persons[~self.among(connection, persons)]

    def planted(self, sealed: Mapping[int, int]) -> dict[int, int]:
        """Of persons and the data keys that seal them: the decoys."""
        likely = self._likely(np.fromiter(sealed, np.int64, len(sealed)))
        return {p: sealed[p] for p in likely if self._marks.held(p, sealed[p]) in self._listed}

    def _likely(self, persons: Persons) -> list[int]:
        """Those whose first mark is listed."""
        listed, others, mark = self._listed, self._others, self._marks.person
        if len(others) > _MOST_KNOWN:
            others.clear()
        ids = persons.tolist()
        new = [place for place, person in enumerate(ids) if person not in others]
        raw = persons.astype("<i8").tobytes()
        likely = [ids[place] for place in new if mark(raw[8 * place : 8 * place + 8]) in listed]
        others.update(ids[place] for place in new)
        others.difference_update(likely)
        return likely

    def _still(self, connection: Connection, persons: list[int]) -> list[int]:
        """Those whom no import has replaced."""
        rows = connection.execute("select id, data_key from registry.person where id = any (%s)", [persons])
        return list(self.planted(dict(rows.fetchall())))


class Roll:
    """The roll as the owner writes it."""

    def __init__(self, key: bytes) -> None:
        self._marks = Marks(key)

    def standing(self, connection: Connection) -> dict[int, int]:
        """Person id → data key of every decoy that no import has replaced."""
        decoys = Decoys(self._marks)
        decoys.renew(connection)
        placed: dict[int, int] = {}
        with connection.cursor(name="everyone") as cursor:
            cursor.itersize = _BATCH
            cursor.execute("select id, data_key from registry.person")
            while rows := cursor.fetchmany(_BATCH):
                placed |= decoys.planted(dict(rows))
        return placed

    def write(self, connection: Connection, placed: Mapping[int, int]) -> None:
        """These are the decoys, and no others; with them as many marks of nobody, or fewer, by chance."""
        marks = [self._marks.person(person.to_bytes(8, "little")) for person in placed]
        marks += [self._marks.held(person, data_key) for person, data_key in placed.items()]
        nobody = _FEWEST + secrets.randbelow(_FEWEST + len(marks))
        marks += [secrets.token_bytes(_MARK) for _ in range(nobody)]
        connection.execute("delete from detection.decoy")
        at = datetime.now(UTC)
        with (
            connection.cursor() as cursor,
            cursor.copy("copy detection.decoy (mark, planted_at) from stdin (format binary)") as copy,
        ):
            copy.set_types(["bytea", "timestamptz"])
            for mark in sorted(marks):
                copy.write_row((mark, at))
