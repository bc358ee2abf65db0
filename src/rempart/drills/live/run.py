"""One live attack: find the demonstration's stolen accounts, let the bot loose, then ask what was seen."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rempart.drills import ledger
from rempart.drills.judge import missing
from rempart.drills.live.bot import Bot, Course, Question
from rempart.drills.live.desk import Desk
from rempart.drills.target import PREY, Target, Victim

Questions = Callable[[Target, Sequence[Victim]], Iterator[Question]]


@dataclass(frozen=True, slots=True)
class Live:
    """What one live attack is. `detector` is the one it must wake."""

    detector: str
    accounts: int
    pace: float
    """Questions a second, all accounts together: below what any limiter by rate notices."""
    questions: Questions
    seconds: float = 90.0


def run(live: Live, aim: Target, say: Callable[[str], None], seconds: float | None = None) -> dict[str, Any]:
    """The attacker's figures, then operations'. Raises NothingRunsError."""
    with ledger.opened(aim.data) as book:
        desk = Desk(book)
        desk.require_watch()
        victims = desk.untouched(aim.victims(PREY), live.accounts)
        asked = list(live.questions(aim, victims))
        say(f"{live.detector}: {live.accounts} stolen account(s), {live.pace:g} questions a second")
        began = book.now()
        course = asyncio.run(Bot(aim.api, live.pace, seconds or live.seconds).run(asked, live.accounts))
        numbers = book.accounts([victim.login for victim in victims])
        entries = book.entries(course.tally.references)
        return _attackers(live, course) | {
            "unjournaled": missing(course.tally.references, entries, numbers),
            **desk.saw(began, victims, sorted({question.source for question in asked})),
        }


def _attackers(live: Live, course: Course) -> dict[str, Any]:
    first = min(course.contained.values(), default=None)
    last = max(course.contained.values(), default=None)
    return {
        "drill": live.detector,
        "accounts": live.accounts,
        "accounts_contained": len(course.contained),
        "lookups": course.tally.lookups,
        "persons_exposed": len(course.tally.exposed),
        "seconds_to_first_containment": None if first is None else round(first, 2),
        "seconds_to_containment": round(last, 2) if last and len(course.contained) == live.accounts else None,
        "refusals": dict(course.tally.refusals),
        "seconds": round(course.seconds, 1),
    }
