"""A software vendor's server drives the practices that trust it: five hundred then, one in ten of them here.

Has what the vendor's server holds: fifty practices' tokens, and one address in a data centre. Each practice
is asked for little; the list is long.
"""

from itertools import repeat

from rempart.drills.attacks import ways
from rempart.drills.attacks.attack import Attack, Attacker, Script, together


def script(me: Attacker) -> Script:
    """All of them during office hours, from the vendor's address."""
    seat = {"network": me.new_network(), "channel": "api"}
    persons = iter(me.buy(20_000))
    return together(
        ways.read(me, int(account), persons, ways.office(me, int(account), 15.0), repeat(seat))
        for account in me.accounts
    )


ATTACK = Attack(
    name="vendor",
    title={"fr": "Serveur d’un éditeur de logiciel", "en": "A software vendor's server"},
    accounts=50,
    detector="crowd",
    script=script,
    days=3.0,
)
