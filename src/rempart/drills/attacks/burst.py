"""Everything at one instant: sixty-four look-ups race one account's count, and again a minute later.

Has a software token and as many connections as it likes. Hopes that a count is read before it is written.
(The same with card proofs and the real gate: `rempart drill race`.)
"""

import numpy as np

from rempart.drills.attacks import ways
from rempart.drills.attacks.attack import MINUTE, Attack, Attacker, Move, Script

_PARALLEL, _BURSTS = 64, 30


def script(me: Attacker) -> Script:
    """Burst after burst, until the card is asked for."""
    account, seat, at = int(me.accounts[0]), ways.elsewhere(me), ways.morning(me)
    for persons in me.buy(_PARALLEL * _BURSTS).reshape(_BURSTS, _PARALLEL):
        moves = [ways.about(me, at, account, int(person), seat) for person in persons]
        told = yield Move(np.concatenate([move.asks for move in moves]))
        if ways.stopped(told[-1:]):
            return
        at += MINUTE + 5_000_000


ATTACK = Attack(
    name="burst",
    title={"fr": "64 consultations au même instant", "en": "64 look-ups at the same instant"},
    accounts=1,
    detector="pace",
    script=script,
    days=1.0,
    professions=("pharmacist",),
)
