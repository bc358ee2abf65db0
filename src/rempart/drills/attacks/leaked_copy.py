"""A copy of the base's numbers, sold on: forty accounts confirm it, each asking for very little.

Has forty tokens and a list that came out of the base itself, decoys included, which nobody can tell apart.
Each account stays at its owner's place and hours, and asks for four a day.
"""

from rempart.drills.attacks import ways
from rempart.drills.attacks.attack import Attack, Attacker, Script, together


def script(me: Attacker) -> Script:
    """One list, dealt out."""
    persons = iter(me.buy(2_000))
    return together(
        ways.read(me, int(account), persons, ways.office(me, int(account), 4.0)) for account in me.accounts
    )


ATTACK = Attack(
    name="leaked_copy",
    title={
        "fr": "Copie de la base, vérifiée par 40 comptes",
        "en": "A copy of the base, confirmed by 40 accounts",
    },
    accounts=40,
    detector="decoy",
    script=script,
    days=5.0,
    addresses=40,
)
