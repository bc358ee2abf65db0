"""The answer's JSON schema (2020-12, as OpenAPI 3.1 takes it), from the same lists as the answer.

Every shape is closed: a key that is not here cannot be in an answer. No `$ref`, so that it can be
set down anywhere in a larger document.
"""

from typing import Any

from rempart.gate.rules.answer_amounts import WARDS
from rempart.gate.rules.answer_cover import Known
from rempart.gate.rules.answer_examples import example_for
from rempart.gate.rules.answer_facts import ADMISSION_FACTS, FACTS, may_ask
from rempart.tariffs.rules.examples import PAIRS_A, PAIRS_B
from rempart.vocabulary.words import ActFamily, Profession, Purpose

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_OR_NULL: Schema = {"type": ["string", "null"]}
_INTEGER: Schema = {"type": "integer"}
_BOOLEAN: Schema = {"type": "boolean"}
_DATE: Schema = {"type": "string", "format": "date"}
_DATE_OR_NULL: Schema = {"type": ["string", "null"], "format": "date"}
_EUROS: Schema = {"type": "string", "pattern": r"^[0-9]+\.[0-9]{2}$", "description": "Euros, two decimals."}
_KNOWN: Schema = {"enum": list(Known)}
_NIR = r"^[1-8][0-9]{4}([0-9]{2}|2[AB])[0-9]{6}$"


def _closed(properties: dict[str, Schema], *, optional: tuple[str, ...] = (), **more: Any) -> Schema:
    required = [name for name in properties if name not in optional]
    return {
        "type": "object",
        "required": required,
        "properties": properties,
        "additionalProperties": False,
        **more,
    }


def _nullable(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}


def _flag(description: str) -> Schema:
    return {"type": ["boolean", "null"], "description": f"{description} Null: unknown."}


_PARTS = dict.fromkeys(("price", "amo", "amc", "patient"), _EUROS)
_AMOUNTS = _closed(_PARTS)


def _by_kind(kinds: dict[str, str], description: str) -> Schema:
    return _nullable(_closed(dict.fromkeys(kinds, _AMOUNTS), description=description))


_COMMON: dict[str, Schema] = {
    "rights": {**_KNOWN, "description": "Compulsory rights open on that day."},
    "as_of": {**_DATE, "description": "The day in France for which the answer is given."},
    "act_family": {"enum": list(ActFamily)},
    "amo_rate": {
        "type": ["integer", "null"],
        "minimum": 0,
        "maximum": 100,
        "description": "Percents of the base paid by the compulsory scheme; null unless rights are open.",
    },
    "third_party": _closed({"accepted": _KNOWN, "convention": _TEXT, "routing": _TEXT}),
    "example": _nullable(_closed({"label": _TEXT, **_PARTS, "later": _EUROS})),
    "guaranteed": {
        "oneOf": [
            _closed({"answer": {"const": "until"}, "until": _DATE}),
            _closed({"answer": {"enum": [Known.YES, Known.NO]}, "until": {"type": "null"}}),
        ],
        "description": "Whether the sums of the example will be paid to the professional directly.",
    },
    "valid_until": {
        **_DATE_OR_NULL,
        "description": "Last day on which the answer holds; null: no end known.",
    },
}

_OWN: dict[str, Schema] = {
    "c2s": _flag("Complémentaire santé solidaire."),
    "ame": _flag("Aide médicale de l'État."),
    "exoneration": _flag("Care linked to a recognised long illness is paid at 100 %."),
    "c2s_basket": _flag("The C2S basket applies: no excess."),
    "declared_doctor": _flag("The account is the declared doctor."),
    "renewal_from": {**_DATE_OR_NULL, "description": "First day of a new pair; null: no earlier pair known."},
    "class_a": _by_kind(PAIRS_A, "A class A pair, by kind of lens."),
    "class_b": _by_kind(PAIRS_B, "A class B pair at an illustrative price, by kind of lens."),
    "scheme": {**_OR_NULL, "description": "Two characters."},
    "fund": {**_OR_NULL, "description": "Three characters."},
    "daily_charge": _by_kind(WARDS, "One hospital day, by kind of ward."),
    "policyholder_number": {
        "type": "string",
        "pattern": _NIR,
        "description": "13 characters; only where the beneficiary has another number of their own.",
    },
}

_SUPPORT = _closed(
    {"rights": _KNOWN, "as_of": _DATE, "third_party": _closed({"accepted": _KNOWN})},
    title="Support (operations)",
)

_CIVIL_STATUS = _closed(
    {
        "family_name": _TEXT,
        "given_names": _TEXT,
        "birth_date": {**_TEXT, "description": "YYYY-MM-DD; month or day may be 00 or past the calendar."},
        "sex": {**_TEXT, "description": "`1` or `2` as in the NIR, `U` when unknown."},
        "birth_rank": _INTEGER,
    }
)
_NUMBERS = _closed({"payment_nir": _TEXT, "own_nir": _OR_NULL, "other_payment_nir": _OR_NULL})
_RIGHTS = _closed(
    {
        "state": {**_TEXT, "description": "As the source says: `open`, `closed` or `unknown`."},
        "open_from": _OR_NULL,
        "open_to": _OR_NULL,
        "scheme": _TEXT,
        "fund": _TEXT,
        "alsace_moselle": _BOOLEAN,
        "ald_from": _OR_NULL,
        "ald_to": _OR_NULL,
        "c2s": _OR_NULL,
        "c2s_to": _OR_NULL,
        "ame_to": _OR_NULL,
        "declared_doctor": _OR_NULL,
        "quality": _TEXT,
    }
)
_CONTRACT = _closed(
    {
        "amc_number": _TEXT,
        "insurer_name": _TEXT,
        "member_number": _TEXT,
        "convention": _TEXT,
        "routing": _TEXT,
        "valid_from": _OR_NULL,
        "valid_to": _OR_NULL,
        "third_party": _BOOLEAN,
        "responsible": _BOOLEAN,
        "guarantees": {"type": "object", "additionalProperties": _INTEGER},
        "last_optics": _OR_NULL,
    }
)
_RECORD = _closed(
    {
        "rights": _KNOWN,
        "as_of": _DATE,
        "civil_status": _nullable(_CIVIL_STATUS),
        "numbers": _nullable(_NUMBERS),
        "rights_record": _nullable(_RIGHTS),
        "contract": _nullable(_CONTRACT),
    },
    title="Subject access (data-protection officer)",
)


def schema_for(profession: Profession, purpose: Purpose) -> Schema:
    """The one shape that this profession gets for this purpose; any other pair gets the support shape."""
    if profession == Profession.DPO and purpose == Purpose.SUBJECT_ACCESS:
        return _RECORD
    if not may_ask(profession, purpose):
        return _SUPPORT
    if purpose == Purpose.ADMISSION:
        return _everyday(ADMISSION_FACTS, "Admission (hospital desk)")
    own = FACTS[profession]
    alike = sorted(other for other, facts in FACTS.items() if facts == own)
    return _everyday(own, f"Everyday ({', '.join(alike)})")


def _everyday(own: tuple[str, ...], title: str) -> Schema:
    properties = _COMMON | {name: _OWN[name] for name in own}
    return _closed(properties, optional=("policyholder_number",), title=title)


def _every_shape() -> list[Schema]:
    shapes: dict[str, Schema] = {}
    for purpose in Purpose:
        for profession in Profession:
            shape = schema_for(profession, purpose)
            shapes.setdefault(shape["title"], shape | {"examples": [example_for(profession, purpose)]})
    return list(shapes.values())


ANSWER_SCHEMA: Schema = {
    "title": "Answer",
    "description": "What a profession may see for a purpose. Which shape it is follows from the account.",
    "oneOf": _every_shape(),
}
"""Every shape that an answer may have, each with a worked example."""
