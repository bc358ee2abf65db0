"""Insiders: the account's own holder, at the usual place and hours, past every factor.

One looks at neighbours and acquaintances, one or two a day: too few to be told from work by any count; the
person asked about is told, and the holder's colleagues see it. The other takes what a day's limits give.
"""

from rempart.drills.attacks import ways
from rempart.drills.attacks.attack import Attack, Attacker, Script


def acquaintances(me: Attacker) -> Script:
    """People of the department who are no patients, between the day's own work."""
    account = int(me.accounts[0])
    persons = me.buy(60, department=int(me.plan.cast.department[account]))
    return ways.read(me, account, persons, ways.beside_the_owner(me, account, 1), patient=True)


def bulk(me: Attacker) -> Script:
    """Up to the day's limit, spread over the day."""
    account = int(me.accounts[0])
    a_day = float(me.budget(account)[2])
    persons = me.buy(2_000, department=int(me.plan.cast.department[account]))
    return ways.read(me, account, persons, ways.office(me, account, a_day), patient=True)


ATTACKS = (
    Attack(
        name="insider_acquaintances",
        title={"fr": "Curieux : connaissances et voisins", "en": "Insider: acquaintances and neighbours"},
        accounts=1,
        detector="",
        script=acquaintances,
        days=30.0,
        wanted=60,
        professions=("pharmacist", "nurse", "doctor"),
    ),
    Attack(
        name="insider_bulk",
        title={"fr": "Professionnel qui revend", "en": "Insider in bulk"},
        accounts=1,
        detector="peers",
        script=bulk,
        days=7.0,
        professions=("pharmacist", "doctor"),
    ),
)
