"""A stolen session: the whole cookie jar, used from the thief's own address while the owner is at work.

Has session and device mark, so that the device is no new one; not the place, not a factor. (That a session
alone opens nothing elsewhere is `rempart drill session-theft`; here the place has been got round.)
"""

from itertools import repeat

from rempart.drills.attacks import ways
from rempart.drills.attacks.attack import Attack, Attacker, Script


def script(me: Attacker) -> Script:
    """By hand, beside the owner's work, for as long as the session lasts."""
    account = int(me.accounts[0])
    seat = {"network": me.new_network(), "channel": "page"}
    return ways.read(me, account, me.buy(500), ways.drawn(me, ways.morning(me), 70.0), repeat(seat))


ATTACK = Attack(
    name="stolen_session",
    title={"fr": "Session volée", "en": "Stolen session"},
    accounts=1,
    detector="novelty",
    script=script,
    days=1.0,
    professions=("doctor", "dentist", "pharmacist"),
)
