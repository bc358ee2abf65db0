"""Decoy fingerprinting: an attacker tries to tell decoys from persons, to leave them out of the next list.

He is given more than he could have: terminals that sign for any card, so that no budget stops him soon, and
the truth about four fifths of the persons he asked about. He keeps all that came back about each, several
times over: every field, the size of answer and headers, the least and the median time; and what he asked.
Then he must say of the last fifth who is a decoy.
"""

import asyncio
import json
import random
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rempart.drills.rules.fingerprint import Told, told_apart
from rempart.drills.tally import Person
from rempart.drills.target import Victim
from rempart.drills.wire import Address, Answer, Wire, request
from rempart.vocabulary.faults import Fault

ROUNDS = 5
FEWEST = 20
EACH = 8
"""Persons a stolen account asks about: fewer than its limit for a minute."""
_GRANTED = 200
_PASSING = frozenset({"reference", "checked_at", "left"})
"""What differs with the question and the account, not with the person."""

Sign = Callable[[str, Person], dict[str, Any]]


@dataclass(frozen=True, slots=True, repr=False)
class Suspect:
    """A person or a decoy; which, the attacker is told of most."""

    person: Person
    decoy: bool


@dataclass(slots=True, repr=False)
class Seen:
    """All that came back about one suspect."""

    body: dict[str, Any] = field(default_factory=dict)
    sizes: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def shown(self, person: Person) -> dict[str, Any]:
        """What the attacker may classify by."""
        return asked_and_told(person, self.body) | {
            "size": statistics.median(self.sizes),
            "least_time": min(self.seconds),
            "median_time": statistics.median(self.seconds),
            "first_time": self.seconds[0],
        }


def asked_and_told(person: Person, body: Mapping[str, Any]) -> dict[str, Any]:
    """The question's parts, the answer's, and whether the fund is of the department of birth."""
    nir, born = person.nir, person.birth_date
    fund = str(body.get("answer", {}).get("fund", ""))
    return {
        "answer": {key: value for key, value in body.items() if key not in _PASSING},
        "asked": {
            "sex": nir[0],
            "year": int(born[:4]),
            "month": int(nir[3:5]),
            "department": nir[5:7],
            "commune": int(nir[7:10]),
            "order": int(nir[10:13]),
            "day": int(born[8:10]),
            "rank": person.birth_rank or 0,
        },
        "at_home": fund[:2] == nir[5:7],
    }


def judged(suspects: Sequence[Suspect], seen: Sequence[Mapping[str, Any]]) -> Told:
    """How well decoys were told from persons. Raises Fault when there are too few of them to say."""
    decoys = sum(suspect.decoy for suspect in suspects)
    if min(decoys, len(suspects) - decoys) < FEWEST:
        raise Fault(
            f"{decoys} decoys in households of their own are too few to tell anything by.",
            "rempart decoy plant --number 200, then again",
        )
    return told_apart(seen, [suspect.decoy for suspect in suspects])


async def ask(
    api: Address,
    victims: Sequence[Victim],
    suspects: Sequence[Suspect],
    sign: Sign,
    *,
    rounds: int = ROUNDS,
    shown: Callable[[float], None] = lambda _: None,
) -> list[dict[str, Any]]:
    """Ask about everyone, one after another, in another order each time: `EACH` for each account, at most.

    Raises Fault, OSError.
    """
    seen = [Seen() for _ in suspects]
    wire = Wire(api, "127.0.2.1")
    order = list(range(len(suspects)))
    try:
        for turn in range(rounds):
            random.SystemRandom().shuffle(order)
            for done, place in enumerate(order):
                shown((turn + done / len(order)) / rounds)
                await _one(wire, victims[place // EACH], suspects[place].person, sign, seen[place])
    finally:
        await wire.close()
    return [one.shown(suspect.person) for one, suspect in zip(seen, suspects, strict=True)]


async def _one(wire: Wire, victim: Victim, person: Person, sign: Sign, seen: Seen) -> None:
    body = person.asked() | {"proof": sign(victim.login, person)}
    headers = {"Host": "gate", "Authorization": f"Bearer {victim.token}", "Content-Type": "application/json"}
    raw = request("POST", "/api/v1/lookups", headers, json.dumps(body).encode())
    async with asyncio.timeout(30):
        began = time.perf_counter()
        answer = await wire.ask(raw)
        seen.seconds.append(time.perf_counter() - began)
    if answer.status != _GRANTED:
        raise Fault(f"The gate answered {answer.status}.", "wait a minute, then again")
    seen.body = json.loads(answer.body)
    seen.sizes.append(_size(answer))


def _size(answer: Answer) -> int:
    return len(answer.body) + sum(len(name) + len(value) for name, value in answer.headers)
