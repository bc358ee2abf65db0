"""Slow and low: about 700 persons a month, at the hours of the owner, from the owner's own computer.

Has a programme on the practice's computer: its network, its device, its software's token. Buys a list of the
same department. Knows how long each restriction lasts and is back when it has ended.
"""

from rempart.drills.attacks import ways
from rempart.drills.attacks.attack import Attack, Attacker, Script

A_DAY = 27.0
"""Of 26 days of work in a month."""


def script(me: Attacker) -> Script:
    """Office hours only, never twice in one place."""
    account = int(me.accounts[0])
    persons = me.buy(1_000, department=int(me.plan.cast.department[account]))
    return ways.read(me, account, persons, ways.office(me, account, A_DAY), patient=True)


ATTACK = Attack(
    name="slow_and_low",
    title={"fr": "Lent et discret : 700 personnes par mois", "en": "Slow and low: 700 persons a month"},
    accounts=1,
    detector="odometer",
    script=script,
    days=30.0,
    wanted=700,
    professions=("pharmacist", "doctor"),
)
