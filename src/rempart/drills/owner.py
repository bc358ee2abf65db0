"""The owner of an attacked account: signs in at home, and reads what the pages tell of the attack."""

import asyncio
import time
from html.parser import HTMLParser

from rempart.drills.browser import SIGN_IN, Browser, hidden, sign_in
from rempart.drills.target import HIJACKED, Target, Victim
from rempart.drills.wire import Wire
from rempart.vocabulary.faults import Fault

HOME = "127.0.0.1"
"""The network that the demonstration's organisations declared."""
_TOLD = "/compte/avis"
_COUNTERS = "counters"
_SHARES = {
    "stuffing": slice(0, 7),
    "forged_card": slice(7, 8),
    "session_theft": slice(8, 9),
    "fraudulent_enrolment": slice(9, 10),
    "lock_out": slice(10, 13),
    "factor_fatigue": slice(13, 16),
    "reset_takeover": slice(16, None),
}
"""No two drills share an account: its guessed codes are counted for an hour, whoever plays."""
_STEP = 30.0
_OK, _FOUND = 200, 302


def played(target: Target, drill: str) -> list[Victim]:
    """The stolen accounts that a drill plays with."""
    known = [one for one in target.victims(HIJACKED) if one.password and one.totp_secret]
    return known[_SHARES[drill]]


class Owner:
    """One account at its usual counter: its browser is a known device, from one drill to the next as well."""

    def __init__(self, target: Target, victim: Victim) -> None:
        self.victim = victim
        self._wire = Wire(target.pages, HOME)
        self._target = target
        self._browser = Browser(target.pages)
        self._before: list[str] = []

    async def arrive(self) -> None:
        """Sign in, as every morning, and read what was told so far."""
        counter = self._target.data / "demo" / _COUNTERS / self.victim.login
        known = {"device": counter.read_text("utf-8")} if counter.exists() else {}
        self._browser = await sign_in(self._wire, self.victim, self._target.pages, self.victim.code, known)
        counter.parent.mkdir(mode=0o700, exist_ok=True)
        counter.write_text(self._browser.cookies.get("device", ""), "utf-8")
        self._before = await self._told()

    async def come_back(self) -> float:
        """Sign in once more on the same device; the seconds that the four pages took."""
        await self._wire.close()
        token = hidden((await self._browser.get(self._wire, "/compte")).body, "csrfmiddlewaretoken")
        await self._browser.post(self._wire, "/sign-out/", token)
        await asyncio.sleep(_STEP - time.time() % _STEP + 0.5)  # the code of the last sign-in is spent
        began = time.monotonic()
        steps = ((SIGN_IN, "login", self._password()), ("", "code", {"code": self.victim.code(time.time())}))
        path = SIGN_IN
        for where, beside, typed in steps:
            path = where or path
            form = hidden((await self._browser.get(self._wire, path)).body, beside)
            answer = await self._browser.post(self._wire, path, form | typed)
            if answer.status != _FOUND:
                raise Fault(
                    f"The owner {self.victim.login} did not come in: {beside} was answered {answer.status}.",
                    f"rempart journal tail --account {self.victim.login}",
                )
            path = answer.header("location")
        return time.monotonic() - began

    async def news(self) -> list[str]:
        """What the page of notices tells now and did not when the owner arrived."""
        told, before = await self._told(), list(self._before)
        fresh = []
        for line in told:
            if line in before:
                before.remove(line)
            else:
                fresh.append(line)
        return fresh

    def earlier(self) -> list[str]:
        """What the page of notices told when the owner arrived."""
        return list(self._before)

    async def press(self, path: str, fields: dict[str, str]) -> int:
        """Press a button of one's own pages; the status of what came."""
        token = hidden((await self._browser.get(self._wire, "/compte")).body, "csrfmiddlewaretoken")
        return (await self._browser.post(self._wire, path, token | fields)).status

    async def leave(self) -> None:
        await self._wire.close()

    def _password(self) -> dict[str, str]:
        return {"login": self.victim.login, "password": self.victim.password or ""}

    async def _told(self) -> list[str]:
        await self._wire.close()  # the server ends a connection that was silent for long
        answer = await self._browser.get(self._wire, _TOLD)
        if answer.status != _OK:
            raise Fault(
                f"The owner's page of notices was answered {answer.status}.",
                f"rempart journal tail --account {self.victim.login}",
            )
        return notices(answer.body)


def notices(page: bytes) -> list[str]:
    """What the owner's page of notices says, a line each."""
    reader = _Lines()
    reader.feed(page.decode("utf-8", "replace"))
    return [" ".join(line.split()) for line in reader.lines if line.strip()]


class _Lines(HTMLParser):
    """The items of the list of notices."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self._inside = self._aside = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "ul":
            self._inside = dict(attrs).get("class") == "list"
        elif tag == "li" and self._inside:
            self.lines.append("")
        elif tag == "span":
            self._aside = "chip" in (dict(attrs).get("class") or "")
        elif tag == "br" and self._inside and self.lines:
            self.lines[-1] += " · "

    def handle_endtag(self, tag: str) -> None:
        if tag == "ul":
            self._inside = False
        elif tag == "span":
            self._aside = False

    def handle_data(self, data: str) -> None:
        if self._inside and self.lines and not self._aside:
            self.lines[-1] += data
