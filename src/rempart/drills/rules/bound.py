"""The most that stolen accounts can see in a given time, from the published limits alone.

The same arithmetic as the limits page: accounts × (unproven + "patient present"), and never more than
the platform's breaker lets through.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rempart.vocabulary.words import Meter, Scope, Window

Amounts = Sequence[int | None]
Published = Mapping[tuple[int, str, int], Amounts]
"""(scope, profession, meter) → limits for a minute, an hour, a day, thirty days. `*`: any profession."""

_SHORTEST = {Window.HOUR: 11 * 300, Window.DAY: 23 * 3600, Window.THIRTY_DAYS: 29 * 86400}
"""Seconds that a window covers at the least: all its buckets but the current one, which has just begun."""


@dataclass(frozen=True, slots=True)
class Bound:
    """What accounts may see: with their word only, and by saying that the patient is present."""

    unproven: int
    present: int

    @property
    def total(self) -> int:
        return self.unproven + self.present


def bound(published: Published, professions: Sequence[str], seconds: float, *, known: bool = False) -> Bound:
    """The most distinct persons that accounts of these professions can see in so many seconds.

    `known`: persons with a proven visit to the account's own organisation were met too; they count in a
    limit of their own, and in the breaker. Raises KeyError when a profession has no published limit.
    """
    unproven = [Meter.UNPROVEN, Meter.KNOWN] if known else [Meter.UNPROVEN]
    return Bound(
        _bounded(published, professions, unproven, Meter.UNPROVEN, seconds),
        _bounded(published, professions, [Meter.PRESENT], Meter.PRESENT, seconds),
    )


def _bounded(
    published: Published, professions: Sequence[str], meters: Sequence[Meter], breaker: Meter, seconds: float
) -> int:
    """The sum of the accounts' own limits, or what the platform lets through where that is less."""
    own = sum(most(limit_of(published, name, meter), seconds) for name in professions for meter in meters)
    platform = published.get((Scope.PLATFORM, "*", breaker))
    return own if platform is None else min(own, most(platform, seconds))


def limit_of(published: Published, profession: str, meter: Meter) -> Amounts:
    """An account's limits: the row of its profession, else the row for any."""
    for name in (profession, "*"):
        found = published.get((Scope.ACCOUNT, name, meter))
        if found is not None:
            return found
    raise KeyError(profession)


def most(amounts: Amounts, seconds: float) -> int:
    """Distinct persons within so many seconds: an hour's figure for up to an hour, and so on.

    A longer run touches several windows; the tightest of the figures holds.
    """
    figures = [
        amount * (1 + int(seconds // covers))
        for window, covers in _SHORTEST.items()
        if (amount := amounts[window]) is not None
    ]
    return min(figures)
