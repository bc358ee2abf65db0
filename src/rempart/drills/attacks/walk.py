"""The order walk: the next number, and the next. Alone, or dealt out over several accounts.

Knows how numbers are given out and, which is more than most have, every birth date. The second deals one
commune's numbers out to six accounts of six organisations and shuffles them, so that no account walks.
"""

from itertools import cycle, repeat

import numpy as np

from rempart.drills.attacks import ways
from rempart.drills.attacks.attack import Attack, Attacker, Script, together

_ORDERS = 999


def alone(me: Attacker) -> Script:
    """Up from a person it knows."""
    account = int(me.accounts[0])
    return ways.read(
        me, account, _numbers(me, 400), ways.drawn(me, ways.morning(me), 40.0), repeat(ways.elsewhere(me))
    )


def dealt_out(me: Attacker) -> Script:
    """The same numbers, shuffled, each account from its own place at its own hours."""
    numbers = cycle(me.dice.permutation(_numbers(me, 300)))
    return together(
        ways.read(me, int(account), numbers, ways.office(me, int(account), 25.0)) for account in me.accounts
    )


def _numbers(me: Attacker, count: int) -> np.ndarray:
    """The known person's, and those that follow it in the same commune and month."""
    known = me.people.number(me.buy(1))[0]
    numbers = np.repeat(np.array([known]), count)
    numbers["order"] = (known["order"] - 1 + np.arange(count)) % _ORDERS + 1
    return numbers


ATTACKS = (
    Attack(
        name="walk",
        title={"fr": "Numéros l’un après l’autre", "en": "One number after another"},
        accounts=1,
        detector="walk",
        script=alone,
        professions=("pharmacist", "doctor"),
    ),
    Attack(
        name="walk_dealt_out",
        title={
            "fr": "Numéros voisins répartis sur six comptes",
            "en": "Neighbouring numbers dealt out over six accounts",
        },
        accounts=6,
        detector="walk",
        script=dealt_out,
        days=3.0,
        addresses=6,
    ),
)
