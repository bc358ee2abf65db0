"""One stolen account through residential proxies: each question comes from another address.

Has a software's token, a bought list, and an address of another carrier for each question (127.10.0.1,
127.11.0.1 and on). A limit for each address never counts more than one.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from rempart.drills.live.bot import Question
from rempart.drills.live.run import Live
from rempart.drills.live.run import run as run_live
from rempart.drills.target import Target, Victim

_ADDRESSES = 240


def _questions(aim: Target, victims: Sequence[Victim]) -> Iterator[Question]:
    for number, person in enumerate(reversed(aim.persons)):
        yield Question(victims[0], f"127.{10 + number % _ADDRESSES}.0.1", person)


LIVE = Live("scatter", accounts=1, pace=0.06, questions=_questions, seconds=240.0)


def run(aim: Target, say: Callable[[str], None], **how: Any) -> dict[str, Any]:
    """The figures."""
    return run_live(LIVE, aim, say, **how)
