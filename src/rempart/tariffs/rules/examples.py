"""The bill that an answer shows as an example, act family by act family, at the prices of the day.

Labels are French: they name acts of the French nomenclatures, on French and English pages alike.
"""

from dataclasses import dataclass
from datetime import date

from rempart.tariffs.figures import amount
from rempart.tariffs.rules.acts import Act
from rempart.tariffs.rules.bill import Line
from rempart.tariffs.rules.compulsory import rate_of
from rempart.tariffs.rules.insured import YOUNG, Insured
from rempart.tariffs.rules.split import Split, split
from rempart.vocabulary.words import ActFamily, Profession


@dataclass(frozen=True, slots=True)
class Bill:
    """An example: its label, its lines, and the act whose rate stands for the family."""

    label: str
    lines: tuple[Line, ...]
    act: Act


@dataclass(frozen=True, slots=True)
class Example:
    """An example split for one person."""

    label: str
    amo_rate: int
    """Whole percents of the base, in the care path, for care not linked to a long illness."""
    parts: Split


_LENSES = {
    "lens_a_simple": Act.LENS_A,
    "lens_a_complex": Act.LENS_A,
    "lens_b_simple": Act.LENS_B_SIMPLE,
    "lens_b_complex": Act.LENS_B_COMPLEX,
    "lens_b_very_complex": Act.LENS_B_VERY_COMPLEX,
}
PAIRS_A = {"simple": "lens_a_simple", "complex": "lens_a_complex"}
PAIRS_B = {"simple": "lens_b_simple", "complex": "lens_b_complex", "very_complex": "lens_b_very_complex"}
"""Kind of lens → name of its price, for a pair of class A and of class B."""


def pair(lens: str, on: date) -> tuple[Line, ...]:
    """A frame and two lenses of one class. `lens` is a value of PAIRS_A or PAIRS_B."""
    if lens in PAIRS_A.values():
        frame = Line(Act.FRAME_A, amount("prices.frame_a", on), amount("prices.frame_a_base", on))
        glass = Line(_LENSES[lens], amount(f"prices.{lens}", on), amount(f"prices.{lens}_base", on))
    else:
        base = amount("prices.class_b_base", on)
        frame = Line(Act.FRAME_B, amount("prices.frame_b", on), base)
        glass = Line(_LENSES[lens], amount(f"prices.{lens}", on), base)
    return frame, glass, glass


def split_pair(lens: str, insured: Insured, on: date) -> Split:
    """Who pays a pair of spectacles. `lens` is a value of PAIRS_A or PAIRS_B."""
    return split(pair(lens, on), insured, on)


def split_day(ward: str, insured: Insured, on: date) -> Split:
    """Who pays one hospital day. `ward` is `daily_charge` or `daily_charge_psychiatry`."""
    return split((_at_tariff(Act.DAILY_CHARGE, f"charges.{ward}", on),), insured, on)


def example(family: ActFamily, profession: Profession, insured: Insured, on: date) -> Example:
    """The family's example for one person. A midwife's consultation is a midwife's, not a doctor's.

    Raises TariffUnknownError for a day before the tables.
    """
    midwife = family == ActFamily.CONSULTATION and profession == Profession.MIDWIFE
    young = insured.age is not None and insured.age < YOUNG
    bill = (
        _midwife(on)
        if midwife
        else _hearing(on, young=young)
        if family == ActFamily.HEARING
        else _BILLS[family](on)
    )
    return Example(bill.label, rate_of(bill.act, insured, on), split(bill.lines, insured, on))


def _at_tariff(act: Act, name: str, on: date) -> Line:
    price = amount(name, on)
    return Line(act, price, price)


def _one(label: str, line: Line) -> Bill:
    return Bill(label, (line,), line.act)


def _consultation(on: date) -> Bill:
    label = "Consultation du médecin généraliste, secteur 1, dans le parcours de soins"
    return _one(label, _at_tariff(Act.DOCTOR, "prices.consultation", on))


def _midwife(on: date) -> Bill:
    return _one("Consultation de sage-femme", _at_tariff(Act.MIDWIFE, "prices.midwife_consultation", on))


def _medicines(on: date) -> Bill:
    return _one(
        "Une boîte de médicament remboursable à 65 %", _at_tariff(Act.MEDICINE_65, "prices.medicine", on)
    )


def _optics(on: date) -> Bill:
    lines = pair(PAIRS_A["simple"], on)
    return Bill("Lunettes 100 % Santé (classe A), verres simples", lines, lines[0].act)


def _dental(on: date) -> Bill:
    line = Line(Act.PROSTHESIS_FULL, amount("prices.crown", on), amount("prices.crown_base", on))
    return _one("Couronne céramo-métallique 100 % Santé", line)


def _hearing(on: date, *, young: bool) -> Bill:
    label = "Aide auditive 100 % Santé (classe I), une oreille"
    if young:
        return _one(label, _at_tariff(Act.HEARING_1, "prices.hearing_1_young", on))
    return _one(
        label, Line(Act.HEARING_1, amount("prices.hearing_1", on), amount("prices.hearing_1_base", on))
    )


def _nursing(on: date) -> Bill:
    return _one("Un acte infirmier, au tarif", _at_tariff(Act.PARAMEDICAL, "prices.nursing", on))


def _physiotherapy(on: date) -> Bill:
    return _one(
        "Une séance de kinésithérapie, au tarif", _at_tariff(Act.PARAMEDICAL, "prices.physiotherapy", on)
    )


def _hospital(on: date) -> Bill:
    day = _at_tariff(Act.DAILY_CHARGE, "charges.daily_charge", on)
    return Bill("Forfait journalier hospitalier, un jour", (day,), Act.HOSPITAL_STAY)


_BILLS = {
    ActFamily.CONSULTATION: _consultation,
    ActFamily.MEDICINES: _medicines,
    ActFamily.OPTICS: _optics,
    ActFamily.DENTAL: _dental,
    ActFamily.NURSING: _nursing,
    ActFamily.PHYSIOTHERAPY: _physiotherapy,
    ActFamily.HOSPITAL: _hospital,
}
