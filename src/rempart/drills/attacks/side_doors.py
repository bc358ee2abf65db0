"""Side doors: the wide purpose of a hospital's desk, and retries that name somebody else under the same key.

There is no search by name, no export and no batch of many persons in one look-up: what is left is the widest
answer there is, with a desk's large limits, and the key that makes a retry free. Has a desk's token.
"""

from rempart.drills.attacks import ways
from rempart.drills.attacks.attack import SECOND, Attack, Attacker, Script
from rempart.drills.honest.asks import PURPOSES


def script(me: Attacker) -> Script:
    """An admission, then the same key for two other persons."""
    account, seat = int(me.accounts[0]), ways.elsewhere(me)
    moments = ways.drawn(me, ways.morning(me, 7.0), 12.0, 0.3)
    persons = me.buy(6_000).reshape(-1, 3)
    for key, (trio, at) in enumerate(zip(persons, moments, strict=False), 1):
        for place, person in enumerate(trio):
            move = ways.about(me, at + place * SECOND, account, int(person), seat)
            move.asks["purpose"] = PURPOSES.index("admission")
            move.asks["repeat"] = 1_000_000_000 + key
            told = yield move
            if ways.stopped(told):
                return


ATTACK = Attack(
    name="side_doors",
    title={
        "fr": "Portes latérales : admission, répétitions",
        "en": "Side doors: admissions and repeated requests",
    },
    accounts=1,
    detector="bought_list",
    script=script,
    days=1.0,
    professions=("hospital_desk",),
)
