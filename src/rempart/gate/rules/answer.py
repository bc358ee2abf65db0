"""The least answer that serves a purpose: what is covered, who pays, until when.

No name, no number, no address, no family, no list of guarantees: sums are computed here, behind the
gate, and only they leave it. The two exceptions are written out below and bounded as any other
purpose: the policyholder's number for a hospital admission, and a person's own record for the
data-protection officer who answers that person (GDPR, article 15).
Field by field: `docs/reference/answer.md`.
"""

from datetime import date
from typing import Any

from rempart.gate.rules.answer_amounts import family_example
from rempart.gate.rules.answer_cover import Known, Standing, rights_state, standing
from rempart.gate.rules.answer_facts import facts, may_ask
from rempart.gate.rules.answer_record import record
from rempart.vocabulary.cover import CivilStatus, Contract, Numbers, Rights
from rempart.vocabulary.words import ActFamily, Category, Profession, Purpose

_CIVIL, _NIR, _RIGHTS, _CONTRACT = (
    int(category) for category in (Category.CIVIL_STATUS, Category.NIR, Category.RIGHTS, Category.CONTRACT)
)
"""As plain integers: a flag's own operators cost more than the rest of an answer."""


def answer(  # noqa: PLR0913  # what was opened, and who asks for what
    rights: Rights | None,
    contract: Contract | None,
    civil: CivilStatus | None,
    *,
    profession: Profession,
    purpose: Purpose,
    act_family: ActFamily,
    account_rpps: str | None,
    on: date,
    categories: Category,
    numbers: Numbers | None = None,
) -> dict[str, Any]:
    """Answer one granted look-up, as JSON values.

    `categories` are those that the decision opened: a value of any other is not looked at, except
    the birth date of `civil`, which the asker gave and which only enters the computation. `on` is the
    date in France. A profession and purpose that do not go together get the narrowest answer.
    Raises TariffUnknownError for a day before the tables.
    """
    opened = int(categories)
    rights = rights if opened & _RIGHTS else None
    contract = contract if opened & _CONTRACT else None
    numbers = numbers if opened & _NIR else None
    if profession == Profession.DPO and purpose == Purpose.SUBJECT_ACCESS:
        named = civil if opened & _CIVIL else None
        return {
            "rights": rights_state(rights, on),
            "as_of": on.isoformat(),
            **record(rights, contract, named, numbers),
        }
    who = standing(
        rights,
        contract,
        civil.birth_date if civil else None,
        on,
        contract_opened=bool(opened & _CONTRACT),
    )
    if not may_ask(profession, purpose):
        return {"rights": who.state, "as_of": on.isoformat(), "third_party": {"accepted": who.third_party}}
    own = facts(who, numbers, profession=profession, purpose=purpose, account_rpps=account_rpps)
    return _common(who, profession, act_family) | own


def _common(who: Standing, profession: Profession, family: ActFamily) -> dict[str, Any]:
    rate, example = family_example(family, profession, who.insured, who.on) if who.insured else (None, None)
    return {
        "rights": who.state,
        "as_of": who.on.isoformat(),
        "act_family": family,
        "amo_rate": rate,
        "third_party": _third_party(who),
        "example": example if who.payable else None,
        "guaranteed": _guaranteed(who, family),
        "valid_until": who.valid_until,
    }


def _third_party(who: Standing) -> dict[str, Any]:
    """Convention and routing are told only where a claim may be sent by them."""
    usable = who.contract if who.insured and who.insured.cover and who.third_party is Known.YES else None
    return {
        "accepted": who.third_party,
        "convention": usable.convention if usable else "",
        "routing": usable.routing if usable else "",
    }


def _guaranteed(who: Standing, family: ActFamily) -> dict[str, Any]:
    """Will the sums of the example be paid to the professional directly? Not before a renewal is due."""
    if who.state is not Known.YES or who.third_party is not Known.YES or _too_early(who, family):
        return {"answer": Known.NO, "until": None}
    until = who.valid_until
    return {"answer": "until" if until else Known.YES, "until": until}


def _too_early(who: Standing, family: ActFamily) -> bool:
    due = who.renewal_from if family == ActFamily.OPTICS else None
    return due is not None and due > who.on.isoformat()
