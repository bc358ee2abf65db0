"""Decoy fingerprinting: an attacker tries to tell decoys from persons, to leave them out of the next list.

He is given more than he could have: terminals that sign for any card, so that no budget stops him soon, and
the truth about four fifths of the persons he asked about. He keeps all that came back about each, several
times over: every field, the size of answer and headers, the least and the median time; and what he asked.
Then he must say of the last fifth who is a decoy.
"""

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


def judged(answered: Sequence[tuple[Suspect, Mapping[str, Any]]]) -> Told:
    """How well decoys were told from persons. Raises Fault when there are too few of them to say."""
    decoys = sum(suspect.decoy for suspect, _ in answered)
    if min(decoys, len(answered) - decoys) < FEWEST:
        raise Fault(
            f"{decoys} decoy households of {len(answered)} that were answered for are too few to judge by.",
            "rempart decoy plant --number 200; accounts that were stopped before ask no more",
        )
    return told_apart([seen for _, seen in answered], [suspect.decoy for suspect, _ in answered])


async def ask(
    api: Address,
    victims: Sequence[Victim],
    suspects: Sequence[Suspect],
    sign: Sign,
    *,
    rounds: int = ROUNDS,
    shown: Callable[[float], None] = lambda _: None,
) -> list[tuple[Suspect, dict[str, Any]]]:
    """What was seen about each, account after account, faster than detectors stop one. Raises LostError."""
    waiting, answered = list(suspects), []
    wire = Wire(api, "127.0.2.1")
    try:
        for victim in victims:
            shown(1 - len(waiting) / len(suspects))
            some = waiting[:EACH]
            seen = await _all_rounds(wire, victim, some, sign, rounds)
            if seen:  # else the account was stopped before: another asks
                answered += [(one, what.shown(one.person)) for one, what in zip(some, seen, strict=True)]
                waiting = waiting[EACH:]
    finally:
        await wire.close()
    return answered


async def _all_rounds(
    wire: Wire, victim: Victim, some: Sequence[Suspect], sign: Sign, rounds: int
) -> list[Seen]:
    """In another order each time; nothing when the account was refused an answer."""
    seen = [Seen() for _ in some]
    order = list(range(len(some)))
    for _ in range(rounds):
        random.SystemRandom().shuffle(order)
        for place in order:
            if not await _one(wire, victim, some[place].person, sign, seen[place]):
                return []
    return seen


async def _one(wire: Wire, victim: Victim, person: Person, sign: Sign, seen: Seen) -> bool:
    body = person.asked() | {"proof": sign(victim.login, person)}
    headers = {"Host": "gate", "Authorization": f"Bearer {victim.token}", "Content-Type": "application/json"}
    raw = request("POST", "/api/v1/lookups", headers, json.dumps(body).encode())
    began = time.perf_counter()
    answer = await wire.ask(raw)
    seen.seconds.append(time.perf_counter() - began)
    seen.body = json.loads(answer.body)
    seen.sizes.append(_size(answer))
    return answer.status == _GRANTED


def _size(answer: Answer) -> int:
    return len(answer.body) + sum(len(name) + len(value) for name, value in answer.headers)
