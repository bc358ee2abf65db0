"""Persons from a file of FHIR R4 resources: NDJSON, Bundles, or one JSON document; in any order.

Where the file is one Bundle, the number of an entry stands for the number of a line.

A Patient may stand before or after its Coverages and its policyholder, so everything is staged, sealed,
until the file has been read; then persons are put together one by one.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import orjson

from rempart.database.incoming import LONGEST_LINE, IncomingFileError, read_lines
from rempart.registry.rules.build import UnfitError
from rempart.registry.rules.fhir_join import join
from rempart.registry.rules.fhir_parts import CoveragePart, PatientPart
from rempart.registry.rules.fhir_read import read_coverage, read_patient
from rempart.registry.rules.records import PersonRecord
from rempart.registry.staging import Stage
from rempart.vocabulary.intake import SetAside, Why

LARGEST_DOCUMENT = 64 << 20
"""A file that is one JSON document is read whole, up to this size; NDJSON has no limit."""
_PATIENT, _COVERAGE, _REFUSED = 1, 2, 3


@dataclass(slots=True)
class FhirOptions:
    """Who answers for the file when its rows do not say, the guarantee codes known; and what was ignored."""

    insurer: str | None = None
    guarantees: frozenset[str] | None = None
    ignored: Counter[str] = field(default_factory=Counter)


def read_fhir(file: BinaryIO, options: FhirOptions) -> Iterator[PersonRecord | SetAside]:
    """Persons of a file, and the lines set aside. Memory is bounded whatever the file's size.

    Raises IncomingFileError when the file is one JSON document of more than 64 MiB.
    """
    with Stage() as stage:
        for line, document in _documents(file):
            if isinstance(document, SetAside):
                yield document
                continue
            for resource in _resources(document):
                yield from _keep(stage, line, resource, options)
        yield from _people(stage, options)


def _documents(file: BinaryIO) -> Iterator[tuple[int, dict[str, Any] | SetAside]]:
    if (document := _single_document(file)) is not None:
        yield from enumerate(_resources(document), 1)
        return
    for line, raw in read_lines(file):
        if raw is None:
            yield line, SetAside(line, Why.LINE_TOO_LONG)
        elif raw.strip():
            yield line, _parsed(line, raw.removeprefix(b"\xef\xbb\xbf") if line == 1 else raw)


def _single_document(file: BinaryIO) -> dict[str, Any] | None:
    """The file as one JSON document, or None when its lines are documents of their own."""
    start = file.read(LONGEST_LINE)
    first, line_end, _ = start.removeprefix(b"\xef\xbb\xbf").partition(b"\n")
    whole = start if not _is_object(first) or not line_end else b""
    if whole and len(start) == LONGEST_LINE:
        whole += file.read(LARGEST_DOCUMENT - LONGEST_LINE + 1)
    file.seek(0)
    if not whole:
        return None
    if len(whole) > LARGEST_DOCUMENT:
        if line_end:
            return None  # long lines, or a first line that is broken: line by line it is
        raise IncomingFileError(
            f"One JSON document of more than {LARGEST_DOCUMENT >> 20} MiB.",
            "write it as NDJSON, one resource a line",
        )
    try:
        document = orjson.loads(whole.removeprefix(b"\xef\xbb\xbf"))
    except orjson.JSONDecodeError:
        return None
    return document if isinstance(document, dict) else None


def _is_object(raw: bytes) -> bool:
    try:
        return isinstance(orjson.loads(raw), dict)
    except orjson.JSONDecodeError:
        return False


def _parsed(line: int, raw: bytes) -> dict[str, Any] | SetAside:
    try:
        document = orjson.loads(raw)
    except orjson.JSONDecodeError:
        return SetAside(line, _why_no_json(raw))
    return document if isinstance(document, dict) else SetAside(line, Why.NOT_JSON)


def _why_no_json(raw: bytes) -> Why:
    try:
        raw.decode()
    except UnicodeDecodeError:
        return Why.NOT_TEXT
    return Why.NOT_JSON


def _resources(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The document itself, or a Bundle's entries with their references turned into ids."""
    entries = document.get("entry") if document.get("resourceType") == "Bundle" else None
    if not isinstance(entries, list):
        yield document
        return
    known = dict(_full_urls(entries))
    for entry in entries:
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if isinstance(resource, dict):
            for name in ("beneficiary", "subscriber"):
                reference = resource.get(name)
                if isinstance(reference, dict) and reference.get("reference") in known:
                    resource[name] = {"reference": known[reference["reference"]]}
            yield resource


def _full_urls(entries: list[Any]) -> Iterator[tuple[str, str]]:
    for entry in entries:
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if not isinstance(resource, dict) or resource.get("resourceType") != "Patient":
            continue
        url = entry.get("fullUrl")
        if isinstance(url, str):
            yield url, f"Patient/{resource.get('id')}"


def _keep(stage: Stage, line: int, resource: dict[str, Any], options: FhirOptions) -> Iterator[SetAside]:
    kind = resource.get("resourceType")
    try:
        if kind == "Patient":
            patient = read_patient(resource)
            stage.put(patient.id, _PATIENT, line, patient.to_bytes())
        elif kind == "Coverage" and (coverage := read_coverage(resource)):
            stage.put(coverage.beneficiary, _COVERAGE, line, coverage.to_bytes())
        else:
            options.ignored[kind if isinstance(kind, str) and kind.isalpha() else "unknown"] += 1
    except UnfitError as error:
        if kind == "Patient" and isinstance(resource.get("id"), str):
            stage.put(resource["id"], _REFUSED, line, b"")  # its Coverages then need no reason of their own
        yield SetAside(line, error.why, error.fields)


def _people(stage: Stage, options: FhirOptions) -> Iterator[PersonRecord | SetAside]:
    def find(identifier: str) -> PatientPart | None:
        raw = stage.get(identifier, _PATIENT)
        return PatientPart.from_bytes(raw) if raw else None

    for group in stage.groups():
        patients = [(line, raw) for kind, line, raw in group if kind == _PATIENT]
        coverages = [CoveragePart.from_bytes(raw) for kind, _, raw in group if kind == _COVERAGE]
        if not patients:
            if not any(kind == _REFUSED for kind, _, _ in group):
                yield from (SetAside(line, Why.MISSING, ("patient",)) for _, line, _ in group)
            continue
        yield from (SetAside(line, Why.DUPLICATE, ("id",)) for line, _ in patients[1:])
        line, raw = patients[0]
        try:
            yield join(
                PatientPart.from_bytes(raw),
                coverages,
                find,
                line=line,
                insurer=options.insurer,
                guarantees=options.guarantees,
            )
        except UnfitError as error:
            yield SetAside(line, error.why, error.fields)
