"""Slow and low: about 700 persons a month, at the hours of the owner, from the owner's own computer.

Has a programme on the practice's computer: its network, its device, its software's token. Buys a list of the
same department. Knows how long each restriction lasts and is back when it has ended.
"""

from rempart.drills.attacks import ways
from rempart.drills.attacks.attack import Attack, Attacker, Script

PERSONS = 700


def script(me: Attacker) -> Script:
    """Office hours only, never twice in one place."""
    account = int(me.accounts[0])
    persons = me.buy(PERSONS, department=int(me.plan.cast.department[account]))
    works = me.plan.cast.works[account]
    at_work = sum(works[day.weekday()].max() >= 0 for day in ways.days(me))
    return ways.read(me, account, persons, ways.office(me, account, PERSONS / max(1, at_work)), patient=True)


ATTACK = Attack(
    name="slow_and_low",
    title={"fr": "Lent et discret : 700 personnes par mois", "en": "Slow and low: 700 persons a month"},
    accounts=1,
    detector="odometer",
    script=script,
    days=30.0,
    wanted=PERSONS,
    professions=("pharmacist", "doctor"),
)
