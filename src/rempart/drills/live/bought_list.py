"""A bought list of real persons, every question a hit: one stolen account, at a counter's pace.

Has a software's token and numbers with their birth dates. Never misses, so that no count of misses helps;
nobody it asks about is there, so no card is read and no care follows.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from rempart.drills.live.bot import Question
from rempart.drills.live.run import Live
from rempart.drills.live.run import run as run_live
from rempart.drills.target import Target, Victim


def _questions(aim: Target, victims: Sequence[Victim]) -> Iterator[Question]:
    persons = list(aim.persons)
    random.SystemRandom().shuffle(persons)
    for person in persons:
        yield Question(victims[0], "127.0.3.2", person)


LIVE = Live("bought_list", accounts=1, pace=0.04, questions=_questions, seconds=600.0)


def run(aim: Target, say: Callable[[str], None], **how: Any) -> dict[str, Any]:
    """The figures."""
    return run_live(LIVE, aim, say, **how)
