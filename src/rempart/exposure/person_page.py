"""“Who looked at my data?”, for the person to read: when, what kind of place and where, why, what was shown.

Two rules keep anybody from inferring another's acts. Only look-ups of this very person's own record are
listed: never a policyholder's for a beneficiary, nor a spouse's, whoever shares a number or a contract.
And whoever reads in the person's stead (a minor's parent, a guardian, an agent) reads months and kinds of
place only: a minor may keep care secret (code de la santé publique, articles L1111-5 and L1111-5-1).
Professionals are named by the kind of place they work in, not by their own name.
"""

from collections import Counter
from datetime import datetime
from typing import Any, Literal

from rempart.exposure import paper, words
from rempart.exposure.answer import Row
from rempart.exposure.names import Names
from rempart.exposure.words import CARERS, PLACES, PROOFS, PURPOSES, Language

Reader = Literal["person", "representative"]

_SAID: dict[Language, dict[str, str]] = {
    "fr": {
        "title": "Qui a consulté vos droits",
        "title_other": "Qui a consulté les droits de la personne que vous représentez",
        "made": "Établi le {}. Heures de Paris.",
        "nobody": "Personne n'a consulté ces données pendant la période examinée.",
        "lead": "{} consultations, la plus récente en premier.",
        "lead_other": "{} consultations, réunies par mois. Le lieu et l'heure ne sont pas communiqués à un"
        " tiers, même"
        " représentant légal.",
        "place": "{} à {}",
        "ends": "Si une consultation vous étonne, écrivez au délégué à la protection des données de votre"
        " organisme.",
        "only": "Seules figurent les consultations de ce dossier, jamais celles d'un parent, d'un conjoint"
        " ou d'un"
        " enfant. Une demande refusée, à laquelle rien n'a été répondu, n'y figure pas.",
        "when": "Quand",
        "who": "Par qui",
        "why": "Pourquoi",
        "what": "Ce qui a été montré",
        "proof": "Preuve",
        "count": "Consultations",
    },
    "en": {
        "title": "Who looked at your rights",
        "title_other": "Who looked at the rights of the person whom you represent",
        "made": "Made on {}. Times of Paris.",
        "nobody": "Nobody looked at these data in the period examined.",
        "lead": "{} look-ups, the latest first.",
        "lead_other": "{} look-ups, brought together by month. Places and hours are not told to anybody"
        " else, not even a"
        " legal representative.",
        "place": "{} in {}",
        "ends": "If a look-up surprises you, write to your insurer's data-protection officer.",
        "only": "Only look-ups of this record are listed, never those of a parent, a spouse or a child. A"
        " request that"
        " was refused, and answered with nothing, is not listed.",
        "when": "When",
        "who": "By whom",
        "why": "Why",
        "what": "What was shown",
        "proof": "Proof",
        "count": "Look-ups",
    },
}


def told(
    seen: list[Row], names: Names, reader: Reader = "person", language: Language = "fr"
) -> list[dict[str, Any]]:
    """Each look-up in words, the latest first; to a representative months, with how many."""
    if reader == "person":
        return [_told(row, names, language) for row in reversed(seen)]
    months = Counter(
        (words.month(row["moment"], language), _place(row, None, language), _opened(row, language))
        for row in reversed(seen)
    )
    return [{"when": when, "who": who, "what": what, "count": n} for (when, who, what), n in months.items()]


def page(
    seen: list[Row], names: Names, made: datetime, reader: Reader = "person", language: Language = "fr"
) -> str:
    """The page, whole."""
    said = _SAID[language]
    mine = reader == "person"
    rows = told(seen, names, reader, language)
    columns = ("when", "who", "why", "what", "proof") if mine else ("when", "who", "what", "count")
    count = words.number(len(seen), language)
    body = (
        [
            paper.text(said["lead" if mine else "lead_other"].format(count)),
            paper.table(
                [said[c] for c in columns],
                [[row[c] for c in columns] for row in rows],
                ["n" if c == "count" else "" for c in columns],
            ),
        ]
        if rows
        else [paper.text(said["nobody"])]
    )
    parts = [
        paper.text(said["made"].format(words.moment(made, language)), soft=True),
        *body,
        paper.text(said["ends"]),
        paper.text(said["only"], soft=True),
    ]
    return paper.page(said["title" if mine else "title_other"], parts, language)


def _told(row: Row, names: Names, language: Language) -> dict[str, Any]:
    return {
        "when": words.moment(row["moment"], language),
        "who": _place(row, names, language),
        "why": PURPOSES[language].get(row["purpose"] or "", "–"),
        "what": _opened(row, language),
        "proof": PROOFS[language].get(row["proof"] or 0, "–"),
    }


def _place(row: Row, names: Names | None, language: Language) -> str:
    kind = PLACES[language].get(row["profession"] or "", CARERS[language])
    where = names.organisations.get(row["organisation"] or 0) if names else None
    if not where or not where.commune:
        return kind
    county = f" ({where.department})" if where.department else ""
    return _SAID[language]["place"].format(kind, where.commune) + county


def _opened(row: Row, language: Language) -> str:
    return words.categories(row["categories"], language)
