"""Money: whole cents of euro. No float ever holds an amount.

Rounding is to the nearest cent, a half going up: Council Regulation (EC) 1103/97, article 5. It is
applied to each line of a bill, so that the lines of a remittance add up to its total.
"""

from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Self

_CENT = Decimal(100)
_PERCENT = 100
_HALF = 50
_TOO_MUCH = 10**15
"""Ten thousand billion euros: past it a text is no amount."""


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount in whole cents; it may be negative between two steps of a calculation."""

    cents: int

    @classmethod
    def of(cls, euros: Decimal | str | int) -> Self:
        """Read an exact amount of euros: `"30.00"`, `Decimal("26.5")`, `30`.

        Raises ValueError, without repeating the text, for anything that is not whole cents.
        """
        try:
            cents = Decimal(euros) * _CENT
        except (InvalidOperation, TypeError):
            raise ValueError("amount") from None
        if not cents.is_finite() or abs(cents) > _TOO_MUCH or cents != cents.to_integral_value():
            raise ValueError("amount")
        return cls(int(cents))

    @property
    def euros(self) -> Decimal:
        """The same amount in euros, two decimals."""
        return Decimal(self.cents).scaleb(-2)

    def percent(self, rate: int) -> "Money":
        """`rate` whole percents of it, to the nearest cent, a half going up."""
        return Money((self.cents * rate + _HALF) // _PERCENT)

    def __str__(self) -> str:
        sign = "-" if self.cents < 0 else ""
        euros, cents = divmod(abs(self.cents), 100)
        return f"{sign}{euros}.{cents:02d}"

    def __add__(self, other: "Money") -> "Money":
        return Money(self.cents + other.cents)

    def __sub__(self, other: "Money") -> "Money":
        return Money(self.cents - other.cents)

    def __mul__(self, times: int) -> "Money":
        return Money(self.cents * times)

    def __bool__(self) -> bool:
        return self.cents != 0


ZERO = Money(0)


def floor(amount: Money) -> Money:
    """Raise a negative amount to zero."""
    return amount if amount.cents > 0 else ZERO
