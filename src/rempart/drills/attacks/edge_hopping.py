"""The windows' edges: one minute's limit in its last second, the next one's in its first; then a colleague.

Has the tokens of three colleagues. Knows that windows slide by buckets of five seconds, and that an
organisation's limit is three accounts' worth: what one account may not ask, the next one does.
"""

from rempart.drills.attacks import ways
from rempart.drills.attacks.attack import MINUTE, SECOND, Attack, Attacker, Script

_ROUNDS = 60


def script(me: Attacker) -> Script:
    """Two minutes' worth at one edge, with one account after the other, every five minutes."""
    seat, persons = ways.elsewhere(me), iter(me.buy(5_000))
    given_up: set[int] = set()
    for number in range(_ROUNDS):
        account = int(me.accounts[number % len(me.accounts)])
        if account in given_up:
            continue
        edge = ways.morning(me) + (number + 1) * 5 * MINUTE
        limit = me.budget(account)[0]
        moments = [edge - SECOND] * limit + [edge + MINUTE - 4 * SECOND] * limit
        for at, person in zip(_spaced(moments), persons, strict=False):
            told = yield ways.about(me, at, account, int(person), seat)
            if ways.stopped(told):
                given_up.add(account)
                break
        if len(given_up) == len(me.accounts):
            return


def _spaced(moments: list[int]) -> list[int]:
    """A tenth of a second apart."""
    return [at + place * SECOND // 10 for place, at in enumerate(moments)]


ATTACK = Attack(
    name="edge_hopping",
    title={
        "fr": "Au bord des fenêtres, d’un collègue à l’autre",
        "en": "At the windows' edges, from colleague to colleague",
    },
    accounts=3,
    detector="pace",
    script=script,
    days=1.0,
    professions=("pharmacist", "doctor", "nurse"),
    one_organisation=True,
)
