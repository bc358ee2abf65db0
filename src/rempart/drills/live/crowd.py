"""Several stolen accounts, one after another, behind one address: a campaign run from one machine.

Has eight software's tokens of eight pharmacies and a bought list. Each account stays far below its own
limits; only together are they seen.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from rempart.drills.live.bot import Question
from rempart.drills.live.run import Live
from rempart.drills.live.run import run as run_live
from rempart.drills.target import Target, Victim


def _questions(aim: Target, victims: Sequence[Victim]) -> Iterator[Question]:
    for number, person in enumerate(aim.persons):
        yield Question(victims[number % len(victims)], "127.0.6.1", person)


LIVE = Live("crowd", accounts=8, pace=0.5, questions=_questions, seconds=150.0)


def run(aim: Target, say: Callable[[str], None], **how: Any) -> dict[str, Any]:
    """The figures."""
    return run_live(LIVE, aim, say, **how)
