"""2024 again: one phished professional, a bot that reads pages from two addresses over a weekend.

Has login, password and a code typed by the victim, once at each address: two devices that the account never
used. The patient one knows that such a device needs the card for 48 hours, signs in on the Thursday before,
and reads like a person from Saturday on.
"""

from itertools import cycle

from rempart.drills.attacks import ways
from rempart.drills.attacks.attack import DAY, HOUR, Attack, Attacker, Script


def at_once(me: Attacker) -> Script:
    """Signs in on Saturday, and takes what the overdraft gives until Monday."""
    seats = [ways.elsewhere(me, "page") for _ in range(2)]
    moments = ways.drawn(me, ways.saturday(me) + 8 * HOUR, 30.0)
    return ways.read(me, int(me.accounts[0]), me.buy(5_000), moments, cycle(seats), patient=True)


def prepared(me: Attacker) -> Script:
    """One question on each device two days before, so that both are known by Saturday."""
    account, seats = int(me.accounts[0]), [ways.elsewhere(me, "page") for _ in range(2)]
    persons, saturday = me.buy(5_000), ways.saturday(me)
    first = max(ways.morning(me), saturday - 2 * DAY + 7 * HOUR)
    for number, seat in enumerate(seats):
        yield ways.about(me, first + number * 60_000_000, account, persons[number], seat)
    moments = ways.drawn(me, max(saturday, first + 2 * DAY) + 2 * HOUR, 75.0)
    yield from ways.read(me, account, persons[2:], moments, cycle(seats), patient=True)


ATTACKS = (
    Attack(
        name="weekend",
        title={"fr": "2024, rejoué : un week-end", "en": "2024 replayed: over a weekend"},
        accounts=1,
        detector="novelty",
        script=at_once,
        days=8.0,
        addresses=2,
        professions=("pharmacist",),
    ),
    Attack(
        name="weekend_prepared",
        title={
            "fr": "2024, préparé : appareils connus avant le samedi",
            "en": "2024 prepared: devices known before Saturday",
        },
        accounts=1,
        detector="off_hours",
        script=prepared,
        days=8.0,
        addresses=2,
        professions=("doctor",),
    ),
)
