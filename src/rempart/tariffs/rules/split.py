"""Who pays which part of a bill: price → base → AMO → co-payment → AMC → patient.

A pure function of values; `docs/explanation/how-a-bill-is-split.md` walks through it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from rempart.tariffs.rules import complementary, compulsory, ledger
from rempart.tariffs.rules.bill import Line, check
from rempart.tariffs.rules.insured import Insured
from rempart.vocabulary.money import ZERO, Money


@dataclass(frozen=True, slots=True)
class Split:
    """The parts of a bill. `amo + amc + patient == price`, each part 0 or more."""

    price: Money
    amo: Money
    """Paid by the compulsory scheme to the professional."""
    tm: Money
    """Co-payment (ticket modérateur): base less the scheme's part, whoever pays it."""
    amc: Money
    """Paid by the complementary insurer, or by C2S in its place."""
    patient: Money
    """Left to the patient at the counter."""
    later: Money
    """Taken from the insured's later refunds: no part of the price, the professional never sees it."""

    @property
    def borne(self) -> Money:
        """All that the care costs the person in the end: at the counter and later."""
        return self.patient + self.later


def split(lines: Iterable[Line], insured: Insured, on: date, taken: ledger.Ledger = ledger.EMPTY) -> Split:
    """Split one bill. The order of the lines changes nothing.

    `insured` comes from `insured_on()`; `taken` is what the year's ledger already holds.
    Raises NotOneBillError, or TariffUnknownError for a day before the tables.
    """
    bill = tuple(lines)
    check(bill)
    shares = [compulsory.share(line, insured, on) for line in bill]
    price = sum((line.price for line in bill), ZERO)
    counted = sum((line.counted for line in bill), ZERO)
    amo = sum((share.paid for share in shares), ZERO)
    amc = complementary.part(shares, insured, on)
    later = ledger.owed(shares, insured, on, taken).total
    return Split(price, amo, counted - amo, amc, price - amo - amc, later)
