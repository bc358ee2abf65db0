"""The same few persons, asked for by many: celebrities, or a list that every stolen account must confirm.

Has twelve accounts of twelve organisations. Each asks for the same eight persons, a few a day, at its owner's
place and hours, and for nobody else.
"""

from rempart.drills.attacks import ways
from rempart.drills.attacks.attack import Attack, Attacker, Script, together

_PERSONS = 8


def script(me: Attacker) -> Script:
    """Each account in an order of its own."""
    persons = me.buy(_PERSONS)
    return together(
        ways.read(me, int(account), me.dice.permutation(persons), ways.office(me, int(account), 4.0))
        for account in me.accounts
    )


ATTACK = Attack(
    name="celebrities",
    title={"fr": "Les mêmes personnes, par douze comptes", "en": "The same persons, by twelve accounts"},
    accounts=12,
    detector="campaign",
    script=script,
    days=4.0,
    addresses=12,
    wanted=_PERSONS,
)
