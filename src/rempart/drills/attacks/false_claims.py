"""False claims: what is looked up is billed too, so that it looks explained.

Has a programme on the practice's computer, and the practice's billing software. Asks for a few persons of the
department a day and files a claim for each. A claim without proof explains nothing: these stay owed.
"""

from rempart.drills.attacks import ways
from rempart.drills.attacks.attack import Attack, Attacker, Script


def script(me: Attacker) -> Script:
    """Three a day, at the owner's hours."""
    account = int(me.accounts[0])
    persons = me.buy(200, department=int(me.plan.cast.department[account]))
    return ways.read(me, account, persons, ways.beside_the_owner(me, account, 3), patient=True)


ATTACK = Attack(
    name="false_claims",
    title={"fr": "Fausses factures pour tout expliquer", "en": "False claims to explain everything"},
    accounts=1,
    detector="debt",
    script=script,
    days=30.0,
    wanted=200,
    professions=("pharmacist", "doctor", "dentist"),
)
