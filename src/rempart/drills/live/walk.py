"""The next order number, and the next: one stolen account walks up from a number it knows.

Has a software's token, one real person's number and birth date. Knows how numbers are given out, and asks
only four questions in ten seconds, so that no rate alarm hears it.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from rempart.drills.live.bot import Question
from rempart.drills.live.run import Live
from rempart.drills.live.run import run as run_live
from rempart.drills.tally import Person
from rempart.drills.target import Target, Victim

_ORDERS = 999


def _questions(aim: Target, victims: Sequence[Victim]) -> Iterator[Question]:
    known = aim.persons[0]
    stem, order = known.nir[:10], int(known.nir[10:13])
    for step in range(_ORDERS):
        number = f"{stem}{(order - 1 + step) % _ORDERS + 1:03d}"
        yield Question(victims[0], "127.0.3.1", known if step == 0 else Person(number, known.birth_date))


LIVE = Live("walk", accounts=1, pace=0.4, questions=_questions)


def run(aim: Target, say: Callable[[str], None], **how: Any) -> dict[str, Any]:
    """The figures."""
    return run_live(LIVE, aim, say, **how)
