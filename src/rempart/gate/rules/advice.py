"""What to do next, in words for a person at a counter: one text for each reason and language.

Machines read the reason; people read the advice. A test holds every reason to a text in both.
"""

from rempart.vocabulary.words import Assurance, Reason

HOW: dict[str, tuple[str, ...]] = {
    Reason.STEP_UP: ("confirm_software", "card", "present"),
    Reason.CARD_REQUIRED: ("card", "present"),
    Reason.NETWORK: ("card",),
    Reason.BIRTH_RANK: ("birth_rank",),
    Reason.LIMIT_NETWORK: ("card", "present"),
    Reason.BREAKER: ("card", "present"),
    Reason.LIMIT_ACCOUNT: ("card", "present"),
    Reason.LIMIT_ORGANISATION: ("card", "present"),
    Reason.CLOCK: ("card",),
}
"""The ways out for software, in the order in which to offer them."""

HOW_ON_A_PAGE: dict[str, tuple[str, ...]] = {
    Reason.STEP_UP: ("passkey", "second_factor", "card", "present"),
}
"""Where they differ for somebody who sits before a page."""

OWN_CARD = ("professional_card", "pro_sante_connect")
"""What ends a detector's demand for the card, besides its end: the professional's own."""

TIGHTENED = {
    "fr": "Pour tous, les consultations sans carte sont réduites pour l'instant.",
    "en": "For everybody, look-ups without a card are reduced for the moment.",
}
"""Added to a limit's advice while the detectors are silent."""

HOW_TO_STEP_UP: dict[int, tuple[str, ...]] = {
    2: ("second_factor", "passkey"),
    3: ("professional_card", "pro_sante_connect"),
}
"""For the reason `assurance`: what proves the level that the purpose needs."""

_FRENCH = {
    Reason.CREDENTIAL: "Session ou jeton inconnu, expiré ou révoqué. Connectez-vous de nouveau.",
    Reason.FROZEN: "Ce compte est suspendu. Appelez l'assistance pour le rétablir.",
    Reason.CLOSED: "Le service est fermé pour l'instant. Une attestation de droits sur papier reste valable.",
    Reason.NETWORK: (
        "Ce réseau est écarté pour l'instant. De votre lieu d'exercice, avec la carte de la personne, vous "
        "continuez."
    ),
    Reason.CARD_REQUIRED: (
        "Présentez la carte de la personne au lecteur, ou indiquez que la personne est présente."
    ),
    Reason.STEP_UP: (
        "Une confirmation est demandée : votre clé d'accès ou un code de connexion ; pour un logiciel, "
        "confirmez-le dans « Mon compte ». Sinon, présentez la carte de la personne, ou indiquez qu'elle est "
        "présente."
    ),
    Reason.ASSURANCE: (
        "Le mot de passe seul ne donne accès à aucune personne. Prenez votre clé d'accès, ou saisissez votre "
        "code de connexion."
    ),
    Reason.PURPOSE: "Votre profession ne peut pas consulter pour ce motif.",
    Reason.BIRTH_RANK: (
        "Plusieurs personnes partagent ce numéro et cette date. Indiquez le rang de naissance."
    ),
    Reason.NOT_FOUND: (
        "Aucune personne ne correspond. Vérifiez le numéro et la date de naissance sur la carte "
        "ou l'attestation."
    ),
    Reason.LIMIT_ACCOUNT: (
        "Plafond de personnes sans carte atteint. Présentez la carte, ou indiquez que la "
        "personne est présente."
    ),
    Reason.LIMIT_ORGANISATION: (
        "Plafond de votre structure atteint. Présentez la carte, ou indiquez que la personne est présente."
    ),
    Reason.LIMIT_NETWORK: (
        "Beaucoup de consultations viennent de ce réseau. Présentez la carte de la personne."
    ),
    Reason.BREAKER: (
        "Consultations sans carte momentanément fermées pour tous. Présentez la carte de la personne."
    ),
    Reason.CLOCK: "L'horloge du service est incertaine : seules les consultations avec carte sont ouvertes.",
    Reason.PROOF_FORGED: (
        "La signature du lecteur de cartes n'est pas valable pour cette personne et ce compte."
    ),
    Reason.PROOF_STALE: "La lecture de la carte est trop ancienne. Présentez la carte de nouveau.",
    Reason.PROOF_REPLAYED: "Cette lecture de carte a déjà servi. Présentez la carte de nouveau.",
    Reason.PROOF_TERMINAL: "Ce lecteur de cartes n'est pas, ou pas encore, enregistré pour votre structure.",
    Reason.UNAVAILABLE: (
        "Service momentanément indisponible. Rien n'a été communiqué ; réessayez dans un instant."
    ),
}

_ENGLISH = {
    Reason.CREDENTIAL: "Unknown, expired or revoked session or token. Sign in again.",
    Reason.FROZEN: "This account is suspended. Call support to restore it.",
    Reason.CLOSED: "The service is closed for the moment. A certificate of rights on paper is still valid.",
    Reason.NETWORK: (
        "This network is banned for the moment. Where you normally work, with the person's card, you go on."
    ),
    Reason.CARD_REQUIRED: "Put the person's card in the reader, or say that the person is present.",
    Reason.STEP_UP: (
        "Confirm that it is you: with your passkey or a sign-in code; for software, confirm it in “My "
        "account”. Or put the person's card in the reader, or say that the person is present."
    ),
    Reason.ASSURANCE: (
        "A password alone gives access to no person. Use your passkey, or enter your sign-in code."
    ),
    Reason.PURPOSE: "Your profession may not look up for this purpose.",
    Reason.BIRTH_RANK: "Several persons share this number and date. Give the birth rank.",
    Reason.NOT_FOUND: "Nobody matches. Check the number and the birth date on the card or the certificate.",
    Reason.LIMIT_ACCOUNT: (
        "Limit of persons without a card reached. Present the card, or say that the person is present."
    ),
    Reason.LIMIT_ORGANISATION: (
        "Your organisation's limit is reached. Present the card, or say that the person is present."
    ),
    Reason.LIMIT_NETWORK: "Many look-ups come from this network. Present the person's card.",
    Reason.BREAKER: (
        "Look-ups without a card are closed to everybody for the moment. Present the person's card."
    ),
    Reason.CLOCK: "The service's clock is uncertain: only look-ups with a card are open.",
    Reason.PROOF_FORGED: "The card reader's signature does not hold for this person and this account.",
    Reason.PROOF_STALE: "The card was read too long ago. Present it again.",
    Reason.PROOF_REPLAYED: "This reading of the card was used already. Present it again.",
    Reason.PROOF_TERMINAL: "This card reader is not, or not yet, registered to your organisation.",
    Reason.UNAVAILABLE: "Not possible just now. Nothing was disclosed; try again in a moment.",
}

_STEP_UP_TO_CARD = {
    "fr": (
        "Ce motif demande votre carte de professionnel, ou Pro Santé Connect. Prouvez qui vous êtes, puis "
        "répétez l'appel."
    ),
    "en": (
        "This purpose needs your professional's card, or Pro Santé Connect. Prove who you are, then repeat "
        "the call."
    ),
}

ADVICE = {"fr": _FRENCH, "en": _ENGLISH}
"""Language → reason → text. French is the default."""


def advice(reason: str, language: str, level: int = 0, message: str = "") -> str:
    """The text for a reason; `level`: the one that the purpose needs, with the reason `assurance`.

    `message`: what operations wrote for those whom a restriction holds; it comes first.
    """
    language = "en" if language == "en" else "fr"
    if reason == Reason.ASSURANCE and level >= Assurance.CARD:
        return _STEP_UP_TO_CARD[language]
    return f"{message} {ADVICE[language][Reason(reason)]}".strip()


def how(reason: str, level: int = 0, *, page: bool = False, own_card: bool = False) -> tuple[str, ...]:
    """The ways out, in the order in which to offer them; none for most refusals."""
    if reason == Reason.ASSURANCE:
        return HOW_TO_STEP_UP[max(level, Assurance.SECOND_FACTOR)]
    ways = HOW_ON_A_PAGE.get(reason, ()) if page else ()
    ways = ways or HOW.get(reason, ())
    return ways + OWN_CARD if page and own_card and reason == Reason.CARD_REQUIRED else ways
