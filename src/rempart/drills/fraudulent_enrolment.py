"""Fraudulent enrolment: an account in the name of a professional whose public numbers the attacker knows.

RPPS and organisation stand in a public directory. With these the attacker asks for letters, for somebody who
has an account and for somebody who has none; guesses codes from many addresses; opens the pages that come
after a proof; and brings answers of Pro Santé Connect that nobody asked for.
"""

import asyncio
import json
import secrets
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from rempart.drills import ledger
from rempart.drills.browser import SIGN_IN, Browser, hidden
from rempart.drills.guesser import address
from rempart.drills.owner import Owner, played
from rempart.drills.reach import Reach
from rempart.drills.target import NothingRunsError, Target, Victim
from rempart.drills.wire import Answer, Wire

Say = Callable[[str], None]

ASKED, CODE, ACCOUNT = "/enrol/letter/", "/enrol/code/", "/enrol/account/"
_FIRST = 7_000
_ASKERS, _GUESSERS, _GUESSES = 4, 10, 25
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_FOUND = 302
_WAIT = 20
_NOTICE = "demandé"
_ANSWERS = (
    "state={0}&code={0}",
    "code={0}",
    "state={0}",
    "state=&code={0}",
    "state={0}&code={0}&iss=https://auth.esw.esante.gouv.fr/auth/realms/esante-wallet",
    "state={0}&id_token=eyJhbGciOiJub25lIn0.e30.",
    "error=access_denied&state={0}",
)
_ENTRIES = """
    select count(*)::int from journal.entry
     where tag = 'access:enrolment:asked' and at >= %s and network is not null
"""
_REFUSED = """
    select count(*)::int from journal.entry where tag = 'access:identity:refused' and at >= %s
"""
_OPENED = "select count(*)::int from journal.entry where tag = 'access:account:opened' and at >= %s"


@dataclass(frozen=True, slots=True)
class Known:
    """What the public directory says of somebody."""

    rpps: str
    structure: str


def run(target: Target, say: Say) -> dict[str, Any]:
    """Try everything that public numbers allow, and report what it opened."""
    (victim,) = played(target, "fraudulent_enrolment")
    holder, newcomer = _directory(target, victim)
    began = time.monotonic()
    fraud = _Fraud(target, holder, newcomer)
    with ledger.opened(target.data) as book:
        start = book.now()
        noticed = asyncio.run(_happen(fraud, Owner(target, victim), say))
        journaled = book.connection.execute(_ENTRIES, [start]).fetchone()
        refused = book.connection.execute(_REFUSED, [start]).fetchone()
        opened = book.connection.execute(_OPENED, [start]).fetchone()
    asked = fraud.seen["asked"]
    return {
        "drill": "fraudulent_enrolment",
        "attempts": sum(fraud.tried.values()),
        "letters_asked": fraud.tried["letters"],
        "codes_guessed": fraud.tried["codes"],
        "answers_forged": fraud.tried["answers"],
        "told_apart": len(fraud.shown) > 1,
        "accounts_opened": opened[0] if opened else 0,
        "sessions": fraud.reach.sessions + fraud.seen["proved"],
        "persons_exposed": len(fraud.reach.references),
        "unjournaled": max(0, asked - (journaled[0] if journaled else 0)),
        "refusals_journaled": refused[0] if refused else 0,
        "noticed": noticed,
        "seconds": round(time.monotonic() - began, 1),
    }


async def _happen(fraud: "_Fraud", owner: Owner, say: Say) -> list[str]:
    try:
        say("the holder signs in, as every morning")
        await owner.arrive()
        say("letters are asked for, for the holder and for a colleague who has no account")
        await fraud.ask_for_letters()
        say(f"{_GUESSERS * _GUESSES} codes are guessed from {_GUESSERS} addresses")
        await asyncio.gather(*(fraud.guess(number) for number in range(_GUESSERS)))
        say("answers of Pro Santé Connect that nobody asked for")
        await fraud.forge_answers()
        await fraud.look_around()
        return await _news(owner)
    finally:
        await owner.leave()


async def _news(owner: Owner) -> list[str]:
    """The worker tells the holder; within a week of an earlier telling it says nothing twice."""
    for _second in range(_WAIT):
        if news := await owner.news():
            return news
        await asyncio.sleep(1.0)
    return [f"{line} (told before)" for line in owner.earlier() if _NOTICE in line][:1]


def _directory(target: Target, victim: Victim) -> tuple[Known, Known]:
    told = json.loads((target.data / "demo" / "demo.json").read_text("utf-8"))
    rows = [row for row in told["accounts"] if row["login"] == victim.login]
    newcomers = told.get("newcomers", [])
    if not rows or not rows[0].get("structure") or not newcomers:
        raise NothingRunsError(
            f"The demonstration of {target.data} is older than this drill.",
            "rempart demo --data with a new directory",
        )
    holder, newcomer = rows[0], newcomers[0]
    return Known(holder["rpps"], holder["structure"]), Known(newcomer["rpps"], newcomer["structure"])


class _Fraud:
    """Browsers of the attacker, and what they got."""

    def __init__(self, target: Target, holder: Known, newcomer: Known) -> None:
        self._target, self._holder, self._newcomer = target, holder, newcomer
        self.reach = Reach(target, "")
        self.tried, self.seen = Counter[str](), Counter[str]()
        self.shown = set[tuple[int, str]]()
        """What the page of letters answered: known, unknown, with and without an account."""

    async def ask_for_letters(self) -> None:
        """For both, for nobody, and for the right person at the wrong place; each twice."""
        nobody = Known("99999999990", "999999999")
        elsewhere = Known(self._holder.rpps, self._newcomer.structure)
        known = (self._holder, self._newcomer, nobody, elsewhere)
        for number in range(_ASKERS):
            browser, wire = self._browser(number)
            for one in known:
                answer = await self._send(
                    browser, wire, ASKED, "rpps", {"rpps": one.rpps, "structure": one.structure}
                )
                self.tried["letters"] += 1
                self.seen["asked"] += answer.status == _FOUND
                if answer.status == _FOUND:
                    page = await browser.get(wire, answer.header("location"))
                    self.shown.add((page.status, answer.header("location")))
            await wire.close()

    async def guess(self, number: int) -> None:
        """Codes at random, for both, until the address is held and beyond."""
        browser, wire = self._browser(_ASKERS + number)
        for n in range(_GUESSES):
            one = (self._holder, self._newcomer)[n % 2]
            code = "".join(secrets.choice(_ALPHABET) for _ in range(14))
            answer = await self._send(browser, wire, CODE, "code", {"rpps": one.rpps, "code": code})
            self.tried["codes"] += 1
            self.seen["proved"] += answer.status == _FOUND
        await self._open_account(browser, wire)
        await wire.close()

    async def forge_answers(self) -> None:
        """With and without having asked for one."""
        for number, shape in enumerate(_ANSWERS):
            browser, wire = self._browser(_ASKERS + _GUESSERS + number)
            for begins in (False, True):
                if begins:
                    await browser.get(wire, "/psc/")
                answer = await browser.get(wire, f"/psc/back/?{shape.format(secrets.token_urlsafe(48))}")
                self.tried["answers"] += 1
                inside = answer.status == _FOUND and answer.header("location") != SIGN_IN
                self.seen["proved"] += inside
            await self._open_account(browser, wire)
            await wire.close()

    async def look_around(self) -> None:
        """A fresh browser, and all that it can open."""
        browser, wire = self._browser(_ASKERS + _GUESSERS + len(_ANSWERS))
        await self._open_account(browser, wire)
        await self.reach.measure(browser, wire)
        await wire.close()

    async def _open_account(self, browser: Browser, wire: Wire) -> None:
        """As if something had been proved."""
        word = secrets.token_urlsafe(12)
        form = {"login": f"fraud-{secrets.token_hex(4)}", "email": "fraud@demonstration.invalid"}
        typed = form | {"organisation": "1", "password1": word, "password2": word}
        token = hidden((await browser.get(wire, SIGN_IN)).body, "login")
        answer = await browser.post(wire, ACCOUNT, token | typed)
        self.tried["accounts"] += 1
        self.seen["proved"] += answer.status == _FOUND and answer.header("location") != "/enrol/"

    async def _send(
        self, browser: Browser, wire: Wire, path: str, beside: str, fields: dict[str, str]
    ) -> Answer:
        form = hidden((await browser.get(wire, path)).body, beside)
        return await browser.post(wire, path, form | fields)

    def _browser(self, number: int) -> tuple[Browser, Wire]:
        return Browser(self._target.pages), Wire(self._target.pages, address(_FIRST + number))
