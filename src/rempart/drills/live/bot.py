"""An attacker's program with stolen software tokens: asks, notes what came, stops where it is stopped.

Challenged for the card it has not got, it says "patient present" as a real one would, as often as that is
believed; refused there as well, it gives that account up.
"""

import asyncio
import json
import random
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from rempart.drills.replay_2022 import PRESENT
from rempart.drills.tally import Person, Tally
from rempart.drills.target import Victim
from rempart.drills.wire import Address, Answer, LostError, Wire, request
from rempart.vocabulary.words import Reason

_GRANTED = 200
_DICE = random.SystemRandom()
_SPREAD = 0.7
"""Pauses are drawn as hands make them: a steady pace would be noticed before anything else."""
_STOPPED = frozenset({Reason.CARD_REQUIRED, Reason.STEP_UP, Reason.FROZEN})


@dataclass(frozen=True, slots=True)
class Question:
    """Which stolen account asks about whom, and the loopback address it comes from."""

    victim: Victim
    source: str
    person: Person


@dataclass(slots=True)
class Course:
    """How one attack went, as the attacker saw it. Seconds since it began."""

    tally: Tally = field(default_factory=Tally)
    contained: dict[str, float] = field(default_factory=dict)
    """Login → when it was first asked for the card, or frozen."""
    given_up: set[str] = field(default_factory=set)
    seconds: float = 0.0


class Bot:
    """Asks one question after another, `pace` a second on average."""

    def __init__(self, api: Address, pace: float, seconds: float) -> None:
        self._api, self._pace, self._most = api, pace, seconds
        self._wires: dict[str, Wire] = {}
        self._began = time.monotonic()
        self.course = Course()

    async def run(self, questions: Iterable[Question], accounts: int) -> Course:
        """Until every account is given up, the questions end, or the time is up."""
        try:
            for question in questions:
                if self._now() >= self._most or len(self.course.given_up) == accounts:
                    break
                if question.victim.login not in self.course.given_up:
                    await self._one(question)
        finally:
            self.course.seconds = self._now()
            for wire in self._wires.values():
                await wire.close()
        return self.course

    async def _one(self, question: Question) -> None:
        began = self._now()
        reason = await self._ask(question, None)
        if reason in _STOPPED:
            self.course.contained.setdefault(question.victim.login, self._now())
            if await self._ask(question, PRESENT) is not None:
                self.course.given_up.add(question.victim.login)
        pause = _DICE.lognormvariate(-_SPREAD * _SPREAD / 2, _SPREAD) / self._pace
        await asyncio.sleep(max(0.0, began + pause - self._now()))

    async def _ask(self, question: Question, proof: dict[str, str] | None) -> str | None:
        """None: an answer came; otherwise why not."""
        body = question.person.asked() | ({"proof": proof} if proof else {})
        headers = {
            "Host": "gate",
            "Authorization": f"Bearer {question.victim.token}",
            "Content-Type": "application/json",
        }
        wire = self._wires.setdefault(question.source, Wire(self._api, question.source))
        self.course.tally.lookups += 1
        try:
            answer = await wire.ask(request("POST", "/api/v1/lookups", headers, json.dumps(body).encode()))
        except LostError:
            self.course.tally.lost += 1
            return "lost"
        return self._note(question, answer)

    def _note(self, question: Question, answer: Answer) -> str | None:
        found: dict[str, Any] = json.loads(answer.body)
        if answer.status == _GRANTED:
            self.course.tally.received(
                question.victim.login, question.person, found["reference"], found["proof"], self._now()
            )
            return None
        reason = str(found.get("reason", answer.status))
        self.course.tally.refusals[reason] += 1
        return reason

    def _now(self) -> float:
        return time.monotonic() - self._began
