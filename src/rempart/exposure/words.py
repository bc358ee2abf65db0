"""The journal's closed words for whoever reads a report: French first, and English."""

from datetime import datetime
from typing import Literal

from rempart.exposure.selection import ZONE
from rempart.vocabulary.words import Category

Language = Literal["fr", "en"]

CATEGORIES: dict[Language, dict[int, str]] = {
    "fr": {
        Category.CIVIL_STATUS: "état civil",
        Category.NIR: "numéro de sécurité sociale",
        Category.RIGHTS: "droits",
        Category.CONTRACT: "contrat complémentaire",
    },
    "en": {
        Category.CIVIL_STATUS: "civil status",
        Category.NIR: "social security number",
        Category.RIGHTS: "rights",
        Category.CONTRACT: "complementary contract",
    },
}
PLACES: dict[Language, dict[str, str]] = {
    "fr": {
        "pharmacist": "une pharmacie",
        "optician": "un opticien",
        "doctor": "un cabinet médical",
        "hospital_desk": "un établissement de santé (admissions)",
        "dentist": "un cabinet dentaire",
        "hearing": "un audioprothésiste",
        "nurse": "un cabinet infirmier",
        "midwife": "une sage-femme",
        "physiotherapist": "un cabinet de kinésithérapie",
        "podiatrist": "un pédicure-podologue",
        "operator": "l'assistance du service",
        "dpo": "le délégué à la protection des données",
    },
    "en": {
        "pharmacist": "a pharmacy",
        "optician": "an optician",
        "doctor": "a doctor's practice",
        "hospital_desk": "a hospital (admissions)",
        "dentist": "a dental practice",
        "hearing": "a hearing-aid specialist",
        "nurse": "a nurses' practice",
        "midwife": "a midwife",
        "physiotherapist": "a physiotherapy practice",
        "podiatrist": "a podiatrist",
        "operator": "the service's support",
        "dpo": "the data-protection officer",
    },
}
CARERS: dict[Language, str] = {"fr": "un professionnel de santé", "en": "a health professional"}
PURPOSES: dict[Language, dict[str, str]] = {
    "fr": {
        "rights": "savoir ce qui est pris en charge",
        "admission": "préparer une admission",
        "support": "répondre à une réclamation sur une réponse",
        "subject_access": "répondre à une demande d'accès aux données",
    },
    "en": {
        "rights": "to know what is covered",
        "admission": "to prepare an admission",
        "support": "to answer a dispute about an answer",
        "subject_access": "to answer a request for access to data",
    },
}
PROOFS: dict[Language, dict[int, str]] = {
    "fr": {0: "sans carte", 1: "carte présentée", 2: "présence déclarée", 3: "patient déjà connu"},
    "en": {0: "without a card", 1: "card shown", 2: "presence declared", 3: "patient already known"},
}
REASONS: dict[Language, dict[str, str]] = {
    "fr": {
        "not_found": "personne introuvable",
        "birth_rank": "plusieurs personnes possibles",
        "limit_account": "plafond du compte",
        "limit_organisation": "plafond de la structure",
        "limit_network": "plafond du réseau",
        "breaker": "plafond de la plateforme",
        "card_required": "carte exigée",
        "frozen": "compte suspendu",
        "closed": "accès fermé",
        "network": "réseau écarté",
        "step_up": "second facteur redemandé",
        "assurance": "connexion trop faible",
        "purpose": "motif non permis",
        "credential": "session ou jeton sans valeur",
    },
    "en": {
        "not_found": "nobody found",
        "birth_rank": "several persons possible",
        "limit_account": "account's limit",
        "limit_organisation": "organisation's limit",
        "limit_network": "network's limit",
        "breaker": "platform's limit",
        "card_required": "card required",
        "frozen": "account suspended",
        "closed": "access closed",
        "network": "network banned",
        "step_up": "second factor asked again",
        "assurance": "sign-in too weak",
        "purpose": "purpose not allowed",
        "credential": "session or token without value",
    },
}
VERDICTS: dict[Language, dict[str, str]] = {
    "fr": {"refused": "refusée", "challenged": "confirmation demandée"},
    "en": {"refused": "refused", "challenged": "confirmation asked"},
}
_MONTHS: dict[Language, tuple[str, ...]] = {
    "fr": (
        *("janvier", "février", "mars", "avril", "mai", "juin"),
        *("juillet", "août", "septembre", "octobre", "novembre", "décembre"),
    ),
    "en": (
        *("January", "February", "March", "April", "May", "June"),
        *("July", "August", "September", "October", "November", "December"),
    ),
}


def categories(bits: int | None, language: Language) -> str:
    """Categories in words, in the order of their bits."""
    return ", ".join(word for bit, word in CATEGORIES[language].items() if (bits or 0) & bit)


def number(value: int, language: Language) -> str:
    """Thousands apart, as each language writes them."""
    return f"{value:,}".replace(",", "\N{NARROW NO-BREAK SPACE}") if language == "fr" else f"{value:,}"


def moment(at: datetime | None, language: Language) -> str:
    """Day and minute in Paris."""
    if at is None:
        return "–"
    here = at.astimezone(ZONE)
    written = f"{here.day} {_MONTHS[language][here.month - 1]} {here.year}"
    return f"{written} à {here:%H} h {here:%M}" if language == "fr" else f"{written}, {here:%H:%M}"


def short(at: datetime | None) -> str:
    """Day and minute in Paris, for a column."""
    return f"{at.astimezone(ZONE):%d/%m/%Y %H:%M}" if at else "–"


def month(at: datetime, language: Language) -> str:
    """Month and year in Paris."""
    here = at.astimezone(ZONE)
    return f"{_MONTHS[language][here.month - 1]} {here.year}"
