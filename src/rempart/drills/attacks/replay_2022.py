"""2022 again: nineteen accounts, bought or reset; a program that asks as fast as the budgets let it.

Has nineteen software tokens, six addresses, a list of any length. Knows every limit: told to wait, it waits
for exactly that long and goes on; stopped on one account, it goes on with the others.
"""

from itertools import repeat

from rempart.drills.attacks import ways
from rempart.drills.attacks.attack import Attack, Attacker, Script, together

_ADDRESSES = 6


def script(me: Attacker) -> Script:
    """All accounts at once, one list."""
    places = [ways.elsewhere(me) for _ in range(_ADDRESSES)]
    persons = iter(me.buy(20_000))
    return together(
        ways.read(
            me,
            int(account),
            persons,
            ways.drawn(me, ways.morning(me) + place, 1.0, 0.3),
            repeat(places[place % _ADDRESSES]),
        )
        for place, account in enumerate(me.accounts)
    )


ATTACK = Attack(
    name="replay_2022",
    title={"fr": "2022, rejoué : 19 comptes piratés", "en": "2022 replayed: 19 hijacked accounts"},
    accounts=19,
    detector="pace",
    script=script,
    addresses=_ADDRESSES,
    professions=("pharmacist",),
)
