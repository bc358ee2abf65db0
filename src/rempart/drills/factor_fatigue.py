"""Second-factor fatigue: somebody has the right password, and wants the owner to give in.

There is nothing to push: a code is typed, a passkey is touched where one sits. So the attacker tries what is
left: opens the page of the code again and again, guesses on it, has messages of a forgotten password sent
until the mailbox is full. The owner counts the mails, signs in, and reads what happened.
"""

import asyncio
import secrets
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from rempart.drills import ledger
from rempart.drills.browser import SIGN_IN, Browser, hidden
from rempart.drills.judge import missing
from rempart.drills.mailbox import Mailbox
from rempart.drills.owner import Owner, played
from rempart.drills.reach import Reach
from rempart.drills.target import Target, Victim
from rempart.drills.wire import Wire

Say = Callable[[str], None]

ADDRESSES = tuple(f"127.0.0.{n}" for n in range(71, 81))
_PAGES, _GUESSES, _MAILS = 300, 100, 100
_RESET = "/reset/"


def run(target: Target, say: Say) -> dict[str, Any]:
    """The attack and what came of it."""
    began = time.monotonic()
    owner = _one(target)
    fatigue = _Fatigue(target, owner, say)
    asyncio.run(fatigue.happen())
    got = fatigue.reach.references
    with ledger.opened(target.data) as book:
        unjournaled = missing(got, book.entries(got), book.accounts([owner.login]))
    return {
        "drill": "factor_fatigue",
        "attempts": sum(fatigue.attempts.values()) + fatigue.reach.tries,
        "code_pages": fatigue.attempts["pages"],
        "codes_guessed": fatigue.attempts["codes"],
        "codes_compared_at_most": fatigue.compared,
        "mails_asked": fatigue.attempts["mails"],
        "mails": fatigue.mails,
        "prompts_pushed": 0,  # there is no such door: nothing reaches the owner's telephone
        "persons_exposed": len(got),
        "sessions": fatigue.reach.sessions,
        "unjournaled": unjournaled,
        "owner_came_in": fatigue.owner_came_in,
        "noticed": fatigue.noticed,
        "seconds": round(time.monotonic() - began, 1),
    }


def _one(target: Target) -> Victim:
    """An owner; its code may be guessed ten times an hour, so the next run is likely another's."""
    return secrets.choice(played(target, "factor_fatigue"))


class _Fatigue:
    """One owner, and somebody with the right password at ten addresses."""

    def __init__(self, target: Target, owner: Victim, say: Say) -> None:
        self._target, self._owner, self._say = target, owner, say
        self._mailbox = Mailbox(target.data, owner.login)
        self.attempts: Counter[str] = Counter()
        self.compared = self.mails = 0
        self.reach = Reach(target, owner.login)
        self.owner_came_in = False
        self.noticed: list[str] = []

    async def happen(self) -> None:
        owner = Owner(self._target, self._owner)
        wires = [Wire(self._target.pages, source) for source in ADDRESSES]
        try:
            self._say("the owner signs in at home, as every morning")
            await owner.arrive()
            self._say(f"the attacker opens the page of the code {_PAGES} times, and guesses {_GUESSES}")
            await asyncio.gather(*(self._guess(wire) for wire in wires))
            self._say(f"the attacker has {_MAILS} messages of a forgotten password sent")
            await asyncio.gather(*(self._flood(wire) for wire in wires))
            await self._mailbox.wait_for_links()
            self._say("the owner comes back, and reads")
            await owner.come_back()
            self.owner_came_in = True
            self.noticed = await owner.news()
            self.mails = len(self._mailbox.mails())
        finally:
            for wire in wires:
                await wire.close()
            await owner.leave()

    async def _guess(self, wire: Wire) -> None:
        thief = Browser(self._target.pages)
        step = await self._password(thief, wire)
        for _ in range(_PAGES // len(ADDRESSES)):
            self.attempts["pages"] += 1
            await thief.get(wire, step)
        for _ in range(_GUESSES // len(ADDRESSES)):
            form = hidden((await thief.get(wire, step)).body, "code")
            self.attempts["codes"] += 1
            answer = await thief.post(wire, step, form | {"code": f"{secrets.randbelow(10**6):06d}"})
            self.compared += _was_compared(answer.body)
        await self.reach.measure(thief, wire)

    async def _password(self, thief: Browser, wire: Wire) -> str:
        form = hidden((await thief.get(wire, SIGN_IN)).body, "login")
        typed = {"login": self._owner.login, "password": self._owner.password or ""}
        return (await thief.post(wire, SIGN_IN, form | typed)).header("location") or SIGN_IN

    async def _flood(self, wire: Wire) -> None:
        thief = Browser(self._target.pages)
        for _ in range(_MAILS // len(ADDRESSES)):
            form = hidden((await thief.get(wire, _RESET)).body, "login")
            self.attempts["mails"] += 1
            await thief.post(wire, _RESET, form | {"login": self._owner.login})


def _was_compared(page: bytes) -> bool:
    """A refused try says so in other words than a wrong code."""
    return "Trop d’essais" not in page.decode("utf-8", "replace")
