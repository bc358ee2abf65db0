"""Why a look-up was decided as it was, in words. Plain functions of values: no query, no request.

The journal holds the rule in machine words (`limit:1:0:2:60`: scope, meter, window, amount;
`restriction:12`; `matrix:rights:operator`; `proof:7`; `account:recent`; `clock`).
"""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from rempart.portal.shared import words
from rempart.vocabulary.words import Meter, Scope, Window

_LIMIT_PARTS = 5
UNWATCHED = "unwatched"
"""At a limit's end: it was tightened, for the detectors were silent."""


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit that decided."""

    scope: str
    meter: str
    window: str
    amount: int


def limit_of(rule: str) -> Limit | None:
    """The limit that a rule names, or None when it names something else."""
    parts = rule.split(":")
    if parts[0] != "limit" or len(parts) - (parts[-1] == UNWATCHED) != _LIMIT_PARTS:
        return None
    scope, meter, window, amount = (int(part) for part in parts[1:_LIMIT_PARTS])
    return Limit(Scope(scope).name.lower(), Meter(meter).name.lower(), Window(window).name.lower(), amount)


def restriction_of(rule: str) -> int | None:
    """The restriction that a rule names."""
    kind, _colon, number = rule.partition(":")
    return int(number) if kind == "restriction" and number.isdecimal() else None


def rule_in_words(rule: str) -> str:
    """What decided, as a person would say it."""
    if limit := limit_of(rule):
        said = _("%(scope)s : %(amount)s personnes différentes %(window)s (%(meter)s)") % {
            "scope": words.word(words.SCOPES, limit.scope),
            "amount": limit.amount,
            "window": words.word(words.WINDOWS, limit.window),
            "meter": words.word(words.METERS, limit.meter).lower(),
        }
        if rule.endswith(UNWATCHED):
            said += _(", plafond réduit : la détection était muette")
        return said
    kind, _colon, rest = rule.partition(":")
    if kind == "matrix" and rest.startswith("assurance:"):
        return _("Ce motif exige un second facteur réussi.")
    if kind == "matrix":
        purpose, _colon, profession = rest.partition(":")
        return _("La matrice n’ouvre pas le motif « %(purpose)s » à la profession « %(profession)s ».") % {
            "purpose": words.word(words.PURPOSES, purpose),
            "profession": words.word(words.PROFESSIONS, profession),
        }
    return _named(kind, rest, rule)


def _named(kind: str, rest: str, rule: str) -> str:
    if kind == "restriction":
        return _("La restriction nº %(number)s est en vigueur.") % {"number": rest}
    if kind == "proof":
        return _("L’attestation du lecteur nº %(number)s n’a pas été acceptée.") % {"number": rest}
    if rule == "account:recent":
        return _("Compte ou facteur récent : carte exigée pendant 48 heures.")
    if rule == "clock":
        return _("L’horloge du serveur a sauté : seules les consultations avec carte sont ouvertes.")
    return rule


def story(verdict: str, reason: str, rule: str, proof: str, cost: int) -> str:
    """The whole decision in one sentence or two."""
    if verdict == "granted":
        if cost == 0:
            return _("Accordée sans rien compter : la même personne avait déjà été vue dans la période.")
        return _("Accordée, preuve : %(proof)s. Une personne de plus a été comptée.") % {
            "proof": words.word(words.PROOFS, proof).lower()
        }
    told = words.word(words.REASONS, reason)
    if not rule:
        return (
            _("%(reason)s. Cet essai a compté comme une personne.") % {"reason": told} if cost else f"{told}."
        )
    return f"{told}. {rule_in_words(rule)}"
