"""Fifty accounts from a botnet of 250 machines, each account far below its limits.

Has fifty software tokens and one list. Each question comes from another machine; pauses are drawn, hours are
the owner's. Stopped on one account, it leaves that one and spreads its list over the others.
"""

from collections.abc import Iterator

from rempart.drills.attacks import ways
from rempart.drills.attacks.attack import Attack, Attacker, Script, together

_NODES = 250
_A_DAY = 12.0


def script(me: Attacker) -> Script:
    """One list, whoever is free takes the next person."""
    nodes = [ways.elsewhere(me) for _ in range(_NODES)]
    persons = iter(me.buy(5_000))

    def seats() -> Iterator[ways.Seat]:
        while True:
            yield nodes[me.dice.integers(_NODES)]

    return together(
        ways.read(me, int(account), persons, ways.office(me, int(account), _A_DAY), seats())
        for account in me.accounts
    )


ATTACK = Attack(
    name="botnet",
    title={"fr": "50 comptes depuis 250 machines", "en": "50 accounts from 250 machines"},
    accounts=50,
    detector="scatter",
    script=script,
    days=5.0,
    addresses=_NODES,
)
