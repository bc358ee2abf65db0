"""The cases that every change of a tariff must keep, in euros: sourced, or derived from a sourced rule."""

from dataclasses import dataclass
from datetime import date

import pytest

from rempart.tariffs.rules.acts import Act
from rempart.tariffs.rules.bill import Line
from rempart.tariffs.rules.guarantees import Guarantee
from rempart.tariffs.rules.insured import Cover, Insured
from rempart.tariffs.rules.split import split
from rempart.vocabulary.money import Money

TODAY = date(2026, 11, 23)
BEFORE_30_EUROS = date(2024, 12, 21)


def cover(*, responsible=True, **guarantees):
    return Cover(responsible, frozenset((Guarantee(code), amount) for code, amount in guarantees.items()))


def line(act, price, base=None, **circumstances):
    return Line(act, Money.of(price), Money.of(price if base is None else base), **circumstances)


PLAIN = Insured(age=20, cover=cover(consultation=100, medicines_65=100, daily_charge=100))
CLASS_A_SIMPLE = (line(Act.FRAME_A, "30", "9"), *(line(Act.LENS_A, "32.50", "9.75"),) * 2)
CLASS_A_COMPLEX = (line(Act.FRAME_A, "30", "9"), *(line(Act.LENS_A, "90", "27"),) * 2)


@dataclass(frozen=True)
class Case:
    name: str
    lines: tuple
    insured: Insured
    amo: str
    amc: str
    patient: str
    """All that the person bears, at the counter and later."""
    later: str = "0.00"
    on: date = TODAY


CASES = [
    Case("gp in path", (line(Act.DOCTOR, "30"),), PLAIN, "21.00", "9.00", "2.00", "2.00"),
    Case("gp off path", (line(Act.DOCTOR, "30", in_path=False),), PLAIN, "9.00", "9.00", "14.00", "2.00"),
    Case("gp 26.50", (line(Act.DOCTOR, "26.50"),), PLAIN, "18.55", "7.95", "2.00", "2.00", BEFORE_30_EUROS),
    Case("c2s", (line(Act.DOCTOR, "30"),), Insured(age=20, c2s=True), "21.00", "9.00", "0.00"),
    Case(
        "ald-linked",
        (line(Act.DOCTOR, "30", linked=True),),
        Insured(age=20, ald=True, cover=PLAIN.cover),
        "30.00",
        "0.00",
        "2.00",
        "2.00",
    ),
    Case("ame", (line(Act.DOCTOR, "30"),), Insured(age=20, ame=True), "30.00", "0.00", "0.00"),
    Case(
        "alsace-moselle",
        (line(Act.DOCTOR, "30"),),
        Insured(age=20, alsace_moselle=True, cover=PLAIN.cover),
        "27.00",
        "3.00",
        "2.00",
        "2.00",
    ),
    Case("class a simple", CLASS_A_SIMPLE, PLAIN, "17.10", "77.90", "0.00"),
    Case("class a complex", CLASS_A_COMPLEX, PLAIN, "37.80", "172.20", "0.00"),
    Case(
        "class b frame",
        (line(Act.FRAME_B, "150", "0.05"),),
        Insured(age=20, cover=cover(optics_frame=10_000)),
        "0.03",
        "100.00",
        "49.97",
    ),
    Case("hearing adult", (line(Act.HEARING_1, "950", "400"),), PLAIN, "240.00", "710.00", "0.00"),
    Case(
        "hearing under 20",
        (line(Act.HEARING_1, "1400"),),
        Insured(age=18, cover=PLAIN.cover),
        "840.00",
        "560.00",
        "0.00",
    ),
    Case("optam specialist", (line(Act.DOCTOR, "40", "31.50"),), PLAIN, "22.05", "9.45", "10.50", "2.00"),
    Case("drug at 65", (line(Act.MEDICINE_65, "10"),), PLAIN, "6.50", "3.50", "1.00", "1.00"),
    Case("crown", (line(Act.PROSTHESIS_FULL, "500", "120"),), PLAIN, "72.00", "428.00", "0.00"),
    Case("three days", (line(Act.DAILY_CHARGE, "23"),) * 3, PLAIN, "0.00", "69.00", "0.00"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_golden_case(case):
    result = split(case.lines, case.insured, case.on)
    shown = [str(part) for part in (result.amo, result.amc, result.borne, result.later)]
    assert shown == [case.amo, case.amc, case.patient, case.later]


def test_co_payment_is_base_less_the_schemes_part():
    assert str(split((line(Act.DOCTOR, "40", "31.50"),), PLAIN, TODAY).tm) == "9.45"
