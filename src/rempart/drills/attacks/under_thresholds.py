"""One under every published threshold: as much as can be had for a month without a single signal.

Has a programme on the practice's computer and reads the detectors' limits as published. Pads each stranger
with a patient whom the practice knows, asks at the owner's hours beside the owner's own questions, and
never for more in a day than the narrowest threshold leaves. What leaves then is the figure that counts.
"""

from collections.abc import Iterator, Mapping
from itertools import chain

import numpy as np

from rempart.drills.attacks import ways
from rempart.drills.attacks.attack import Attack, Attacker, Script

_DAYS_OF_WORK = 26
_EVERY_DAY = (("peers", "persons"), ("pace", "run"), ("off_hours", "persons"))


def script(me: Attacker) -> Script:
    """A stranger, a known patient, a stranger."""
    account = int(me.accounts[0])
    strangers = me.buy(1_000, department=int(me.plan.cast.department[account]))
    moments = ways.beside_the_owner(me, account, 2 * a_day(me.thresholds))
    return ways.read(me, account, _padded(strangers, me.panel(account)), moments, patient=True)


def a_day(thresholds: Mapping[str, Mapping[str, float]]) -> int:
    """Strangers a day, one under the narrowest threshold there is."""
    odometer = thresholds.get("odometer", {})
    most = [thresholds[name][limit] - 1 for name, limit in _EVERY_DAY if limit in thresholds.get(name, {})]
    month = odometer.get("month", np.inf) - 1
    most += [odometer.get("spare", np.inf), month / _DAYS_OF_WORK]
    return max(1, int(min(most)))


def _padded(strangers: np.ndarray, patients: np.ndarray) -> Iterator[int]:
    if not len(patients):
        return iter(strangers)
    pairs = ((stranger, patients[place % len(patients)]) for place, stranger in enumerate(strangers))
    return chain.from_iterable(pairs)


ATTACK = Attack(
    name="under_thresholds",
    title={"fr": "Juste sous chaque seuil publié", "en": "Just under every published threshold"},
    accounts=1,
    detector="",
    script=script,
    days=30.0,
    professions=("pharmacist",),
)
