"""Participation and franchises: what the insured owes the scheme later, in a ledger of its own.

The professional is paid in full; the scheme takes these sums from the insured's next refunds. They
never exceed what the scheme paid on the line, and stop at a daily and a yearly cap (CSS, art.
L. 160-13). Minors, C2S, AME and late pregnancy are exempt; a long illness is not.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from rempart.tariffs.figures import amount
from rempart.tariffs.rules.acts import KINDS
from rempart.tariffs.rules.compulsory import Share
from rempart.tariffs.rules.insured import Insured
from rempart.vocabulary.money import ZERO, Money, floor

_PARTICIPATION = "participation"


@dataclass(frozen=True, slots=True)
class Ledger:
    """What was already taken in the calendar year."""

    participation: Money = ZERO
    franchise: Money = ZERO

    @property
    def total(self) -> Money:
        return self.participation + self.franchise


EMPTY = Ledger()


def owed(shares: Sequence[Share], insured: Insured, on: date, taken: Ledger = EMPTY) -> Ledger:
    """What this bill adds to the ledger of the year."""
    if insured.owes_nothing_later:
        return EMPTY
    by_charge: dict[str, Money] = defaultdict(lambda: ZERO)
    for share in shares:
        if charge := KINDS[share.line.act].later:
            by_charge[charge] += min(amount(f"charges.{charge}", on), share.paid)
    capped = {charge: min(sum_, amount(f"charges.{charge}_day", on)) for charge, sum_ in by_charge.items()}
    participation = capped.pop(_PARTICIPATION, ZERO)
    franchise = sum(capped.values(), ZERO)
    return Ledger(
        min(participation, floor(amount("charges.participation_year", on) - taken.participation)),
        min(franchise, floor(amount("charges.franchise_year", on) - taken.franchise)),
    )
