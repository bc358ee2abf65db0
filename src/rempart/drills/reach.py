"""What an attacker's browser can open once the attack is over: the pages of a session, and persons."""

from rempart.drills.browser import LOOK_UP, SIGN_IN, Browser, hidden, reference_of
from rempart.drills.target import Target
from rempart.drills.wire import Wire

INSIDE = ("/", "/compte", "/consultations", "/account/password/", "/account/second-factor/")
_PERSONS = 3
_OK = 200


class Reach:
    """Counts over every browser that was tried."""

    def __init__(self, target: Target, login: str) -> None:
        self._target, self._login = target, login
        self.tries = self.sessions = 0
        self.references: dict[str, str] = {}
        """Reference of an answer that was got → login."""

    async def measure(self, browser: Browser, wire: Wire) -> None:
        """Open every page, and ask about persons."""
        opened = [(await browser.get(wire, path)).status == _OK for path in INSIDE]
        self.sessions += any(opened)
        self.tries += len(INSIDE) + _PERSONS
        for person in self._target.persons[:_PERSONS]:
            form = hidden((await browser.get(wire, SIGN_IN)).body, "login")
            asked = {"nir": person.nir, "birth_date": person.birth_date}
            answer = await browser.post(wire, LOOK_UP, form | asked, fragment=True)
            if reference := reference_of(answer.body):
                self.references[reference] = self._login
