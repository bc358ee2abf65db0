"""Numbers that stand near a number: beside it in order, or one slip of the hand away."""

from collections.abc import Iterator
from random import Random

from rempart.vocabulary.births import birth_month
from rempart.vocabulary.cover import CivilStatus, Numbers

_ORDERS = range(1, 1_000)
_REACH = 4
"""How far from a person's order number a first proposal may be; each refusal reaches as far again."""


def beside(nir: str, dice: Random, tries: int = 0) -> str:
    """Another order number of the same sex, month and commune, close by."""
    while True:
        away = dice.randint(1, _REACH * (1 + tries)) * dice.choice((-1, 1))
        order = int(nir[10:]) + away
        if order in _ORDERS:
            return f"{nir[:10]}{order:03d}"


def slips(number: str) -> Iterator[str]:
    """What one wrong character or two neighbours exchanged make of a number; the number itself first."""
    yield number
    for place, character in enumerate(number):
        for other in _others(character):
            yield number[:place] + other + number[place + 1 :]
        following = number[place + 1 : place + 2]
        if following and following != character:
            yield number[:place] + following + character + number[place + 2 :]


def _others(character: str) -> str:
    if character in "AB":  # Corsica
        return "AB".replace(character, "")
    return "0123456789".replace(character, "") if character.isdigit() else ""


def days_of(birth_date: str) -> Iterator[str]:
    """Every date that somebody born in the same month may carry."""
    for day in range(32):
        yield f"{birth_date[:8]}{day:02d}"


def own_number(civil: CivilStatus, numbers: Numbers) -> str | None:
    """The person's own number: one that tells of their birth, not of a policyholder's."""
    return next((nir for nir in (numbers.own_nir, numbers.payment_nir) if nir and _fits(nir, civil)), None)


def _fits(nir: str, civil: CivilStatus) -> bool:
    month, written = birth_month(civil.birth_date), int(nir[3:5])
    same_month = month is None or written > 12 or written == month  # noqa: PLR2004  # past the calendar: incomplete
    return nir[1:3] == civil.birth_date[2:4] and same_month
