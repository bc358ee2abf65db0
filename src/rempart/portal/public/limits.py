"""The published limits: what an account may see at most, and what many accounts together may.

Plain functions of values; the rows come from `gate.limits_published`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db import connection

from rempart.vocabulary.words import STAFF, Meter, Profession, Scope

HIJACKED = 19
"""Accounts hijacked in the attack of 2022."""


@dataclass(frozen=True, slots=True)
class Bound:
    """A profession's everyday limit without proof: minute, hour, day, 30 days."""

    profession: str
    amounts: tuple[int, ...]
    overdraft: int = 0
    """Persons in thirty days on the professional's word."""

    @property
    def hijacked(self) -> int:
        """Distinct persons that nineteen such accounts could see in thirty days, the breaker aside."""
        return HIJACKED * (self.amounts[-1] + self.overdraft)


@dataclass(frozen=True, slots=True)
class Published:
    """Everything the page tells."""

    bounds: tuple[Bound, ...]
    others: tuple[tuple[str, str, tuple[int, ...]], ...]
    """Scope, meter, amounts of the limits that hold for every profession."""
    breaker: int | None
    present: int | None


def published(rows: Iterable[tuple[int, str, int, list[int | None]]]) -> Published:
    """From rows of scope, profession, meter and amounts."""
    bounds, others, breaker, present = [], [], None, None
    for scope, profession, meter, amounts in rows:
        if scope == Scope.PLATFORM:
            breaker, present = (amounts[1], present) if meter == Meter.UNPROVEN else (breaker, amounts[1])
        elif scope == Scope.ACCOUNT and meter == Meter.UNPROVEN and profession not in STAFF:
            bounds.append(Bound(profession, tuple(amount or 0 for amount in amounts)))
        elif profession == "*":
            known = tuple(amount or 0 for amount in amounts)
            others.append((Scope(scope).name.lower(), Meter(meter).name.lower(), known))
    order = list(Profession)
    word = {meter: amounts[-1] for scope, meter, amounts in others if scope == "account"}.get("present", 0)
    bounds = [replace(bound, overdraft=word) for bound in bounds]
    bounds.sort(key=lambda bound: order.index(Profession(bound.profession)))
    return Published(tuple(bounds), tuple(sorted(others)), breaker, present)


def read() -> Published:
    """The limits in force."""
    with connection.cursor() as cursor:
        cursor.execute("select scope, profession, meter, amounts from gate.limits_published")
        return published(cursor.fetchall())
