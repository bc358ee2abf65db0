"""Reset takeover: somebody reads a professional's mailbox, and wants the account.

They ask for a new password again and again, follow the mail's address, try it without a proof, guess codes,
ask another stolen account (its password alone) to vouch, and try every door with the password they wished
for. Then the owner signs in where they always do, reads what happened and stops it.
"""

import asyncio
import re
import secrets
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from rempart.drills import ledger
from rempart.drills.browser import SIGN_IN, Browser, hidden
from rempart.drills.judge import missing
from rempart.drills.mailbox import Mailbox
from rempart.drills.owner import Owner, played
from rempart.drills.reach import Reach
from rempart.drills.target import Target, Victim
from rempart.drills.wire import Wire, request

Say = Callable[[str], None]

ATTACKER = "127.0.0.61"
_ASKED, _GUESSES = 12, 40
_WISHED = "the-attacker-wished-this"
_RESET, _CHOOSE, _VOUCH = "/reset/", "/reset/choose/", "/compte/garant"
_STOP = "/compte/reinitialisation/arreter"
_EVIL = "evil.example"
_REFERENCE = re.compile(rb'class="secret">([0-9A-Z]{4}-[0-9A-Z]{4})<')
_OK, _FOUND, _GONE = 200, 302, 410


def run(target: Target, say: Say) -> dict[str, Any]:
    """The attack and what came of it."""
    began = time.monotonic()
    owner, other = _two(target)
    takeover = _Takeover(target, owner, other, say)
    asyncio.run(takeover.happen())
    got = takeover.reach.references
    with ledger.opened(target.data) as book:
        entries = book.entries(got)
        unjournaled = missing(got, entries, book.accounts([owner.login, other.login]))
    return {
        "drill": "reset_takeover",
        "attempts": takeover.attempts + takeover.reach.tries,
        "mails": takeover.mails,
        "passwords_chosen": takeover.chosen,
        "persons_exposed": len(got),
        "sessions": takeover.reach.sessions,
        "unjournaled": unjournaled,
        "vouched": takeover.vouched,
        "forged_hosts_in_mails": takeover.forged,
        "link_dead_after_the_owner_stopped_it": takeover.stopped,
        "owner_came_in": takeover.owner_came_in,
        "noticed": takeover.noticed,
        "seconds": round(time.monotonic() - began, 1),
    }


def _two(target: Target) -> tuple[Victim, Victim]:
    """An owner, and somebody else whose password was stolen."""
    owner, other = secrets.SystemRandom().sample(played(target, "reset_takeover"), 2)
    return owner, other


class _Takeover:
    """One owner, one reader of the owner's mailbox."""

    def __init__(self, target: Target, owner: Victim, other: Victim, say: Say) -> None:
        self._target, self._owner, self._other, self._say = target, owner, other, say
        self._mailbox = Mailbox(target.data, owner.login)
        self._wire = Wire(target.pages, ATTACKER)
        self.attempts = self.mails = self.chosen = self.forged = 0
        self.vouched = self.stopped = self.owner_came_in = False
        self.reach = Reach(target, owner.login)
        self.noticed: list[str] = []

    async def happen(self) -> None:
        owner = Owner(self._target, self._owner)
        try:
            self._say("the owner signs in at home, as every morning")
            await owner.arrive()
            self._say(f"the attacker asks for a new password {_ASKED} times, and reads the mailbox")
            thief = Browser(self._target.pages)
            links = await self._ask(thief)
            self._say(f"{len(links)} mails came; the attacker follows them, and guesses {_GUESSES} codes")
            await self._choose(thief, links)
            self._say("the attacker has another stolen password vouch")
            await self._vouch(thief)
            await self._try_inside(thief)
            self._say("the owner comes back, reads, and stops it")
            await self._stop(owner, thief, links)
        finally:
            await self._wire.close()
            await owner.leave()

    async def _ask(self, thief: Browser) -> list[str]:
        for _ in range(_ASKED):
            form = hidden((await thief.get(self._wire, _RESET)).body, "login")
            await self._post(thief, _RESET, form | {"login": self._owner.login})
        await self._ask_with_a_forged_host(thief)
        links = await self._mailbox.wait_for_links()
        self.mails = len(self._mailbox.mails())
        self.forged = sum(_EVIL in str(mail) for mail in self._mailbox.mails())
        return links

    async def _ask_with_a_forged_host(self, thief: Browser) -> None:
        """So that the mail's address would lead to the attacker."""
        form = hidden((await thief.get(self._wire, _RESET)).body, "login") | {"login": self._owner.login}
        cookies = "; ".join(f"{name}={value}" for name, value in thief.cookies.items())
        kind = "application/x-www-form-urlencoded"
        for names in ({"Host": _EVIL}, {"Host": f"{thief.pages.host}", "X-Forwarded-Host": _EVIL}):
            self.attempts += 1
            headers = names | {"Cookie": cookies, "Content-Type": kind}
            once = Wire(self._target.pages, ATTACKER)  # whatever is answered, this connection is not kept
            await once.ask(request("POST", _RESET, headers, urlencode(form).encode()))
            await once.close()

    async def _choose(self, thief: Browser, links: list[str]) -> None:
        for link in links:
            await thief.get(self._wire, link)
        wished = {"password1": _WISHED, "password2": _WISHED}
        codes = ["", *(f"{secrets.randbelow(10**6):06d}" for _ in range(_GUESSES))]
        for code in codes:
            page = await thief.get(self._wire, _CHOOSE)
            form = hidden(page.body, "password1")
            status = await self._post(thief, _CHOOSE, form | wished | {"code": code})
            self.chosen += status == _FOUND

    async def _vouch(self, thief: Browser) -> None:
        found = _REFERENCE.search((await thief.get(self._wire, _CHOOSE)).body)
        reference = found.group(1).decode() if found else "0000-0000"
        helper = Browser(self._target.pages)
        await self._sign_in(helper, self._other.login, self._other.password or "")
        form = hidden((await helper.get(self._wire, SIGN_IN)).body, "login")
        self.attempts += 1
        answer = await helper.post(self._wire, _VOUCH, form | {"reference": reference, "confirm": "on"})
        self.vouched = answer.status == _OK or answer.header("location").endswith("/compte")
        await self.reach.measure(helper, self._wire)

    async def _try_inside(self, thief: Browser) -> None:
        """With the password wished for, and with the browser that holds the mail's address."""
        await self.reach.measure(thief, self._wire)
        fresh = Browser(self._target.pages)
        await self._sign_in(fresh, self._owner.login, _WISHED)
        await self.reach.measure(fresh, self._wire)

    async def _stop(self, owner: Owner, thief: Browser, links: list[str]) -> None:
        await owner.come_back()
        self.owner_came_in = True
        self.noticed = await owner.news()
        await owner.press(_STOP, {})
        page = await thief.get(self._wire, _CHOOSE)
        again = [(await Browser(self._target.pages).get(self._wire, link)).status for link in links]
        self.stopped = bool(links) and {page.status, *again} == {_GONE}
        self.noticed += [line for line in await owner.news() if line not in self.noticed]

    async def _sign_in(self, browser: Browser, login: str, password: str) -> None:
        form = hidden((await browser.get(self._wire, SIGN_IN)).body, "login")
        await self._post(browser, SIGN_IN, form | {"login": login, "password": password})

    async def _post(self, browser: Browser, path: str, fields: dict[str, str]) -> int:
        self.attempts += 1
        return (await browser.post(self._wire, path, fields)).status
