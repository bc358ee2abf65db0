"""Stuffing: thousands of logins and passwords bought somewhere, some of them right, typed one after another.

The bot comes from hundreds of addresses, slowly enough for each that no limit of an address stops it. Where
a password is right it guesses codes of the second factor and tries every page with what it has by then. One
pair in ten repeats the same popular password on another login.
"""

import asyncio
import random
import secrets
import time
from collections.abc import Callable
from typing import Any

from rempart.drills import ledger
from rempart.drills.guesser import HELD, RIGHT, WRONG, Guesser, Loot, address
from rempart.drills.judge import missing
from rempart.drills.owner import Owner, played
from rempart.drills.target import Target, Victim

Say = Callable[[str], None]
Pair = tuple[str, str]

PAIRS = 2_000
_AN_ADDRESS = 12
"""Pairs an address: fewer than the limit of a network allows."""
_AT_ONCE = 8
_CAMPAIGNS = """
    select reason, count(*)::int from journal.entry
     where tag = 'access:campaign:seen' and at >= %s group by reason
"""


def run(target: Target, say: Say, attempts: int = PAIRS) -> dict[str, Any]:
    """Type `attempts` pairs and report what came of them."""
    victims = played(target, "stuffing")
    pairs = _bought(victims, attempts)
    loot = Loot()
    began = time.monotonic()
    with ledger.opened(target.data) as book:
        start = book.now()
        news = asyncio.run(_happen(target, victims[0], pairs, loot, say))
        seconds = time.monotonic() - began
        campaigns = dict(book.connection.execute(_CAMPAIGNS, [start]).fetchall())
        logins = [victim.login for victim in victims]
        unjournaled = missing(loot.references, book.entries(loot.references), book.accounts(logins))
    return {
        "drill": "stuffing",
        "attempts": sum(loot.tried.values()),
        "addresses": -(-len(pairs) // _AN_ADDRESS),
        "right_passwords": loot.tried[RIGHT],
        "wrong": loot.tried[WRONG],
        "not_even_compared": loot.tried[HELD],
        "codes_guessed": loot.codes,
        "pages_opened": loot.pages,
        "sessions": loot.sessions,
        "persons_exposed": len(loot.exposed),
        "unjournaled": unjournaled,
        "campaigns_journaled": campaigns,
        "noticed": news,
        "seconds": round(seconds, 1),
    }


async def _happen(target: Target, victim: Victim, pairs: list[Pair], loot: Loot, say: Say) -> list[str]:
    owner = Owner(target, victim)
    try:
        say("an owner signs in at home, as every morning")
        await owner.arrive()
        say(f"{len(pairs)} pairs are typed from {-(-len(pairs) // _AN_ADDRESS)} addresses")
        await _type_all(target, pairs, loot)
        return await owner.news()
    finally:
        await owner.leave()


async def _type_all(target: Target, pairs: list[Pair], loot: Loot) -> None:
    waiting = [pairs[n : n + _AN_ADDRESS] for n in range(0, len(pairs), _AN_ADDRESS)]
    numbered = iter(enumerate(waiting))

    async def worker() -> None:
        for number, share in numbered:
            guesser = Guesser(target, address(number), loot)
            for login, password in share:
                await guesser.guess(login, password)
            await guesser.leave()

    await asyncio.gather(*(worker() for _ in range(_AT_ONCE)))


def _bought(victims: list[Victim], count: int) -> list[Pair]:
    """What a list that is for sale holds: a few right pairs among old, invented and popular ones."""
    right = [(victim.login, victim.password or "") for victim in victims][: max(1, count // 20)]
    repeated = f"Pharmacie{secrets.randbelow(10_000)}!"
    popular = [(_login(n), repeated) for n in range(count // 10)]
    old = [(victims[n % len(victims)].login, secrets.token_urlsafe(9)) for n in range(count // 10)]
    invented = [
        (_login(count + n), secrets.token_urlsafe(9))
        for n in range(max(0, count - len(right) - len(popular) - len(old)))
    ]
    pairs = right + popular + old + invented
    random.Random(count).shuffle(pairs)  # noqa: S311  # an order, not a secret
    return pairs


def _login(number: int) -> str:
    return f"pharmacie.{number:05d}"
