"""Read a Patient or a Coverage (FHIR R4) narrowly: the fields an import needs, strictly typed.

Our profile of Coverage stands in `docs/reference/import-formats.md`; FR Core has none.
"""

import calendar
import re
from typing import Any

from rempart.registry.rules.build import UnfitError
from rempart.registry.rules.fhir_parts import CoveragePart, PatientPart
from rempart.vocabulary import fhir_systems as systems
from rempart.vocabulary import nir as nirs
from rempart.vocabulary.intake import Why

_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_PARTIAL_BIRTH = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?")
_DATE_TIME = re.compile(r"(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?(?:T.*)?")
_SEXES = {"male": "1", "female": "2", "other": "U", "unknown": "U"}
_STATES = {"active": "open", "cancelled": "closed", "draft": "unknown"}
_QUALITIES = {"self": "policyholder", "spouse": "spouse", "common": "spouse", "child": "child"}
_GUARANTEE = f"{systems.EXTENSION}guarantee"
_IGNORED_NAMES = frozenset({"old", "temp", "nickname", "anonymous"})


def read_patient(resource: dict[str, Any]) -> PatientPart:
    """What an import keeps of a Patient. Raises UnfitError."""
    warnings: list[str] = []
    payment, own = _numbers(resource, warnings)
    family, given = _name(resource)
    return PatientPart(
        id=_id(resource),
        fields={
            "family_name": family,
            "given_names": given,
            "birth_date": _birth_date(resource),
            "sex": _SEXES.get(_text(resource, "gender") or "unknown", "U"),
            "birth_rank": _rank(resource, warnings),
            "declared_doctor": _doctor(resource),
        },
        payment_nirs=payment,
        own_nir=own,
        warnings=warnings,
    )


def read_coverage(resource: dict[str, Any]) -> CoveragePart | None:
    """What an import keeps of a Coverage; None for one that is no AMO or AMC, or was entered in error.

    Raises UnfitError.
    """
    kind = _kind(resource)
    status = _text(resource, "status") or "active"
    if kind is None or status not in _STATES:
        return None
    beneficiary = patient_id(_one(resource, "beneficiary"))
    if beneficiary is None:
        raise UnfitError(Why.MISSING, "beneficiary")
    start, end = _period(_one(resource, "period"), "period")
    read = _amo_fields if kind == "amo" else _amc_fields
    subscriber = patient_id(_one(resource, "subscriber"))
    return CoveragePart(
        kind=kind,
        beneficiary=beneficiary,
        subscriber=subscriber if subscriber != beneficiary else None,
        active=status == "active",
        start=start,
        subscriber_id=_text(resource, "subscriberId"),
        fields=read(resource, _STATES[status], start, end),
    )


def patient_id(reference: dict[str, Any]) -> str | None:
    """The id in `Patient/1`, `https://…/Patient/1` or `urn:uuid:…`; None for anything else."""
    text = _text(reference, "reference")
    if text is None:
        return None
    if text.startswith("urn:uuid:"):
        return text.removeprefix("urn:uuid:")
    path = text.split("/_history/")[0].split("/")
    return path[-1] if len(path) > 1 and path[-2] == "Patient" and _ID.fullmatch(path[-1]) else None


def _numbers(resource: dict[str, Any], warnings: list[str]) -> tuple[list[str], str | None]:
    payment: list[str] = []
    own: str | None = None
    untyped = False
    for identifier in _many(resource, "identifier"):
        system, value = _text(identifier, "system"), _text(identifier, "value")
        if system not in systems.INS_SYSTEMS or value is None:
            continue
        types = set(_codings(_one(identifier, "type")))
        if system == systems.NIR and systems.NSS_TYPE in types:
            payment.append(_nir(value, "payment_nir"))
        elif any((system, *coding) in systems.INS_TYPES for coding in types):
            own = _nir(value, "own_nir", warnings if system in systems.INVENTED else None)
        else:
            untyped = True
    if untyped and not payment and own is None:
        raise UnfitError(Why.UNTYPED_IDENTIFIER, "identifier")
    return list(dict.fromkeys(payment)), own


def _nir(value: str, field: str, warnings: list[str] | None = None) -> str:
    """13 characters. With `warnings`, a wrong key is noted there and the number is taken."""
    try:
        return nirs.parse(value).number
    except nirs.NirError as error:
        if error.code != "key":
            raise UnfitError(Why.WRONG_TYPE, field) from None
        if warnings is None:
            raise UnfitError(Why.WRONG_KEY, field) from None
    warnings.append(f"{Why.WRONG_KEY}: {field} (test or demonstration)")
    return nirs.parse(value, check_key=False).number


def _name(resource: dict[str, Any]) -> tuple[str | None, str | None]:
    names = [name for name in _many(resource, "name") if _text(name, "use") not in _IGNORED_NAMES]
    names.sort(key=lambda name: _text(name, "use") not in {"usual", "official"})
    if not names:
        return None, None
    given = names[0].get("given", [])
    if not isinstance(given, list) or not all(isinstance(part, str) for part in given):
        raise UnfitError(Why.WRONG_TYPE, "given_names")
    return _text(names[0], "family"), " ".join(given)


def _birth_date(resource: dict[str, Any]) -> str | None:
    """ISO, `00` for what is not known; the extension for lunar dates stands before the field."""
    for extension in _many(_one(resource, "_birthDate"), "extension"):
        if extension.get("url") == systems.LUNAR_DATE:
            return _text(extension, "valueString")
    text = _text(resource, "birthDate")
    if text is None:
        return None
    found = _PARTIAL_BIRTH.fullmatch(text)
    if not found:
        raise UnfitError(Why.WRONG_TYPE, "birth_date")
    year, month, day = found.groups("00")
    return f"{year}-{month}-{day}"


def _rank(resource: dict[str, Any], warnings: list[str]) -> int:
    if resource.get("multipleBirthBoolean") is True:
        warnings.append("birth_rank unknown: taken as 1")
    rank = resource.get("multipleBirthInteger", 1)
    if isinstance(rank, bool) or not isinstance(rank, int):
        raise UnfitError(Why.WRONG_TYPE, "birth_rank")
    return rank


def _doctor(resource: dict[str, Any]) -> str | None:
    for reference in _many(resource, "generalPractitioner"):
        identifier = _one(reference, "identifier")
        if _text(identifier, "system") in systems.RPPS | {systems.IDNPS}:
            return _text(identifier, "value")
    return None


def _kind(resource: dict[str, Any]) -> str | None:
    for system, code in _codings(_one(resource, "type")):
        if system in systems.COVERAGE_TYPE and code in {systems.AMO, systems.AMC}:
            return "amo" if code == systems.AMO else "amc"
    return None


def _amo_fields(resource: dict[str, Any], state: str, start: str | None, end: str | None) -> dict[str, Any]:
    classes, (extensions, _) = _classes(resource), _extensions(resource)
    ald_from, ald_to = _period(extensions.get("ald", {}).get("valuePeriod", {}), "ald")
    relationship = [
        code for system, code in _codings(_one(resource, "relationship")) if system == systems.RELATIONSHIP
    ]
    return {
        "state": state,
        "open_from": start,
        "open_to": end,
        "scheme": classes.get("scheme"),
        "fund": classes.get("fund"),
        "quality": _QUALITIES.get(relationship[0]) if relationship else None,
        "alsace_moselle": extensions.get("alsace-moselle", {}).get("valueBoolean"),
        "ald_from": ald_from,
        "ald_to": ald_to,
        "c2s": extensions.get("c2s", {}).get("valueCode"),
        "c2s_to": extensions.get("c2s-end", {}).get("valueDate"),
        "ame_to": extensions.get("ame-end", {}).get("valueDate"),
    }


def _amc_fields(
    resource: dict[str, Any],
    state: str,  # noqa: ARG001  # the contract's own dates say whether it stands
    start: str | None,
    end: str | None,
) -> dict[str, Any]:
    classes, (extensions, guarantees) = _classes(resource), _extensions(resource)
    amc_number, name = None, None
    for payor in _many(resource, "payor"):
        identifier = _one(payor, "identifier")
        if _text(identifier, "system") == systems.AMC_NUMBER:
            amc_number, name = _text(identifier, "value"), _text(payor, "display")
    return {
        "amc_number": amc_number,
        "insurer_name": name,
        "member_number": _text(resource, "subscriberId"),
        "convention": classes.get("convention"),
        "routing": classes.get("routing"),
        "valid_from": start,
        "valid_to": end,
        "third_party": extensions.get("third-party", {}).get("valueBoolean"),
        "responsible": extensions.get("responsible", {}).get("valueBoolean"),
        "last_optics": extensions.get("last-optics", {}).get("valueDate"),
        "guarantees": guarantees,
    }


def _guarantee(extension: dict[str, Any]) -> tuple[str, Any]:
    code, amount = "", None
    for part in _many(extension, "extension"):
        if part.get("url") == "code":
            code = _text(part, "valueCode") or ""
        elif part.get("url") == "amount":
            amount = part.get("valueInteger")
    return code, amount


def _classes(resource: dict[str, Any]) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for entry in _many(resource, "class"):
        for system, code in _codings(_one(entry, "type")):
            if system == systems.COVERAGE_CLASS:
                found[code] = _text(entry, "value")
    return found


def _extensions(resource: dict[str, Any]) -> tuple[dict[str, dict[str, Any]], dict[str, Any]]:
    """Our own extensions by the end of their URL, and the guarantees among them."""
    found: dict[str, dict[str, Any]] = {}
    guarantees: dict[str, Any] = {}
    for extension in _many(resource, "extension"):
        url = extension.get("url")
        if url == _GUARANTEE:
            code, amount = _guarantee(extension)
            guarantees[code] = amount
        elif isinstance(url, str) and url.startswith(systems.EXTENSION):
            found[url.removeprefix(systems.EXTENSION)] = extension
    return found, guarantees


def _period(period: Any, field: str) -> tuple[str | None, str | None]:
    """Complete dates: a partial start is its first day, a partial end its last."""
    if not isinstance(period, dict):
        raise UnfitError(Why.WRONG_TYPE, field)
    return _whole_date(period, "start", field), _whole_date(period, "end", field)


def _whole_date(period: dict[str, Any], side: str, field: str) -> str | None:
    text = _text(period, side)
    if text is None:
        return None
    found = _DATE_TIME.fullmatch(text)
    if not found:
        raise UnfitError(Why.WRONG_TYPE, field)
    year, month, day = found.groups()
    month = month or ("01" if side == "start" else "12")
    if not 1 <= int(month) <= 12 or int(year) < 1:  # noqa: PLR2004  # months of a year
        raise UnfitError(Why.WRONG_TYPE, field)
    last = calendar.monthrange(int(year), int(month))[1]
    return f"{year}-{month}-{day or ('01' if side == 'start' else last)}"


def _id(resource: dict[str, Any]) -> str:
    found = _text(resource, "id")
    if found is None or not _ID.fullmatch(found):
        raise UnfitError(Why.WRONG_TYPE, "id")
    return found


def _codings(concept: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        (_text(coding, "system") or "", _text(coding, "code") or "") for coding in _many(concept, "coding")
    ]


def _text(holder: dict[str, Any], name: str) -> str | None:
    value = holder.get(name)
    if value is None or type(value) is str:
        return value
    raise UnfitError(Why.WRONG_TYPE, name)


def _one(holder: dict[str, Any], name: str) -> dict[str, Any]:
    value = holder.get(name)
    if value is None:
        return {}
    if type(value) is dict:
        return value
    raise UnfitError(Why.WRONG_TYPE, name)


def _many(holder: dict[str, Any], name: str) -> list[dict[str, Any]]:
    value = holder.get(name)
    if value is None:
        return []
    if type(value) is not list:
        raise UnfitError(Why.WRONG_TYPE, name)
    for item in value:
        if type(item) is not dict:
            raise UnfitError(Why.WRONG_TYPE, name)
    return value
