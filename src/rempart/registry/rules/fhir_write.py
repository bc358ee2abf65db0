"""A person as FHIR R4 resources: a Patient and one or two Coverages, as `fhir_read` reads them."""

from collections.abc import Iterator
from typing import Any

from rempart.registry.rules.records import PersonRecord
from rempart.vocabulary import fhir_systems as systems
from rempart.vocabulary.cover import Contract, Rights
from rempart.vocabulary.nir import Nir

_GENDERS = {"1": "male", "2": "female", "U": "unknown"}
_STATUSES = {"open": "active", "closed": "cancelled", "unknown": "draft"}
_RELATIONSHIPS = {"policyholder": "self", "spouse": "spouse", "child": "child"}


def resources(record: PersonRecord, identifier: str, policyholder: str | None) -> Iterator[dict[str, Any]]:
    """The Patient, its AMO and its AMC. `policyholder` is the id of the Patient who covers this one."""
    who = {"reference": f"Patient/{identifier}"}
    through = {"reference": f"Patient/{policyholder or identifier}"}
    yield _patient(record, identifier)
    yield _amo(record.rights, f"{identifier}-amo", who, through)
    if record.contract:
        yield _amc(record.contract, f"{identifier}-amc", who, through)


def _patient(record: PersonRecord, identifier: str) -> dict[str, Any]:
    civil, numbers = record.civil, record.numbers
    identifiers = [
        _identifier(systems.NIR, *systems.NSS_TYPE, number)
        for number in (numbers.payment_nir, numbers.other_payment_nir)
        if number
    ]
    if numbers.own_nir:
        identifiers.append(_identifier(systems.NIR, systems.FR_V2_0203, "INS-NIR", numbers.own_nir))
    patient: dict[str, Any] = {
        "resourceType": "Patient",
        "id": identifier,
        "identifier": identifiers,
        "name": [{"use": "official", "family": civil.family_name, "given": civil.given_names.split(" ")}],
        "gender": _GENDERS[civil.sex],
        "multipleBirthInteger": civil.birth_rank,
    }
    if record.rights.declared_doctor:
        doctor = {"system": "https://rpps.esante.gouv.fr", "value": record.rights.declared_doctor}
        patient["generalPractitioner"] = [{"identifier": doctor}]
    return patient | _birth_date(civil.birth_date)


def _birth_date(iso: str) -> dict[str, Any]:
    """FHIR's own date as far as it goes; the extension where the calendar has no such month or day."""
    year, month, day = iso.split("-")
    if month == "00":
        return {"birthDate": year}
    if day == "00":
        return {"birthDate": f"{year}-{month}"}
    if int(month) > 12:  # noqa: PLR2004  # months of a year
        return {"_birthDate": {"extension": [{"url": systems.LUNAR_DATE, "valueString": iso}]}}
    return {"birthDate": iso}


def _amo(rights: Rights, identifier: str, who: dict[str, str], through: dict[str, str]) -> dict[str, Any]:
    extensions: list[dict[str, Any]] = []
    if rights.alsace_moselle:
        extensions.append(_extension("alsace-moselle", valueBoolean=True))
    if rights.ald_from:
        extensions.append(_extension("ald", valuePeriod=_period(rights.ald_from, rights.ald_to)))
    if rights.c2s:
        extensions.append(_extension("c2s", valueCode=rights.c2s))
    if rights.c2s_to:
        extensions.append(_extension("c2s-end", valueDate=rights.c2s_to))
    if rights.ame_to:
        extensions.append(_extension("ame-end", valueDate=rights.ame_to))
    relationship = {"system": systems.RELATIONSHIP, "code": _RELATIONSHIPS[rights.quality]}
    return _coverage(identifier, systems.AMO, who, through, extensions) | {
        "status": _STATUSES[rights.state],
        "relationship": {"coding": [relationship]},
        "period": _period(rights.open_from, rights.open_to),
        "class": _classes(scheme=rights.scheme, fund=rights.fund),
        "payor": [{"display": "Assurance maladie obligatoire"}],
    }


def _amc(contract: Contract, identifier: str, who: dict[str, str], through: dict[str, str]) -> dict[str, Any]:
    extensions = [
        _extension("third-party", valueBoolean=contract.third_party),
        _extension("responsible", valueBoolean=contract.responsible),
    ]
    if contract.last_optics:
        extensions.append(_extension("last-optics", valueDate=contract.last_optics))
    extensions += [
        _extension(
            "guarantee",
            extension=[{"url": "code", "valueCode": code}, {"url": "amount", "valueInteger": amount}],
        )
        for code, amount in contract.guarantees.items()
    ]
    insurer = {"system": systems.AMC_NUMBER, "value": contract.amc_number}
    return _coverage(identifier, systems.AMC, who, through, extensions) | {
        "status": "active",
        "subscriberId": contract.member_number,
        "period": _period(contract.valid_from, contract.valid_to),
        "class": _classes(convention=contract.convention, routing=contract.routing),
        "payor": [{"identifier": insurer, "display": contract.insurer_name}],
    }


def _coverage(
    identifier: str, kind: str, who: dict[str, str], through: dict[str, str], extensions: list[dict[str, Any]]
) -> dict[str, Any]:
    head: dict[str, Any] = {"resourceType": "Coverage", "id": identifier}
    if extensions:
        head["extension"] = extensions
    kinds = [{"system": systems.ACT_CODE, "code": kind}]
    return head | {"type": {"coding": kinds}, "beneficiary": who, "subscriber": through}


def _identifier(system: str, type_system: str, code: str, number: str) -> dict[str, Any]:
    kind = {"coding": [{"system": type_system, "code": code}]}
    return {"type": kind, "system": system, "value": f"{number}{Nir(number).key}"}


def _extension(name: str, **value: Any) -> dict[str, Any]:
    return {"url": f"{systems.EXTENSION}{name}", **value}


def _classes(**values: str) -> list[dict[str, Any]]:
    return [
        {"type": {"coding": [{"system": systems.COVERAGE_CLASS, "code": code}]}, "value": value}
        for code, value in values.items()
        if value
    ]


def _period(start: str | None, end: str | None) -> dict[str, str]:
    return {name: value for name, value in (("start", start), ("end", end)) if value}
