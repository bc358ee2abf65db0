"""The lines of one bill: one person, one day, one professional, at most one pair of spectacles."""

from collections.abc import Sequence
from dataclasses import dataclass

from rempart.tariffs.errors import NotOneBillError
from rempart.tariffs.rules.acts import LENSES_B, Act
from rempart.vocabulary.money import ZERO, Money

_LENSES_OF_A_PAIR = 2
_FRAMES = frozenset({Act.FRAME_A, Act.FRAME_B})
_LENSES = frozenset({Act.LENS_A, *LENSES_B})


@dataclass(frozen=True, slots=True)
class Line:
    """One act, box, lens, aid or day. Repeat the line for the second box or the second day."""

    act: Act
    price: Money
    base: Money
    """BR: the tariff on which the compulsory scheme's rate is applied, on the day of the act."""
    linked: bool = False
    """Linked to a recognised long illness: the prescriber says so."""
    in_path: bool = True
    """Inside the care path: the declared doctor, or sent by them, or a case of free access."""

    @property
    def counted(self) -> Money:
        """The base, but never more than was asked: nobody is refunded more than they owe."""
        return min(self.base, self.price)


def check(lines: Sequence[Line]) -> None:
    """Raise NotOneBillError for amounts below zero or more than one pair of spectacles."""
    if any(line.price < ZERO or line.base < ZERO for line in lines):
        raise NotOneBillError("an amount is below zero")
    frames = sum(line.act in _FRAMES for line in lines)
    lenses = sum(line.act in _LENSES for line in lines)
    if frames > 1 or lenses > _LENSES_OF_A_PAIR:
        raise NotOneBillError("more than one pair of spectacles")
