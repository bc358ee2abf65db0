"""What each profession learns beyond the common part, and nothing else.

`FACTS` is the whole list: the answer, its schema and its page in the reference are held to it.
"""

from collections.abc import Mapping
from typing import Any

from rempart.gate.rules.answer_amounts import daily_charge, pairs_of_spectacles
from rempart.gate.rules.answer_cover import Known, Standing
from rempart.vocabulary.cover import Numbers
from rempart.vocabulary.words import Profession, Purpose

FACTS: Mapping[Profession, tuple[str, ...]] = {
    Profession.PHARMACIST: ("c2s", "ame", "exoneration"),
    Profession.OPTICIAN: ("renewal_from", "class_a", "class_b"),
    Profession.DOCTOR: ("declared_doctor", "exoneration"),
    Profession.HOSPITAL_DESK: ("exoneration",),
    Profession.DENTIST: ("exoneration", "c2s_basket"),
    Profession.HEARING: ("exoneration",),
    Profession.NURSE: ("exoneration",),
    Profession.MIDWIFE: ("exoneration",),
    Profession.PHYSIOTHERAPIST: ("exoneration",),
    Profession.PODIATRIST: ("exoneration",),
}
"""Facts of an everyday answer. Staff are not in it: they get no everyday answer."""

ADMISSION_FACTS = ("scheme", "fund", "daily_charge", "policyholder_number")
"""Facts of a hospital desk's admission; the last one only where the beneficiary has another number."""


def may_ask(profession: Profession, purpose: Purpose) -> bool:
    """Does this profession get more than the support answer for this purpose? Closed by default."""
    if purpose == Purpose.ADMISSION:
        return profession == Profession.HOSPITAL_DESK
    return purpose == Purpose.RIGHTS and profession in FACTS


def facts(
    who: Standing,
    numbers: Numbers | None,
    *,
    profession: Profession,
    purpose: Purpose,
    account_rpps: str | None,
) -> dict[str, Any]:
    """The profession's own facts. None stands for unknown."""
    if profession == Profession.HOSPITAL_DESK and purpose == Purpose.ADMISSION:
        return _admission(who, numbers)
    if profession == Profession.PHARMACIST:
        return {"c2s": _flag(who, "c2s"), "ame": _flag(who, "ame"), "exoneration": _flag(who, "ald")}
    if profession == Profession.OPTICIAN:
        return _optician(who)
    if profession == Profession.DENTIST:
        return {"exoneration": _flag(who, "ald"), "c2s_basket": _flag(who, "c2s")}
    if profession == Profession.DOCTOR:
        return {"declared_doctor": _is_declared(who, account_rpps), "exoneration": _flag(who, "ald")}
    return {"exoneration": _flag(who, "ald")}


def _flag(who: Standing, standing: str) -> bool | None:
    """A standing that counts while rights are open; unknown with them, and false without them."""
    if who.insured is not None:
        return bool(getattr(who.insured, standing))
    return None if who.state is Known.UNKNOWN else False


def _is_declared(who: Standing, account_rpps: str | None) -> bool | None:
    if who.rights is None:
        return None
    return account_rpps is not None and who.rights.declared_doctor == account_rpps


def _optician(who: Standing) -> dict[str, Any]:
    class_a, class_b = pairs_of_spectacles(who.payable, who.on) if who.payable else (None, None)
    return {"renewal_from": who.renewal_from, "class_a": class_a, "class_b": class_b}


def _admission(who: Standing, numbers: Numbers | None) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "scheme": who.rights.scheme if who.rights else None,
        "fund": who.rights.fund if who.rights else None,
        "daily_charge": daily_charge(who.payable, who.on) if who.payable else None,
    }
    if numbers is not None and numbers.own_nir is not None and numbers.own_nir != numbers.payment_nir:
        shown["policyholder_number"] = numbers.payment_nir
    return shown
