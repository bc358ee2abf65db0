"""Card proofs replayed, relayed, stored, forged, or made by a programme beside a real terminal.

Has a software token and, each time, something more: proofs overheard at the counter; a line to a terminal
elsewhere; proofs signed in store; nothing but the format; or a programme beside a terminal with a card in it,
which signs whatever it is given. A proof is bound to account, person, minute and terminal, and good once.
"""

from collections.abc import Callable, Iterable, Iterator

from rempart.drills.attacks import ways
from rempart.drills.attacks.attack import CARD, MINUTE, SECOND, Attack, Attacker, Card, Script
from rempart.vocabulary.words import Meter

_OVERHEARD, _SOME = 12, 40


def replayed(me: Attacker) -> Script:
    """Overheard at the counter (the first use of each is the owner's), then twice more from elsewhere."""
    account, seat = int(me.accounts[0]), ways.elsewhere(me)
    patients = me.dice.permutation(me.panel(account))[:_OVERHEARD]
    at = ways.morning(me)
    for number, pair in enumerate(patients[: len(patients) // 2 * 2].reshape(-1, 2)):
        for repeated in range(3):
            for place, person in enumerate(pair):
                card = Card(nonce=1 << 40 | 2 * number + place, age=5.0 * repeated)
                where = seat if repeated else ways.HERE
                told = yield ways.about(me, at, account, int(person), where, proof=CARD, card=card)
                if ways.stopped(told):
                    return
                at += 5 * SECOND
        at += 10 * MINUTE


def stored(me: Attacker) -> Script:
    """Signed in advance: a good one, then three that are half an hour old."""
    return _each(me, lambda number: Card(age=0.0 if number % 4 == 0 else 1_800.0))


def skewed(me: Attacker) -> Script:
    """A clock set forward, so that a proof would last."""
    return _each(me, lambda number: Card(age=0.0 if number % 4 == 0 else -120.0))


def relayed(me: Attacker) -> Script:
    """Signed by a terminal of another organisation, over a line."""
    others = me.plan.cast.organisations.size
    mine = me.own_network(int(me.accounts[0]))
    return _each(me, lambda _: Card(terminal=(mine + 1) % others))


def forged(me: Attacker) -> Script:
    """Everything right but the signature."""
    return _each(me, lambda _: Card(genuine=False))


def malware(me: Attacker) -> Script:
    """A real terminal signs every few seconds, while its account is at work."""
    return _signed(me, ways.drawn(me, ways.morning(me), 7.0, 0.2))


def patient_malware(me: Attacker) -> Script:
    """The same at a counter's pace, as often as a day's proven limit gives: the dearest thing to steal."""
    account = int(me.accounts[0])
    return _signed(me, ways.office(me, account, float(me.budget(account, Meter.PROVEN)[2])))


def _signed(me: Attacker, moments: Iterable[int]) -> Script:
    account = int(me.accounts[0])
    for person, at in zip(me.buy(5_000), moments, strict=False):
        told = yield ways.about(me, at, account, int(person), proof=CARD)
        if ways.stopped(told):
            return


def _each(me: Attacker, card: Callable[[int], Card]) -> Script:
    account, seat = int(me.accounts[0]), ways.elsewhere(me)
    moments = ways.drawn(me, ways.morning(me), 45.0)
    for number, (person, at) in enumerate(zip(_some(me), moments, strict=False)):
        told = yield ways.about(me, at, account, person, seat, proof=CARD, card=card(number))
        if ways.stopped(told):
            return


def _some(me: Attacker) -> Iterator[int]:
    return (int(person) for person in me.buy(_SOME))


_UNSEEN = frozenset({"terminal_malware_slow"})
"""What no detector is known to see: the proven limits are what bounds it."""
_TITLES: dict[str, tuple[str, str, Callable[[Attacker], Script]]] = {
    "proof_replayed": ("Preuves de carte rejouées", "Card proofs replayed", replayed),
    "proof_stored": ("Preuves signées d’avance", "Proofs signed in store", stored),
    "proof_clock": ("Horloge avancée", "A clock set forward", skewed),
    "proof_relayed": ("Preuves d’un lecteur d’ailleurs", "Proofs from a terminal elsewhere", relayed),
    "proof_forged": ("Preuves fausses", "Forged proofs", forged),
    "terminal_malware": (
        "Programme caché à côté d’un vrai lecteur",
        "A programme beside a real terminal",
        malware,
    ),
    "terminal_malware_slow": (
        "Le même, au rythme d’un comptoir",
        "The same, at a counter's pace",
        patient_malware,
    ),
}
ATTACKS = tuple(
    Attack(
        name=name,
        title={"fr": french, "en": english},
        accounts=1,
        detector="" if name in _UNSEEN else "proofs",
        script=script,
        days=7.0 if name in _UNSEEN else 1.0,
        professions=("pharmacist",),
    )
    for name, (french, english, script) in _TITLES.items()
)
