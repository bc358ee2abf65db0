"""An account taken over: by its mailbox, by a factor worn down, or by a new factor enrolled in its name.

Has a session on a device of its own, past the second factor; for 48 hours such a device needs the patient's
card. (How it came in, and that it does not: `rempart drill reset-takeover`, `factor-fatigue`,
`fraudulent-enrolment`, `stuffing`.) One uses the overdraft at once and stays, the other keeps still first.
"""

from itertools import repeat

from rempart.drills.attacks import ways
from rempart.drills.attacks.attack import DAY, Attack, Attacker, Script


def at_once(me: Attacker) -> Script:
    """What the overdraft gives, and more once the card is no longer asked for."""
    account = int(me.accounts[0])
    moments = ways.drawn(me, ways.morning(me), 90.0)
    return ways.read(me, account, me.buy(2_000), moments, repeat(ways.elsewhere(me, "page")), patient=True)


def keeps_still(me: Attacker) -> Script:
    """One question, then two days of nothing: the owner who reads no notice loses the advantage."""
    account, seat, persons = int(me.accounts[0]), ways.elsewhere(me, "page"), me.buy(2_000)
    yield ways.about(me, ways.morning(me), account, persons[0], seat)
    moments = ways.drawn(me, ways.morning(me) + 2 * DAY, 90.0)
    yield from ways.read(me, account, persons[1:], moments, repeat(seat))


ATTACKS = (
    Attack(
        name="reset_takeover",
        title={"fr": "Compte repris par sa boîte aux lettres", "en": "Account taken over by its mailbox"},
        accounts=1,
        detector="novelty",
        script=at_once,
        days=4.0,
    ),
    Attack(
        name="enrolled_factor",
        title={
            "fr": "Nouveau facteur inscrit, puis deux jours de silence",
            "en": "A new factor enrolled, then two days of silence",
        },
        accounts=1,
        detector="novelty",
        script=keeps_still,
        days=4.0,
    ),
)
