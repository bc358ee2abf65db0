"""As much of a browser as a phishing kit's bot needs: cookies, forms, and the second factor's code."""

import asyncio
import re
import time
from collections.abc import Callable
from html.parser import HTMLParser
from urllib.parse import urlencode

from rempart.drills.target import Victim
from rempart.drills.wire import Address, Answer, LostError, Wire, request
from rempart.vocabulary.faults import Fault

SIGN_IN, LOOK_UP = "/sign-in/", "/"
_STEP = 30.0
_TRIES = 4
_FOUND = 302
_AGENT = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
_REFERENCE = re.compile(r"R-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}")
_ANSWER = 'id="copy-text"'
"""Only the page of an answer offers to copy it."""

Code = Callable[[float], str]
"""Second on the clock → the six digits of that moment, as the phished holder would type them."""


class SignInFault(Fault):
    """The phished account does not open: see `rempart journal tail --account`, or wait for the next code."""


class Browser:
    """One browser's cookies; copied ones make a second browser with the first one's secrets."""

    def __init__(self, pages: Address, cookies: dict[str, str] | None = None) -> None:
        self.pages = pages
        self.cookies = cookies or {}

    async def get(self, wire: Wire, path: str) -> Answer:
        """Open a page."""
        return self._keep(await wire.ask(request("GET", path, self._headers())))

    async def post(self, wire: Wire, path: str, fields: dict[str, str], *, fragment: bool = False) -> Answer:
        """Send a form. `fragment`: ask for the changed part only, as the page's own script does."""
        headers = self._headers() | {"Content-Type": "application/x-www-form-urlencoded"}
        if fragment:
            headers["HX-Request"] = "true"
        return self._keep(await wire.ask(request("POST", path, headers, urlencode(fields).encode())))

    def _headers(self) -> dict[str, str]:
        headers = {"Host": f"{self.pages.host}:{self.pages.port}", "User-Agent": _AGENT}
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return headers

    def _keep(self, answer: Answer) -> Answer:
        for name, value in answer.headers:
            if name == "set-cookie":
                cookie, _, kept = value.partition(";")[0].strip().partition("=")
                self.cookies[cookie] = kept
        return answer


async def sign_in(
    wire: Wire, victim: Victim, pages: Address, code: Code, known: dict[str, str] | None = None
) -> Browser:
    """Pass both pages of the sign-in. A code that was used before is waited out. Raises SignInFault.

    `known`: the cookies of a browser that was here before.
    """
    stopped = ""
    for attempt in range(_TRIES):
        if attempt:
            await asyncio.sleep(_STEP - time.time() % _STEP + 1.0)
        browser = Browser(pages, dict(known or {}))
        try:
            stopped = await _both_factors(browser, wire, victim, code)
        except LostError as lost:
            stopped = f"the connection was lost ({type(lost.__cause__).__name__})"
        if not stopped:
            return browser
    raise SignInFault(
        f"The account {victim.login} does not sign in: {stopped}.",
        f"rempart journal tail --account {victim.login}",
    )


async def _both_factors(browser: Browser, wire: Wire, victim: Victim, code: Code) -> str:
    """Where it stopped; empty when signed in."""
    page = await browser.get(wire, SIGN_IN)
    fields = hidden(page.body, "login") | {"login": victim.login, "password": victim.password or ""}
    answer = await browser.post(wire, SIGN_IN, fields)
    if answer.status != _FOUND:
        return f"the password was answered with {answer.status}"
    step = answer.header("location")
    page = await browser.get(wire, step)
    answer = await browser.post(wire, step, hidden(page.body, "code") | {"code": code(time.time())})
    return "" if answer.status == _FOUND else f"the code was answered with {answer.status}"


def hidden(page: bytes, beside: str) -> dict[str, str]:
    """The hidden fields of the form that has a field called `beside`."""
    reader = _Forms()
    reader.feed(page.decode("utf-8", "replace"))
    return next((form.hidden for form in reader.forms if beside in form.names), {})


def reference_of(page: bytes) -> str | None:
    """The reference of an answer, or None: the page shows a refusal, a challenge or no answer at all."""
    text = page.decode("utf-8", "replace")
    if _ANSWER not in text:
        return None
    found = _REFERENCE.search(text)
    return found.group() if found else None


class _Form:
    def __init__(self) -> None:
        self.names: set[str] = set()
        self.hidden: dict[str, str] = {}


class _Forms(HTMLParser):
    """The forms of a page, with the names of their fields."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[_Form] = []
        self._inside: _Form | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "form":
            self._inside = _Form()
            self.forms.append(self._inside)
        elif self._inside is not None and tag in {"input", "select"}:
            given = dict(attrs)
            name = given.get("name") or ""
            self._inside.names.add(name)
            if given.get("type") == "hidden":
                self._inside.hidden[name] = given.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = None
