"""Lock-out: a stranger fails thousands of times against one pharmacy's login, so that it cannot work.

From hundreds of addresses and from the pharmacy's own network, with as many wrong passwords as the time
allows. Meanwhile the owner signs in again on the usual counter, and is timed. Then a counter that was never
used before is tried: with the right password it may be told to come in another way, never that the account
is locked.
"""

import asyncio
import secrets
import time
from collections.abc import Callable, Iterator
from typing import Any

from rempart.drills import ledger
from rempart.drills.browser import SIGN_IN, Browser, hidden
from rempart.drills.guesser import HELD, RIGHT, WRONG, Guesser, Loot, address
from rempart.drills.owner import HOME, Owner, played
from rempart.drills.target import Target, Victim
from rempart.drills.wire import Wire
from rempart.vocabulary.faults import Fault

Say = Callable[[str], None]

FAILURES = 3_000
_ADDRESSES = 200
_AT_ONCE = 8
_FIRST = 5_000
"""Addresses of this drill begin here: another drill's failures are not this one's."""
_NEW_COUNTER = "127.30.0.1"
_FOUND = 302
_ENTRIES = """
    select count(*)::int from journal.entry where tag = 'access:session:refused' and account = %s and at >= %s
"""


def run(target: Target, say: Say, attempts: int = FAILURES) -> dict[str, Any]:
    """Fail `attempts` times against one account; the owner comes in all the same."""
    victim = secrets.choice(played(target, "lock_out"))
    began = time.monotonic()
    siege = _Siege(target, victim, say, attempts)
    with ledger.opened(target.data) as book:
        start = book.now()
        asyncio.run(siege.happen())
        number = book.accounts([victim.login])[victim.login]
        entries = book.connection.execute(_ENTRIES, [number, start]).fetchone()
    return {
        "drill": "lock_out",
        "attempts": sum(siege.loot.tried.values()),
        "addresses": _ADDRESSES + 1,
        "wrong": siege.loot.tried[WRONG],
        "not_even_compared": siege.loot.tried[HELD],
        "right_passwords": siege.loot.tried[RIGHT],
        "sessions": siege.loot.sessions,
        "persons_exposed": len(siege.loot.exposed),
        "unjournaled": 0 if entries and entries[0] else 1,
        "refusals_journaled": entries[0] if entries else 0,
        "owner_seconds_before": siege.before,
        "owner_seconds_meanwhile": siege.meanwhile,
        "owner_came_in": siege.came_in,
        "new_counter": siege.new_counter,
        "noticed": siege.noticed,
        "seconds": round(time.monotonic() - began, 1),
    }


class _Siege:
    """One login, everybody who fails against it, and its owner."""

    def __init__(self, target: Target, victim: Victim, say: Say, attempts: int) -> None:
        self._target, self._victim, self._say, self._attempts = target, victim, say, attempts
        self.loot = Loot()
        self.before = self.meanwhile = 0.0
        self.came_in = False
        self.new_counter = ""
        self.noticed: list[str] = []

    async def happen(self) -> None:
        owner = Owner(self._target, self._victim)
        try:
            self._say("the owner signs in at the usual counter, before anything happens")
            await owner.arrive()
            self.before = round(await owner.come_back(), 3)
            self._say(f"{self._attempts} wrong passwords, from {_ADDRESSES} addresses and from next door")
            failing = asyncio.create_task(self._fail())
            await asyncio.sleep(0)
            self.meanwhile = await self._comes_in(owner)
            await failing
            self.came_in = True
            self._say("a counter that was never used before, with the right password")
            self.new_counter = await self._never_used()
            self.noticed = await owner.news()
        finally:
            await owner.leave()

    async def _comes_in(self, owner: Owner) -> float:
        try:
            return round(await owner.come_back(), 3)
        except Fault as locked_out:
            raise Fault(f"Locked out by a stranger: {locked_out}", locked_out.remedy) from None

    async def _fail(self) -> None:
        waiting = self._sources()

        async def worker() -> None:
            for source, count in waiting:
                guesser = Guesser(self._target, source, self.loot)
                for _ in range(count):
                    await guesser.guess(self._victim.login, secrets.token_urlsafe(9))
                await guesser.leave()

        await asyncio.gather(*(worker() for _ in range(_AT_ONCE)))

    def _sources(self) -> Iterator[tuple[str, int]]:
        """The owner's own network among them: the stranger sits in the same building."""
        shares = _ADDRESSES + 1
        for number in range(shares):
            count = self._attempts // shares + (number < self._attempts % shares)
            yield (HOME if number == 0 else address(_FIRST + number)), count

    async def _never_used(self) -> str:
        """What a new counter is answered: a sign-in that goes on, or which other ways there are."""
        wire = Wire(self._target.pages, _NEW_COUNTER)
        browser = Browser(self._target.pages)
        try:
            form = hidden((await browser.get(wire, SIGN_IN)).body, "login")
            typed = {"login": self._victim.login, "password": self._victim.password or ""}
            answer = await browser.post(wire, SIGN_IN, form | typed)
        finally:
            await wire.close()
        if answer.status == _FOUND:
            return "comes in: asked for the code"
        page = answer.body.decode("utf-8", "replace")
        told = all(way in page for way in ("poste habituel", "clé d’accès", "carte"))
        return "told the other ways: usual counter, passkey, card" if told else "turned away without a word"
