"""One account through residential proxies: each look-up comes from an address never seen before.

Has one software token and as many addresses as it pays for. A limit for each address never counts past one.
"""

from collections.abc import Iterator

from rempart.drills.attacks import ways
from rempart.drills.attacks.attack import Attack, Attacker, Script

_ADDRESSES = 200


def script(me: Attacker) -> Script:
    """Slower than any alarm by rate, at working hours."""
    account = int(me.accounts[0])

    def seats() -> Iterator[ways.Seat]:
        while True:
            yield ways.elsewhere(me)

    moments = ways.drawn(me, ways.morning(me), 150.0, 0.8)
    return ways.read(me, account, me.buy(_ADDRESSES), moments, seats(), patient=True)


ATTACK = Attack(
    name="residential_proxies",
    title={"fr": "Un compte, une adresse par consultation", "en": "One account, an address for each look-up"},
    accounts=1,
    detector="scatter",
    script=script,
    days=3.0,
    addresses=_ADDRESSES,
    wanted=_ADDRESSES,
    professions=("doctor", "pharmacist"),
)
