"""Why a restriction is in force, in words for whom it holds: true, and coarse.

An exact threshold, or which trap was touched, would teach a thief more than it tells a professional: many
causes share one sentence, and the exact facts stand in the alert, for operations and for an appeal.
"""

_NUMBERS = {
    "fr": "Les consultations sans carte de ce compte ne ressemblent pas à celles de son activité.",
    "en": "This account's look-ups without a card are unlike those of its work.",
}
_RHYTHM = {
    "fr": "Le nombre, le rythme ou l'heure des consultations de ce compte sort de l'habitude.",
    "en": "The number, the pace or the hour of this account's look-ups is out of the ordinary.",
}
_CONTEXT = {
    "fr": "Ce compte est employé d'un poste, d'un réseau ou pour des lieux inhabituels.",
    "en": "This account is used from a device, from a network or for places that are unusual for it.",
}
_CROWD = {
    "fr": "Le même signe a été vu sur plusieurs comptes à la fois.",
    "en": "The same sign was seen on several accounts at once.",
}
_PROOF = {
    "fr": "Des lectures de carte de ce compte ne concordent pas.",
    "en": "Readings of cards by this account do not agree.",
}
_HOLDER = {
    "fr": "Le titulaire du compte a signalé un usage qui n'est pas le sien.",
    "en": "The account's holder reported a use that is not theirs.",
}
_PEOPLE = {"fr": "Décision de l'exploitation.", "en": "Decided by operations."}

_CAUSES = {
    "pace": _RHYTHM,
    "off_hours": _RHYTHM,
    "odometer": _RHYTHM,
    "unusual_pace": _RHYTHM,
    "novelty": _CONTEXT,
    "scatter": _CONTEXT,
    "geography": _CONTEXT,
    "unknown_device": _CONTEXT,
    "campaign": _CROWD,
    "crowd": _CROWD,
    "proofs": _PROOF,
    "holder_reports": _HOLDER,
    "order_walk": _NUMBERS,
}
"""A detector's name, or the code that an operator chose → words. A detector that is not here: numbers."""


def causes(reason: str, author: str, language: str) -> list[str]:
    """The sentences for a restriction's reason, which begins `detection:` or with an operator's code."""
    code, _colon, rest = reason.partition(":")
    if author == "detector":
        found = [_CAUSES.get(name.strip(), _NUMBERS) for name in rest.split(",")]
    else:
        found = [_CAUSES.get(code.strip(), _PEOPLE)]
    return list(dict.fromkeys(one[language] for one in found))
