"""A bought list: every look-up finds a real person, from all over the country.

Has a software token and numbers with birth dates. The plain one reads at a counter's pace from its own
address. The padded one sits on the practice's computer and asks for one of the practice's own patients
between any two of its list; the sorted one bought persons of the practice's own department only.
"""

from itertools import chain, repeat

from rempart.drills.attacks import ways
from rempart.drills.attacks.attack import Attack, Attacker, Script

_LIST = 500


def plain(me: Attacker) -> Script:
    """One after another, at drawn pauses."""
    moments = ways.drawn(me, ways.morning(me), 240.0)
    return ways.read(me, int(me.accounts[0]), me.buy(_LIST), moments, repeat(ways.elsewhere(me)))


def padded(me: Attacker) -> Script:
    """A stranger, a patient, a stranger, at the owner's hours."""
    account = int(me.accounts[0])
    patients = me.dice.choice(me.panel(account), _LIST)
    wanted = chain.from_iterable(zip(me.buy(_LIST), patients, strict=False))
    return ways.read(me, account, wanted, ways.office(me, account, 40.0), patient=True)


def sorted_by_place(me: Attacker) -> Script:
    """Strangers who might well be patients, a few an hour."""
    account = int(me.accounts[0])
    persons = me.buy(_LIST, department=int(me.plan.cast.department[account]))
    return ways.read(me, account, persons, ways.office(me, account, 20.0), repeat(ways.elsewhere(me)))


ATTACKS = (
    Attack(
        name="bought_list",
        title={"fr": "Liste achetée", "en": "Bought list"},
        accounts=1,
        detector="bought_list",
        script=plain,
        wanted=_LIST,
        professions=("pharmacist", "doctor"),
    ),
    Attack(
        name="bought_list_padded",
        title={
            "fr": "Liste achetée, mêlée aux vrais patients",
            "en": "Bought list, mixed with real patients",
        },
        accounts=1,
        detector="geography",
        script=padded,
        days=7.0,
        wanted=_LIST,
        professions=("pharmacist", "doctor"),
    ),
    Attack(
        name="bought_list_local",
        title={"fr": "Liste achetée, du département", "en": "Bought list, of the same department"},
        accounts=1,
        detector="novelty",
        script=sorted_by_place,
        days=5.0,
        wanted=_LIST,
        professions=("pharmacist", "doctor"),
    ),
)
