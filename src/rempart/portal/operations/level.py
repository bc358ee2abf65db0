"""One look: calm, to be watched, or yours to act. Plain functions of values."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

WAKES = 100.0
"""Risk from which somebody is woken."""
_MANY = 5
"""Alerts that nobody took, at once: a campaign, whatever each is worth."""
_NEAR = 0.75
_SLOW = 10.0
"""Seconds from an entry to what detectors made of it: they promise one."""


class Level(StrEnum):
    """How the desk stands."""

    CALM = "calm"
    WATCH = "watch"
    ACT = "act"


@dataclass(frozen=True, slots=True)
class Seen:
    """What the level is made of."""

    urgent: int = 0
    """Alerts that nobody took, of a risk that wakes."""
    waiting: int = 0
    """Others that nobody took."""
    held: int = 0
    """Taken or restricted, not finished."""
    unwatched: bool = False
    started: bool = True
    """Detectors have run here at least once."""
    lag: float = 0.0
    spent: int = 0
    limit: int = 1
    tripped: bool = False
    answers: bool = True
    """The gate does."""
    closed: int = 0
    """Channels, insurers, software, or everything."""


def level(seen: Seen) -> tuple[Level, list[str]]:
    """The level, and why in words: the reasons to act first."""
    act, watch = _to_act(seen), _to_watch(seen)
    return (Level.ACT if act else Level.WATCH if watch else Level.CALM), act + watch


def _to_act(seen: Seen) -> list[str]:
    told = [
        (
            seen.urgent,
            ngettext("%(n)s alerte grave à prendre", "%(n)s alertes graves à prendre", seen.urgent)
            % {"n": seen.urgent},
        ),
        (
            seen.waiting >= _MANY,
            _("%(n)s alertes à prendre à la fois : une campagne ?") % {"n": seen.waiting},
        ),
        (seen.unwatched, _("Les détecteurs se taisent : les plafonds sans preuve sont resserrés")),
        (seen.tripped, _("Le plafond de la plateforme est atteint : seules les cartes passent")),
        (not seen.answers, _("La porte ne répond pas : rien n’est communiqué tant qu’elle se tait.")),
    ]
    return [words for true, words in told if true]


def _to_watch(seen: Seen) -> list[str]:
    near = not seen.tripped and seen.spent >= _NEAR * max(1, seen.limit)
    told = [
        (
            0 < seen.waiting < _MANY,
            ngettext("%(n)s alerte à prendre", "%(n)s alertes à prendre", seen.waiting) % {"n": seen.waiting},
        ),
        (
            seen.held,
            ngettext("%(n)s alerte en cours", "%(n)s alertes en cours", seen.held) % {"n": seen.held},
        ),
        (near, _("Le plafond de la plateforme se remplit")),
        (
            seen.closed,
            ngettext("%(n)s canal fermé", "%(n)s canaux fermés", seen.closed) % {"n": seen.closed},
        ),
        (not seen.started, _("Les détecteurs n’ont jamais tourné ici")),
        (seen.lag > _SLOW and not seen.unwatched, _("Les détecteurs ont du retard")),
    ]
    return [words for true, words in told if true]
