"""Households: who lives together, who is covered by whom."""

from dataclasses import dataclass, replace
from random import Random

from rempart.registry.synthetic import births, tables
from rempart.registry.synthetic.births import LAST_YEAR, Birth, Numbers

_HEADS = tables.Weighted(
    range(18, 101),
    [7.0] * 7 + [9.0] * 35 + [8.0] * 10 + [max(0.05, 7.5 - 0.24 * n) for n in range(31)],
)
_CHILDREN = tables.Weighted((0, 1, 2, 3, 4), (26, 25, 32, 13, 4))
_PARENTS = range(23, 61)
_YOUNGEST_PARENT, _OLDEST_PARENT = 20, 42
_CHILD_UNTIL = 19
_BORN_ABROAD = 0.12
_COVERED_SPOUSE = 0.2
_TWINS = 0.017
_SAME_SEX = 0.03
_ONE_IN_TWO_PARENTS = 0.6


@dataclass(frozen=True, slots=True)
class Person:
    """Civil status and numbers, before rights."""

    birth: Birth
    sex: int
    family_name: str
    given_names: str
    payment_nir: str
    own_nir: str | None = None
    other_payment_nir: str | None = None
    rank: int = 1
    quality: str = "policyholder"

    @property
    def age(self) -> int:
        """At the end of the population's last year."""
        return LAST_YEAR - self.birth.year


@dataclass(frozen=True, slots=True)
class Household:
    """The policyholder first; `department` is where they live."""

    department: str
    members: tuple[Person, ...]


class Households:
    """Draws household after household; the same dice give the same ones."""

    def __init__(self, dice: Random, numbers: Numbers) -> None:
        self._dice = dice
        self._numbers = numbers

    def draw(self) -> Household:
        department = tables.departments().draw(self._dice)
        head = self._adult(_HEADS.draw(self._dice), 1 + (self._dice.random() < 0.51), department)  # noqa: PLR2004  # a few more women
        partner = self._partner(head, department)
        children = self._children(head, partner, department)
        return Household(department, (head, *((partner,) if partner else ()), *children))

    def newcomer(self) -> Household:
        """A lone adult from abroad with a temporary number: state medical aid."""
        birth = births.abroad(self._dice, LAST_YEAR - self._dice.randint(19, 62))
        sex = self._dice.randint(1, 2)
        nir = self._numbers.new(birth, sex, temporary=True)
        person = Person(birth, sex, self._surname(), self._given(birth.year, sex), nir)
        return Household(tables.departments().draw(self._dice), (person,))

    def _adult(self, age: int, sex: int, department: str) -> Person:
        birth = self._birth(LAST_YEAR - age, department)
        rank = 2 if self._dice.random() < _TWINS / 2 else 1
        nir = self._numbers.new(birth, sex)
        return Person(birth, sex, self._surname(), self._given(birth.year, sex), nir, rank=rank)

    def _partner(self, head: Person, department: str) -> Person | None:
        if self._dice.random() >= _coupled(head.age):
            return None
        sex = head.sex if self._dice.random() < _SAME_SEX else 3 - head.sex
        age = min(100, max(18, head.age + round(self._dice.gauss(2 * (head.sex * 2 - 3), 4))))
        partner = self._adult(age, sex, department)
        if sex == 2 and self._dice.random() < 0.7:  # noqa: PLR2004  # a married name
            partner = replace(partner, family_name=head.family_name)
        if self._dice.random() < _COVERED_SPOUSE and partner.birth.date != head.birth.date:
            partner = replace(
                partner, payment_nir=head.payment_nir, own_nir=partner.payment_nir, quality="spouse"
            )
        return partner

    def _children(self, head: Person, partner: Person | None, department: str) -> list[Person]:
        if head.age not in _PARENTS:
            return []
        wanted = _CHILDREN.draw(self._dice)
        ages = {head.age - self._dice.randint(_YOUNGEST_PARENT, _OLDEST_PARENT) for _ in range(wanted)}
        children = []
        for age in sorted((age for age in ages if 0 <= age <= _CHILD_UNTIL), reverse=True):
            birth = self._birth(LAST_YEAR - age, department, stranger=0.02)
            together = 2 if self._dice.random() < _TWINS else 1
            children += [self._child(head, partner, birth, rank) for rank in range(1, together + 1)]
        return children

    def _child(self, head: Person, partner: Person | None, birth: Birth, rank: int) -> Person:
        sex = self._dice.randint(1, 2)
        own = self._numbers.new(birth, sex)
        shared = partner and partner.quality == "policyholder" and self._dice.random() < _ONE_IN_TWO_PARENTS
        return Person(
            birth,
            sex,
            head.family_name,
            self._given(birth.year, sex),
            head.payment_nir,
            own_nir=own if self._dice.random() < 0.7 else None,  # noqa: PLR2004  # files often lack a child's number
            other_payment_nir=partner.payment_nir if partner and shared else None,
            rank=rank,
            quality="child",
        )

    def _birth(self, year: int, department: str, stranger: float = _BORN_ABROAD) -> Birth:
        if self._dice.random() < stranger:
            return births.abroad(self._dice, year)
        if self._dice.random() < 0.35:  # noqa: PLR2004  # moved since
            department = tables.departments().draw(self._dice)
        return births.in_france(self._dice, year, department)

    def _surname(self) -> str:
        name = tables.surnames().draw(self._dice)
        if self._dice.random() < 0.02:  # noqa: PLR2004  # both parents' names
            return f"{name}-{tables.surnames().draw(self._dice)}"
        return name

    def _given(self, year: int, sex: int) -> str:
        names = tables.given_names(max(1920, min(2020, year // 10 * 10)), sex)
        first = names.draw(self._dice)
        if self._dice.random() < 0.25:  # noqa: PLR2004  # a second one in the register
            second = names.draw(self._dice)
            return first if second == first else f"{first} {second}"
        return first


def _coupled(age: int) -> float:
    for until, share in ((24, 0.12), (34, 0.5), (64, 0.62), (79, 0.58)):
        if age <= until:
            return share
    return 0.33
