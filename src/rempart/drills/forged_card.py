"""Forged card: a certificate that is real, in a header that is not the proxy's.

Certificates of cards are public. The attacker makes one that looks like a professional's, or has copied a
real one, and writes it into every header that reverse proxies use, in every spelling, twice, with every
verdict, straight at the port of the pages and at the gate's.
"""

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from rempart.drills import ledger
from rempart.drills.browser import reference_of
from rempart.drills.guesser import address
from rempart.drills.owner import Owner, played
from rempart.drills.tally import Person
from rempart.drills.target import Target
from rempart.drills.wire import Address, Answer, LostError, Wire

Say = Callable[[str], None]

_NAMES = (
    "X-SSL-Client-Cert",
    "X_SSL_Client_Cert",
    "x-ssl-client_cert",
    "X-SSL-CLIENT-CERT",
    "X.SSL.Client.Cert",
    "SSL-Client-Cert",
    "X-Client-Cert",
    "Client-Cert",
    "X-Forwarded-Client-Cert",
    "X-SSL-Cert",
    "X_SSL_Client_Proxy",
    "X-SSL-Client-Verify",
)
_PATHS = ("/sign-in/card/", "/", "/compte", "/sign-in/")
_FIRST = 6_000
_OK, _FOUND, _REFUSED = 200, 302, 403
_FORGERIES = "select count(*)::int from journal.entry where tag = 'access:card:forged' and at >= %s"


def run(target: Target, say: Say) -> dict[str, Any]:
    """Send every spelling and report what it opened."""
    (victim,) = played(target, "forged_card")
    began = time.monotonic()
    forger = _Forger(target)
    with ledger.opened(target.data) as book:
        start = book.now()
        news = asyncio.run(_happen(forger, Owner(target, victim), say))
        row = book.connection.execute(_FORGERIES, [start]).fetchone()
    journaled = int(row[0]) if row else 0
    return {
        "drill": "forged_card",
        "attempts": forger.attempts,
        "refused": forger.refused,
        "pages_opened": forger.pages,
        "sessions": forger.sessions,
        "persons_exposed": len(forger.exposed),
        "unjournaled": max(0, forger.refused - journaled),
        "journaled": journaled,
        "noticed": news,
        "seconds": round(time.monotonic() - began, 1),
    }


async def _happen(forger: "_Forger", owner: Owner, say: Say) -> list[str]:
    try:
        say("an owner signs in at home, as every morning")
        await owner.arrive()
        say("a certificate that looks like a card's, in every header and spelling")
        await forger.send_all()
        return await owner.news()
    finally:
        await owner.leave()


class _Forger:
    """Sends forged headers and counts what they opened."""

    def __init__(self, target: Target) -> None:
        self._target = target
        self._pem = quote(_looks_like_a_card())
        self.attempts = self.refused = self.pages = self.sessions = 0
        self.exposed = set[Person]()

    async def send_all(self) -> None:
        """A header's spelling an address: the journal gets an entry for each."""
        for number, lines in enumerate(self._lies()):
            for path in _PATHS:
                answer = await self._ask(self._target.pages, address(_FIRST + number), "GET", path, lines)
                self._note(answer)
            await self._ask_the_gate(address(_FIRST + number), lines)

    def _lies(self) -> Iterator[list[str]]:
        for name in _NAMES:
            yield [f"{name}: {self._pem}"]
        whole = [
            f"X-SSL-Client-Cert: {self._pem}",
            "X-SSL-Client-Verify: SUCCESS",
            f"X-SSL-Client-Proxy: {'0' * 64}",
        ]
        yield whole
        yield [*whole, *whole]
        yield [*whole, *(line.replace("-", "_", 3) for line in whole)]
        yield [*whole, "X-Forwarded-For: 127.0.0.1", "X-Forwarded-Proto: https"]

    async def _ask(self, where: Address, source: str, method: str, path: str, lines: list[str]) -> Answer:
        self.attempts += 1
        head = [f"{method} {path} HTTP/1.1", f"Host: {where.host}:{where.port}", *lines]
        body = json.dumps(self._target.persons[0].asked()).encode() if method == "POST" else b""
        if body:
            head += ["Content-Type: application/json", f"Content-Length: {len(body)}"]
        wire = Wire(where, source)
        try:
            return await wire.ask("\r\n".join([*head, "", ""]).encode("latin-1") + body)
        except LostError:
            return Answer(0, [], b"")
        finally:
            await wire.close()

    async def _ask_the_gate(self, source: str, lines: list[str]) -> None:
        answer = await self._ask(self._target.api, source, "POST", "/api/v1/lookups", lines)
        if answer.status == _OK:
            self.exposed.add(self._target.persons[0])

    def _note(self, answer: Answer) -> None:
        self.refused += answer.status == _REFUSED
        self.pages += answer.status == _OK
        self.sessions += answer.status == _FOUND and not answer.header("location").startswith("/sign-in/")
        if reference_of(answer.body):
            self.exposed.add(self._target.persons[0])


def _looks_like_a_card() -> str:
    """What anybody can make: the right subject and usages, signed by nobody who counts."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "FR"),
            x509.NameAttribute(NameOID.COMMON_NAME, "899700218896"),
        ]
    )
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=365))
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .sign(key, SHA256())
    )
    return made.public_bytes(Encoding.PEM).decode()
