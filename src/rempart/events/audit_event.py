"""Entries as FHIR R4 AuditEvents, look-ups after IHE's Basic Audit Log Patterns (BALP 1.1.3).

An answered look-up keeps the profile PatientRead. A refusal keeps no profile of BALP, which has none: it
is told as FHIR's page on access denied asks, with the outcome and the reason. A person is the journal's
random number under a system of the installation's own; the question asked is never told.
"""

from datetime import datetime
from typing import Any

from rempart.events.entry import Entry, opened
from rempart.events.kinds import Class, kind_of

PATIENT_READ = "https://profiles.ihe.net/ITI/BALP/StructureDefinition/IHE.BasicAudit.PatientRead"
_TERMS = "http://terminology.hl7.org/CodeSystem"
_DICOM = "http://dicom.nema.org/resources/ontology/DCM"
_REQUEST_ID = "https://profiles.ihe.net/ITI/BALP/CodeSystem/BasicAuditEntityType"
_SUCCESS, _FAILED = "0", "4"
_ADDRESS, _URI = "2", "5"
_PURPOSES = {
    "rights": ("ELIGDTRM", "eligibility determination"),
    "admission": ("ELIGDTRM", "eligibility determination"),
    "support": ("HOPERAT", "healthcare operations"),
    "subject_access": ("PATRQT", "patient requested"),
}
_OTHERS = {
    "access:session:opened": ("110114", "User Authentication", "110122", "Login"),
    "access:session:refused": ("110114", "User Authentication", "110122", "Login"),
    "access:session:closed": ("110114", "User Authentication", "110123", "Logout"),
    "access:session:ended": ("110114", "User Authentication", "110123", "Logout"),
    "access:session:": ("110114", "User Authentication", None, None),
    "access:campaign:": ("110113", "Security Alert", None, None),
    "access:card:forged": ("110113", "Security Alert", None, None),
    "access:": ("110113", "Security Alert", "110137", "User security Attributes Changed"),
    "gate:": ("110113", "Security Alert", "110131", "Security Configuration"),
    "installation:": ("110113", "Security Alert", "110131", "Security Configuration"),
    "detection:": ("110113", "Security Alert", None, None),
    "containment:": ("110113", "Security Alert", None, None),
    "audit:": ("110101", "Audit Log Used", None, None),
    "intake:": ("110107", "Import", None, None),
    "": ("110100", "Application Activity", None, None),
}
"""Beginning of a tag → type and subtype of DICOM PS3.16, CID 400 and 401; the longest counts."""


def audit_event(entry: Entry, place: str) -> dict[str, Any]:
    """One AuditEvent. Its `meta.tag` holds the stable id, whatever number a server gives the resource."""
    kind = kind_of(entry.tag)
    patient = entry.person is not None and entry.person > 0
    is_read = kind.of == Class.DATASTORE and not kind.failed and patient
    made = {
        "resourceType": "AuditEvent",
        "meta": _meta(entry, place, is_read=is_read),
        **_what_happened(entry),
        "action": str(kind.action),
        "recorded": moment(entry.at),
        "outcome": _FAILED if kind.failed else _SUCCESS,
        "outcomeDesc": " ".join(part for part in (kind.words, entry.reason) if part),
        "agent": [_client(entry, place), _server(place), *_user(entry, place)],
        "source": {"site": place, "observer": _named(place, "service", "rempart"), "type": [_SERVER]},
        "entity": [*_transaction(entry, place), *_data(entry, place), *_patient(entry, place)],
    }
    return {name: value for name, value in made.items() if value}


def moment(at: datetime) -> str:
    """An instant with milliseconds, UTC."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _meta(entry: Entry, place: str, *, is_read: bool) -> dict[str, Any]:
    tag = {"tag": [{"system": f"{place}/event", "code": entry.id}]}
    return ({"profile": [PATIENT_READ]} if is_read else {}) | tag


def _coding(system: str, code: str, display: str) -> dict[str, Any]:
    return {"system": system, "code": code, "display": display}


_SERVER = _coding(f"{_TERMS}/security-source-type", "4", "Application Server")


def _what_happened(entry: Entry) -> dict[str, Any]:
    if kind_of(entry.tag).of == Class.DATASTORE:
        return {
            "type": _coding(f"{_TERMS}/audit-event-type", "rest", "Restful Operation"),
            "subtype": [
                _coding("http://hl7.org/fhir/restful-interaction", "read", "read"),
                _coding("urn:rempart:tag", entry.tag, kind_of(entry.tag).words),
            ],
        }
    found = max((begin for begin in _OTHERS if entry.tag.startswith(begin)), key=len)
    kind, words, finer, display = _OTHERS[found]
    subtypes = [_coding(_DICOM, finer, display)] if finer and display else []
    subtypes.append(_coding("urn:rempart:tag", entry.tag, kind_of(entry.tag).words))
    return {"type": _coding(_DICOM, kind, words), "subtype": subtypes}


def _named(place: str, system: str, value: str) -> dict[str, Any]:
    return {"identifier": {"system": f"{place}/{system}", "value": value}}


def _client(entry: Entry, place: str) -> dict[str, Any]:
    """What asked: the browser or software by its digest; the installation itself where nothing asked."""
    system, value = ("device", entry.device) if entry.device else ("channel", entry.channel or "internal")
    address, kind_of_address = (entry.network, _ADDRESS) if entry.network else (place, _URI)
    kind = _coding(_DICOM, "110152", "Destination Role ID")
    return {
        "type": {"coding": [kind]},
        "who": _named(place, system, value),
        "requestor": False,
        "network": {"address": address, "type": kind_of_address},
    }


def _server(place: str) -> dict[str, Any]:
    return {
        "type": {"coding": [_coding(_DICOM, "110153", "Source Role ID")]},
        "who": _named(place, "service", "rempart"),
        "requestor": False,
        "network": {"address": place, "type": _URI},
    }


def _user(entry: Entry, place: str) -> list[dict[str, Any]]:
    """The account by its number, and whoever acted upon it, where that is somebody else."""
    recipient = _coding(f"{_TERMS}/v3-ParticipationType", "IRCP", "information recipient")
    author = _coding(f"{_TERMS}/v3-ParticipationType", "AUT", "author (originator)")
    found = []
    if entry.account is not None:
        user: dict[str, Any] = {"type": {"coding": [recipient]}, "requestor": True}
        user["who"] = _named(place, "account", str(entry.account))
        if entry.profession:
            user["role"] = [{"coding": [{"system": f"{place}/profession", "code": entry.profession}]}]
        if why := _PURPOSES.get(entry.purpose or ""):
            user["purposeOfUse"] = [{"coding": [_coding(f"{_TERMS}/v3-ActReason", *why)]}]
        found.append(user)
    if entry.actor:
        who = _named(place, "actor", entry.actor)
        found.append({"type": {"coding": [author]}, "who": who, "requestor": not found})
    return found


def _transaction(entry: Entry, place: str) -> list[dict[str, Any]]:
    """The reference that is printed on the answer."""
    if not entry.request:
        return []
    kind = _coding(_REQUEST_ID, "XrequestId", "X-Request-Id")
    return [{"what": _named(place, "request", entry.request), "type": kind}]


def _data(entry: Entry, place: str) -> list[dict[str, Any]]:
    """What was opened; for what is no look-up, what it was about. Facts stand in `detail`."""
    is_read = kind_of(entry.tag).of == Class.DATASTORE
    given = {name: getattr(entry, name) for name in ("verdict", "rule", "act_family", "insurer", "proof")}
    given |= {"categories": " ".join(opened(entry) or ()), "count": entry.count if entry.count > 1 else None}
    given |= {f"details.{name}": value for name, value in (entry.details or {}).items()}
    known = {name: value for name, value in given.items() if value not in (None, "")}
    detail = [{"type": name, "valueString": str(value)} for name, value in known.items()]
    what = _named(place, "answer" if is_read else "entry", entry.request or entry.id)
    role = _coding(f"{_TERMS}/object-role", "4", "Domain Resource")
    kind = _coding(f"{_TERMS}/audit-entity-type", "2", "System Object")
    return [{"what": what, "type": kind, "role": role} | ({"detail": detail} if detail else {})]


def _patient(entry: Entry, place: str) -> list[dict[str, Any]]:
    """The person by a random number. A number below 0 stands for a question that found nobody: no patient."""
    if entry.person is None or entry.person < 0:
        return []
    kind = _coding(f"{_TERMS}/audit-entity-type", "1", "Person")
    role = _coding(f"{_TERMS}/object-role", "1", "Patient")
    what = {"type": "Patient"} | _named(place, "person", str(entry.person))
    return [{"what": what, "type": kind, "role": role}]
