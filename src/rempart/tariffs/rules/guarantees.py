"""The guarantees of a complementary contract (AMC): a closed list of codes, each with its unit.

A contract is written as `{code: amount}` (`vocabulary/cover.py`, `Contract.guarantees`).
Percents are of the base (BR) and *include* the compulsory share, as French contracts print them:
100 % pays the whole co-payment and nothing above it. Cents are the insurer's own part, on top of
the compulsory one.
"""

from collections.abc import Mapping
from enum import StrEnum


class Unit(StrEnum):
    """How a guarantee's whole number is read."""

    PERCENT = "percent"
    """Whole percents of the base, compulsory share included: 100, 150, 200…"""
    CENTS = "cents"
    """Whole cents paid by the insurer."""


class Guarantee(StrEnum):
    """What a contract may promise. 100 % Santé baskets need no code: the law promises them."""

    CONSULTATION = "consultation"
    """Doctors' and midwives' fees."""
    PARAMEDICAL = "paramedical"
    """Nurses, physiotherapists, podiatrists."""
    MEDICINES_65 = "medicines_65"
    MEDICINES_30 = "medicines_30"
    MEDICINES_15 = "medicines_15"
    DENTAL_CARE = "dental_care"
    DENTAL_PROSTHESIS = "dental_prosthesis"
    """Crowns, bridges and dentures outside the 100 % Santé basket."""
    OPTICS_FRAME = "optics_frame"
    """Class B frame, counted inside the equipment's own guarantee."""
    OPTICS_SIMPLE = "optics_simple"
    """One class B pair with two simple lenses, frame included."""
    OPTICS_COMPLEX = "optics_complex"
    """One class B pair with two complex lenses, frame included."""
    OPTICS_VERY_COMPLEX = "optics_very_complex"
    """One class B pair with two very complex lenses, frame included."""
    HEARING_AID = "hearing_aid"
    """One class II hearing aid."""
    HOSPITAL_STAY = "hospital_stay"
    """Fees and stay in hospital."""
    DAILY_CHARGE = "daily_charge"
    """Hospital daily charge: percent of the charge, normally 100."""
    TRANSPORT = "transport"
    """Medical transport on prescription."""


UNITS: Mapping[Guarantee, Unit] = {
    Guarantee.CONSULTATION: Unit.PERCENT,
    Guarantee.PARAMEDICAL: Unit.PERCENT,
    Guarantee.MEDICINES_65: Unit.PERCENT,
    Guarantee.MEDICINES_30: Unit.PERCENT,
    Guarantee.MEDICINES_15: Unit.PERCENT,
    Guarantee.DENTAL_CARE: Unit.PERCENT,
    Guarantee.DENTAL_PROSTHESIS: Unit.PERCENT,
    Guarantee.OPTICS_FRAME: Unit.CENTS,
    Guarantee.OPTICS_SIMPLE: Unit.CENTS,
    Guarantee.OPTICS_COMPLEX: Unit.CENTS,
    Guarantee.OPTICS_VERY_COMPLEX: Unit.CENTS,
    Guarantee.HEARING_AID: Unit.CENTS,
    Guarantee.HOSPITAL_STAY: Unit.PERCENT,
    Guarantee.DAILY_CHARGE: Unit.PERCENT,
    Guarantee.TRANSPORT: Unit.PERCENT,
}
"""Every code has one unit; a test keeps the two lists equal."""

USUAL: Mapping[Guarantee, range] = {
    Guarantee.CONSULTATION: range(100, 301),
    Guarantee.PARAMEDICAL: range(100, 201),
    Guarantee.MEDICINES_65: range(100, 101),
    Guarantee.MEDICINES_30: range(30, 101),
    Guarantee.MEDICINES_15: range(15, 101),
    Guarantee.DENTAL_CARE: range(100, 201),
    Guarantee.DENTAL_PROSTHESIS: range(100, 501),
    Guarantee.OPTICS_FRAME: range(3_000, 10_001),
    Guarantee.OPTICS_SIMPLE: range(5_000, 42_001),
    Guarantee.OPTICS_COMPLEX: range(20_000, 70_001),
    Guarantee.OPTICS_VERY_COMPLEX: range(20_000, 80_001),
    Guarantee.HEARING_AID: range(130_001),
    Guarantee.HOSPITAL_STAY: range(100, 401),
    Guarantee.DAILY_CHARGE: range(100, 101),
    Guarantee.TRANSPORT: range(100, 101),
}
"""Amounts a responsible contract plausibly carries: for synthetic populations and for warnings."""
