"""Behind the victims' own address: thieves share a mobile carrier's address with nurses who are at work.

Has eight tokens, and a telephone of the same carrier. Hopes that the network is closed, and the nurses with
it. Must fail: who merely shares an address is named by no detector, and works on.
"""

from itertools import repeat

import numpy as np

from rempart.drills.attacks import ways
from rempart.drills.attacks.attack import Attack, Attacker, Script, together


def script(me: Attacker) -> Script:
    """Eight accounts, one after another, at an address that is busy anyway."""
    mobile = me.plan.cast.mobile[me.plan.cast.mobile >= 0]
    shared = int(np.bincount(mobile).argmax()) if len(mobile) else me.new_network()
    seat = {"network": shared, "device": me.new_device(), "channel": "api"}
    persons = iter(me.buy(1_000))
    return together(
        ways.read(
            me, int(account), persons, ways.drawn(me, ways.morning(me) + place, 120.0, 0.8), repeat(seat)
        )
        for place, account in enumerate(me.accounts)
    )


ATTACK = Attack(
    name="shared_address",
    title={
        "fr": "Derrière l’adresse des victimes",
        "en": "Behind the victims' own address",
    },
    accounts=8,
    detector="crowd",
    script=script,
    days=2.0,
    professions=("pharmacist", "doctor", "dentist"),
)
