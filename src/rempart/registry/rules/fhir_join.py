"""One person from a Patient, its Coverages and the Patient through whom it is covered."""

from collections.abc import Callable, Sequence
from typing import Any

from rempart.registry.rules.build import UnfitError, build
from rempart.registry.rules.fhir_parts import CoveragePart, PatientPart
from rempart.registry.rules.records import PersonRecord
from rempart.vocabulary import nir as nirs
from rempart.vocabulary.intake import Why


def join(
    patient: PatientPart,
    coverages: Sequence[CoveragePart],
    find: Callable[[str], PatientPart | None],
    *,
    line: int,
    insurer: str | None,
    guarantees: frozenset[str] | None = None,
) -> PersonRecord:
    """A record. `find` gives another Patient of the file by its id. Raises UnfitError."""
    amo, amc = _chosen(coverages, "amo"), _chosen(coverages, "amc")
    subscriber_id = amo.subscriber if amo else None
    subscriber = find(subscriber_id) if subscriber_id else None
    if subscriber_id and subscriber is None:
        raise UnfitError(Why.POLICYHOLDER_MISSING)
    payment = _payment_nirs(patient, amo, subscriber)
    lacking = (
        ([] if payment else ["nir"]) + ([] if amo or amc else ["coverage"]) + ([] if amo else ["scheme"])
    )
    if not payment or not (amo or amc):
        raise UnfitError(Why.MISSING, *_named(patient), *lacking)
    return build(
        patient.fields
        | (amc.fields if amc else {})
        | (amo.fields if amo else {})
        | {
            "payment_nir": payment[0],
            "other_payment_nir": payment[1] if len(payment) > 1 else None,
            "own_nir": patient.own_nir,
        }
        | _policyholder(subscriber),
        line=line,
        insurer=insurer,
        guarantees=guarantees,
        warnings=tuple(patient.warnings),
    )


def _chosen(coverages: Sequence[CoveragePart], kind: str) -> CoveragePart | None:
    """Of several, an active one before another, then the one that began last."""
    of_kind = [coverage for coverage in coverages if coverage.kind == kind]
    return max(of_kind, key=lambda coverage: (coverage.active, coverage.start or ""), default=None)


def _payment_nirs(
    patient: PatientPart, amo: CoveragePart | None, subscriber: PatientPart | None
) -> list[str]:
    """Numbers under which care is paid: the Patient's NSS, the Coverage's, the policyholder's, the own."""
    if patient.payment_nirs:
        return patient.payment_nirs
    if amo and amo.subscriber_id:
        try:
            return [nirs.parse(amo.subscriber_id).number]
        except nirs.NirError as error:
            why = Why.WRONG_KEY if error.code == "key" else Why.WRONG_TYPE
            raise UnfitError(why, "subscriberId") from None
    if subscriber:
        return _payment_nirs(subscriber, None, None)
    return [patient.own_nir] if patient.own_nir else []


def _policyholder(subscriber: PatientPart | None) -> dict[str, Any]:
    if subscriber is None:
        return {}
    return {
        "policyholder_birth_date": subscriber.fields["birth_date"],
        "policyholder_birth_rank": subscriber.fields["birth_rank"],
    }


def _named(patient: PatientPart) -> list[str]:
    return [name for name in ("family_name", "birth_date") if not patient.fields[name]]
