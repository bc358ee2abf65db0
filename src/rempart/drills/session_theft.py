"""Session theft: somebody copied a signed-in professional's cookies, and wants a person, or a foothold.

The owner signs in at home as every morning. The thief first has the session's cookie alone, as malware or a
proxy reads it from one request, and tries it from elsewhere and from next door; then a copy of the whole
cookie jar, from elsewhere. Between the two the owner goes on working, and reads what became known.
"""

import asyncio
import json
import re
import time
from collections.abc import Callable
from typing import Any

from rempart.drills import ledger
from rempart.drills.browser import LOOK_UP, Browser, hidden, reference_of, sign_in
from rempart.drills.judge import missing
from rempart.drills.owner import notices, played
from rempart.drills.tally import Person
from rempart.drills.target import Target, Victim
from rempart.drills.wire import Wire, request
from rempart.vocabulary.faults import Fault

Say = Callable[[str], None]

HOME, ELSEWHERE = "127.0.0.1", "127.0.0.51"
"""At home: the network that the owner's organisation declared."""
_PAGES = ("/", "/consultations", "/compte", "/compte/avis", "/account/second-factor/", "/account/password/")
_FORMS: tuple[tuple[str, dict[str, str]], ...] = (
    ("/compte/jetons", {"label": "Logiciel", "lifetime": "365"}),
    ("/compte/sessions/fermer", {}),
    ("/account/second-factor/remove/", {}),
    (
        "/account/password/",
        {"oldpassword": "x", "password1": "a-thief-was-here", "password2": "a-thief-was-here"},
    ),
)
_TOLD = "/compte/avis"
_OK, _FOUND = 200, 302
_STEP = 30.0


def run(target: Target, say: Say) -> dict[str, Any]:
    """The attack and what came of it; only the attacker's own list counts as exposed."""
    (owner,) = played(target, "session_theft")
    began = time.monotonic()
    theft = _Theft(target, owner, say)
    asyncio.run(theft.happen())
    with ledger.opened(target.data) as book:
        entries = book.entries(theft.references)
        unjournaled = missing(theft.references, entries, book.accounts([owner.login]))
    return {
        "drill": "session_theft",
        "attempts": theft.attempts,
        "pages_opened": theft.pages_opened,
        "persons_exposed": len(theft.exposed),
        "sessions": theft.sessions,
        "unjournaled": unjournaled,
        "owner_undisturbed": theft.owner_undisturbed,
        "copy_dead_after_the_owners_factor": theft.copy_dead,
        "noticed": theft.noticed,
        "seconds": round(time.monotonic() - began, 1),
    }


class _Theft:
    """One owner, one thief, and what the thief got."""

    def __init__(self, target: Target, owner: Victim, say: Say) -> None:
        self._target, self._owner, self._say = target, owner, say
        self.attempts = self.pages_opened = self.sessions = 0
        self.exposed: set[Person] = set()
        self.references: dict[str, str] = {}
        self.owner_undisturbed = self.copy_dead = False
        self.noticed: list[str] = []

    async def happen(self) -> None:
        home = Wire(self._target.pages, HOME)
        try:
            self._say("the owner signs in at home")
            owner = await sign_in(home, self._owner, self._target.pages, self._owner.code)
            self._say("the thief has the session's cookie, elsewhere and next door")
            for source in (ELSEWHERE, HOME):
                await self._steal(_copy(owner, "session"), source)
            self.owner_undisturbed = (await owner.get(home, "/compte")).status == _OK
            self.noticed = notices((await owner.get(home, _TOLD)).body)
            self._say("the thief has the whole cookie jar, elsewhere")
            jar = _copy(owner, *owner.cookies)
            await self._steal(jar, ELSEWHERE)
            await self._come_back(owner, home, jar)
        finally:
            await home.close()

    async def _steal(self, thief: Browser, source: str) -> None:
        wire = Wire(self._target.pages, source)
        stolen = dict(thief.cookies)
        try:
            for path in _PAGES:
                await self._open(thief, wire, path)
                thief.cookies = dict(stolen)  # the site may have taken them away
            for path, fields in _FORMS:
                await self._send(thief, wire, path, fields)
                thief.cookies = dict(stolen)
            for person in self._target.persons[:3]:
                await self._look_up(thief, wire, person)
                thief.cookies = dict(stolen)
            await self._ask_the_api(stolen, source)
        finally:
            await wire.close()

    async def _open(self, thief: Browser, wire: Wire, path: str) -> None:
        self.attempts += 1
        answer = await thief.get(wire, path)
        self._note_page(answer.status)

    async def _send(self, thief: Browser, wire: Wire, path: str, fields: dict[str, str]) -> None:
        self.attempts += 1
        proof = await _form_proof(thief, wire)
        answer = await thief.post(wire, path, fields | proof)
        self._note_page(answer.status)
        self.sessions += answer.status == _FOUND and not _is_asked_for_proof(answer.header("location"))

    async def _look_up(self, thief: Browser, wire: Wire, person: Person) -> None:
        asked = {
            "nir": person.nir,
            "birth_date": person.birth_date,
            "birth_rank": str(person.birth_rank or ""),
        }
        present = {"present": "emergency", "as_present": "on"}
        for more in ({}, present):
            self.attempts += 1
            proof = await _form_proof(thief, wire)
            answer = await thief.post(wire, LOOK_UP, asked | more | proof, fragment=True)
            self._note_page(answer.status)
            reference = reference_of(answer.body)
            if reference:
                self.exposed.add(person)
                self.references[reference] = self._owner.login

    async def _ask_the_api(self, stolen: dict[str, str], source: str) -> None:
        self.attempts += 1
        person = self._target.persons[0]
        api = Wire(self._target.api, source)
        headers = {
            "Host": f"{self._target.api.host}:{self._target.api.port}",
            "Authorization": f"Bearer {stolen.get('session', '')}",
            "Cookie": "; ".join(f"{name}={value}" for name, value in stolen.items()),
            "Content-Type": "application/json",
        }
        try:
            answer = await api.ask(
                request("POST", "/api/v1/lookups", headers, json.dumps(person.asked()).encode())
            )
        finally:
            await api.close()
        if answer.status == _OK:
            self.exposed.add(person)
            self.references[str(json.loads(answer.body).get("reference"))] = self._owner.login

    async def _come_back(self, owner: Browser, home: Wire, jar: Browser) -> None:
        """The owner is asked for a factor, gives it, and the copied key is dead."""
        await asyncio.sleep(_STEP - time.time() % _STEP + 1.0)  # the sign-in's own code is spent
        page = "/account/confirm/code/?next=/compte"
        form = hidden((await owner.get(home, page)).body, "code")
        answer = await owner.post(home, page, form | {"code": self._owner.code(time.time())})
        if answer.status != _FOUND or (await owner.get(home, "/compte")).status != _OK:
            raise Fault(
                "The owner's factor did not bring the session back.",
                f"rempart journal tail --account {self._owner.login}",
            )
        before = self.pages_opened
        wire = Wire(self._target.pages, HOME)
        try:
            await self._open(jar, wire, "/compte")
        finally:
            await wire.close()
        self.copy_dead = self.pages_opened == before
        self._say("the owner proved a factor again, and goes on")

    def _note_page(self, status: int) -> None:
        self.pages_opened += status == _OK
        self.sessions += status == _OK


def _copy(owner: Browser, *names: str) -> Browser:
    return Browser(owner.pages, {name: owner.cookies[name] for name in names})


async def _form_proof(thief: Browser, wire: Wire) -> dict[str, str]:
    """The form's own token, from a page that anybody may open."""
    page = await thief.get(wire, "/plafonds")
    found = re.search(rb'name="csrfmiddlewaretoken" value="([^"]+)"', page.body)
    return {"csrfmiddlewaretoken": found.group(1).decode()} if found else {}


def _is_asked_for_proof(location: str) -> bool:
    return location.startswith(("/sign-in/", "/account/confirm/"))
