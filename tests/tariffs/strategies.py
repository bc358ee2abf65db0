"""Bills and persons for Hypothesis: any that one call may hold."""

from datetime import date, timedelta

from hypothesis import strategies as st

from rempart.tariffs.rules.acts import LENSES_B, Act
from rempart.tariffs.rules.bill import Line
from rempart.tariffs.rules.guarantees import UNITS, Guarantee, Unit
from rempart.tariffs.rules.insured import Cover, Insured
from rempart.vocabulary.money import Money

SPECTACLES = frozenset({Act.FRAME_A, Act.FRAME_B, Act.LENS_A, *LENSES_B})
OTHERS = sorted(set(Act) - SPECTACLES)

days = st.dates(min_value=date(2021, 1, 1), max_value=date(2026, 12, 31))
money = st.integers(0, 300_000).map(Money)


def lines_of(acts):
    return st.builds(Line, st.sampled_from(acts), money, money, st.booleans(), st.booleans())


@st.composite
def bills(draw):
    bill = draw(st.lists(lines_of(OTHERS), max_size=5))
    bill += draw(st.lists(lines_of([Act.FRAME_A, Act.FRAME_B]), max_size=1))
    bill += draw(st.lists(lines_of([Act.LENS_A, *LENSES_B]), max_size=2))
    return draw(st.permutations(bill))


def amounts_of(code):
    return st.integers(0, 600) if UNITS[code] is Unit.PERCENT else st.integers(0, 150_000)


guarantees = st.fixed_dictionaries({}, optional={code: amounts_of(code) for code in Guarantee})
covers = st.builds(Cover, st.booleans(), guarantees.map(lambda promised: frozenset(promised.items())))
insured = st.builds(
    Insured,
    age=st.none() | st.sampled_from([0, 16, 18, 20]),
    ald=st.booleans(),
    c2s=st.booleans(),
    ame=st.booleans(),
    alsace_moselle=st.booleans(),
    late_pregnancy=st.booleans(),
    cover=st.none() | covers,
)


def day_before(day):
    return day - timedelta(days=1)
