"""One worked answer for each shape, about an invented person, computed by the answer itself."""

from datetime import date
from typing import Any

from rempart.gate.rules.answer import answer
from rempart.vocabulary.cover import CivilStatus, Contract, Numbers, Rights
from rempart.vocabulary.words import USUAL_ACTS, ActFamily, Category, Profession, Purpose

_ON = date(2026, 11, 23)
_DOCTOR = "10003461033"
_EVERYTHING = Category.CIVIL_STATUS | Category.NIR | Category.RIGHTS | Category.CONTRACT

_CIVIL = CivilStatus("EXEMPLE", "CAMILLE", "1991-04-17", "2")
_NUMBERS = Numbers(payment_nir="1890699999001", own_nir="2910499999002")
_RIGHTS = Rights(
    state="open",
    open_from="2010-01-01",
    open_to="2027-12-31",
    scheme="01",
    fund="751",
    declared_doctor=_DOCTOR,
    quality="spouse",
)
_CONTRACT = Contract(
    amc_number="00099901",
    insurer_name="MUTUELLE DE L'EXEMPLE",
    member_number="0000012345",
    convention="TP",
    routing="099999990001",
    valid_from="2026-01-01",
    valid_to="2026-12-31",
    guarantees={
        "consultation": 150,
        "medicines_65": 100,
        "medicines_30": 100,
        "dental_care": 100,
        "dental_prosthesis": 250,
        "optics_frame": 10_000,
        "optics_simple": 30_000,
        "optics_complex": 55_000,
        "optics_very_complex": 65_000,
        "daily_charge": 100,
    },
    last_optics="2024-09-02",
)


def example_for(profession: Profession, purpose: Purpose) -> dict[str, Any]:
    """What this profession is answered about the invented person."""
    return answer(
        _RIGHTS,
        _CONTRACT,
        _CIVIL,
        profession=profession,
        purpose=purpose,
        act_family=USUAL_ACTS.get(profession, ActFamily.CONSULTATION),
        account_rpps=_DOCTOR,
        on=_ON,
        categories=_EVERYTHING,
        numbers=_NUMBERS,
    )
