"""Sixty-four look-ups at the same instant race one account's budget; many times, each with another account.

Every look-up carries a genuine card proof, so that neither the network's limit nor the platform's breaker
stands in the way: what is disclosed is decided by the account's own count, or by a race that it lost.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from rempart.drills.tally import Person
from rempart.drills.target import Victim
from rempart.drills.wire import Address, Answer, Wire, request
from rempart.vocabulary.faults import Fault
from rempart.vocabulary.words import Reason

PARALLEL = 64
ROUNDS = 200
_EXPECTED = frozenset({Reason.LIMIT_ACCOUNT, Reason.LIMIT_ORGANISATION})
_PATIENCE = 60.0

Sign = Callable[[str, Person], dict[str, Any]]
"""(login, person) → the proof that the terminal beside that account signs for that person's card, now."""


class RaceFault(Fault):
    """The race was not run: what came back were neither answers nor refusals by the budget."""


@dataclass(slots=True)
class Outcome:
    """Distinct persons disclosed, round by round."""

    disclosed: list[int] = field(default_factory=list)
    references: dict[str, str] = field(default_factory=dict)

    def report(self, budget: int) -> dict[str, Any]:
        """As the drill prints it."""
        return {
            "drill": "race",
            "rounds": len(self.disclosed),
            "budget": budget,
            "disclosed_max": max(self.disclosed, default=0),
            "exceeded": sum(count > budget for count in self.disclosed),
        }


async def race(
    api: Address,
    racers: Sequence[Victim],
    persons: Sequence[Person],
    sign: Sign,
    *,
    rounds: int = ROUNDS,
    shown: Callable[[float], None] = lambda _: None,
) -> Outcome:
    """Run the rounds. Raises RaceFault, OSError when the gate does not answer."""
    if len(persons) < PARALLEL:
        raise RaceFault(f"The list holds {len(persons)} persons; {PARALLEL} are needed.")
    wires = [Wire(api, f"127.0.2.{1 + n}") for n in range(PARALLEL)]
    outcome = Outcome()
    try:
        for number in range(rounds):
            shown(number / rounds)
            await _round(wires, racers[number % len(racers)], persons[:PARALLEL], sign, outcome)
    finally:
        for wire in wires:
            await wire.close()
    return outcome


async def _round(
    wires: Sequence[Wire], racer: Victim, persons: Sequence[Person], sign: Sign, outcome: Outcome
) -> None:
    """Make and sign every request, open every connection, and only then send: all are in flight at once."""
    ready = [_request(racer, person, sign(racer.login, person)) for person in persons]
    await asyncio.gather(*(wire.open() for wire in wires))
    for wire, raw in zip(wires, ready, strict=True):
        wire.send(raw)
    async with asyncio.timeout(_PATIENCE):
        answers = await asyncio.gather(*(wire.receive() for wire in wires))
    outcome.disclosed.append(_disclosed(racer, persons, answers, outcome))


def _disclosed(racer: Victim, persons: Sequence[Person], answers: Sequence[Answer], outcome: Outcome) -> int:
    seen: set[Person] = set()
    odd: Counter[str] = Counter()
    for person, answer in zip(persons, answers, strict=True):
        body = json.loads(answer.body)
        if answer.status == 200:  # noqa: PLR2004  # granted
            seen.add(person)
            outcome.references[body["reference"]] = racer.login
        elif body.get("reason") not in _EXPECTED:
            odd[f"{answer.status} {body.get('reason') or body.get('error')}"] += 1
    if odd or not seen:
        raise RaceFault(
            f"Round {len(outcome.disclosed) + 1} was no race: {dict(odd) or 'nothing was disclosed'}.",
            "is the clock right, and are the terminals of this demonstration its own?",
        )
    return len(seen)


def _request(racer: Victim, person: Person, proof: dict[str, Any]) -> bytes:
    headers = {
        "Host": "gate",
        "Authorization": f"Bearer {racer.token}",
        "Content-Type": "application/json",
    }
    return request("POST", "/api/v1/lookups", headers, json.dumps(person.asked() | {"proof": proof}).encode())
