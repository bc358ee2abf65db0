"""Acts and goods as the tariffs tell them apart: which rate, which guarantee, which later charge."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from rempart.tariffs.rules.guarantees import Guarantee


class Act(StrEnum):
    """A kind of line on a bill. Class A, class I and the `_full` prosthesis are the 100 % Santé baskets."""

    DOCTOR = "doctor"
    MIDWIFE = "midwife"
    PARAMEDICAL = "paramedical"
    MEDICINE_100 = "medicine_100"
    MEDICINE_65 = "medicine_65"
    MEDICINE_30 = "medicine_30"
    MEDICINE_15 = "medicine_15"
    DENTAL_CARE = "dental_care"
    PROSTHESIS_FULL = "prosthesis_full"
    PROSTHESIS = "prosthesis"
    FRAME_A = "frame_a"
    LENS_A = "lens_a"
    FRAME_B = "frame_b"
    LENS_B_SIMPLE = "lens_b_simple"
    LENS_B_COMPLEX = "lens_b_complex"
    LENS_B_VERY_COMPLEX = "lens_b_very_complex"
    HEARING_1 = "hearing_1"
    HEARING_2 = "hearing_2"
    HOSPITAL_STAY = "hospital_stay"
    DAILY_CHARGE = "daily_charge"
    TRANSPORT = "transport"


@dataclass(frozen=True, slots=True)
class Kind:
    """What the tariffs know of an act. `rate` and `later` name figures; `data/` holds them."""

    rate: str
    guarantee: Guarantee | None = None
    later: str | None = None
    """`participation`, or the franchise that applies."""
    care_path: bool = False
    """Paid less outside the care path."""
    full: bool = False
    """100 % Santé basket: a responsible contract and C2S pay all that is left."""
    exonerable: bool = True
    """Paid at 100 % when linked to a long illness."""
    must_pay_share: bool = True
    """A responsible contract must pay the whole co-payment (CSS, art. R. 871-2, 1°)."""


KINDS: Mapping[Act, Kind] = {
    Act.DOCTOR: Kind("doctor", Guarantee.CONSULTATION, later="participation", care_path=True),
    Act.MIDWIFE: Kind("midwife", Guarantee.CONSULTATION),
    Act.PARAMEDICAL: Kind("paramedical", Guarantee.PARAMEDICAL, later="franchise_paramedical"),
    Act.MEDICINE_100: Kind("medicines_100", later="franchise_box"),
    Act.MEDICINE_65: Kind("medicines_65", Guarantee.MEDICINES_65, later="franchise_box"),
    Act.MEDICINE_30: Kind(
        "medicines_30", Guarantee.MEDICINES_30, later="franchise_box", must_pay_share=False
    ),
    Act.MEDICINE_15: Kind(
        "medicines_15", Guarantee.MEDICINES_15, later="franchise_box", must_pay_share=False
    ),
    Act.DENTAL_CARE: Kind("dental", Guarantee.DENTAL_CARE),
    Act.PROSTHESIS_FULL: Kind("dental", Guarantee.DENTAL_PROSTHESIS, full=True),
    Act.PROSTHESIS: Kind("dental", Guarantee.DENTAL_PROSTHESIS),
    Act.FRAME_A: Kind("optics", Guarantee.OPTICS_FRAME, full=True),
    Act.LENS_A: Kind("optics", full=True),
    Act.FRAME_B: Kind("optics", Guarantee.OPTICS_FRAME),
    Act.LENS_B_SIMPLE: Kind("optics", Guarantee.OPTICS_SIMPLE),
    Act.LENS_B_COMPLEX: Kind("optics", Guarantee.OPTICS_COMPLEX),
    Act.LENS_B_VERY_COMPLEX: Kind("optics", Guarantee.OPTICS_VERY_COMPLEX),
    Act.HEARING_1: Kind("hearing", Guarantee.HEARING_AID, full=True),
    Act.HEARING_2: Kind("hearing", Guarantee.HEARING_AID),
    Act.HOSPITAL_STAY: Kind("hospital_stay", Guarantee.HOSPITAL_STAY),
    Act.DAILY_CHARGE: Kind("daily_charge", Guarantee.DAILY_CHARGE, full=True, exonerable=False),
    Act.TRANSPORT: Kind("transport", Guarantee.TRANSPORT, later="franchise_transport"),
}

LENSES_B = (Act.LENS_B_SIMPLE, Act.LENS_B_COMPLEX, Act.LENS_B_VERY_COMPLEX)
CLASS_B = frozenset({Act.FRAME_B, *LENSES_B})
"""Class B spectacles share one guarantee for the pair, so they are not split line by line."""
