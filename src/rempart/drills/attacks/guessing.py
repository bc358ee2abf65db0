"""Random numbers: well formed, of real communes and months, of nobody in particular.

Knows the shape of a number, the communes' codes and, which nobody has, every birth date. Pads each guess
with nothing: it has no patients. Pauses are drawn.
"""

from collections.abc import Iterator
from itertools import repeat

import numpy as np

from rempart.drills.attacks import ways
from rempart.drills.attacks.attack import Attack, Attacker, Script


def script(me: Attacker) -> Script:
    """A commune and month like somebody's, an order number at random."""
    account = int(me.accounts[0])
    moments = ways.drawn(me, ways.morning(me), 60.0)
    return ways.read(me, account, _guesses(me), moments, repeat(ways.elsewhere(me)))


def _guesses(me: Attacker) -> Iterator[np.void]:
    while True:
        number = me.plan.population.numbers[me.dice.integers(me.plan.population.size)].copy()
        number["order"] = me.dice.integers(1, 1000)
        yield number


ATTACK = Attack(
    name="guessing",
    title={"fr": "Numéros au hasard", "en": "Numbers at random"},
    accounts=1,
    detector="misses",
    script=script,
    professions=("pharmacist", "doctor", "nurse"),
)
