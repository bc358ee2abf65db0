"""Entries as OCSF events (schema.ocsf.io, 1.7.0): look-ups, sign-ins, accounts, findings, changes.

What the schema has no attribute for stands in `unmapped` under the journal's own names.
"""

from typing import Any

from rempart.events.entry import Entry, opened, person
from rempart.events.kinds import Class, kind_of

VERSION = "1.7.0"
_NAMES = {
    Class.DETECTION: ("Findings", "Detection Finding"),
    Class.ACCOUNT: ("Identity & Access Management", "Account Change"),
    Class.AUTHENTICATION: ("Identity & Access Management", "Authentication"),
    Class.API: ("Application Activity", "API Activity"),
    Class.DATASTORE: ("Application Activity", "Datastore Activity"),
}
_SUCCESS, _FAILURE = 1, 2
_USER = 1
_RULE = 1
_RELATIONAL = 1
_UNMAPPED = (
    *("profession", "assurance", "channel", "purpose", "act_family", "person", "hit", "insurer"),
    *("proof", "terminal", "verdict", "rule", "cost", "policy", "details"),
)


def event(entry: Entry, place: str) -> dict[str, Any]:
    """One event. `place` is the installation's address: it tells one installation's events from another's."""
    kind = kind_of(entry.tag)
    category, name = _NAMES[kind.of]
    common = {
        "category_uid": kind.of // 1000,
        "category_name": category,
        "class_uid": int(kind.of),
        "class_name": name,
        "activity_id": kind.activity,
        "type_uid": kind.of * 100 + kind.activity,
        "time": int(entry.at.timestamp() * 1000),
        "severity_id": int(kind.severity),
        "status_id": _FAILURE if kind.failed else _SUCCESS,
        "status_code": entry.reason,
        "message": kind.words,
        "count": entry.count,
        "metadata": _metadata(entry, place),
        "unmapped": _unmapped(entry),
    }
    made: dict[str, Any] = _told(common | _SPECIAL[kind.of](entry, place))
    return made


def _metadata(entry: Entry, place: str) -> dict[str, Any]:
    return {
        "version": VERSION,
        "uid": entry.id,
        "event_code": entry.tag,
        "correlation_uid": entry.request,
        "sequence": entry.seq,
        "log_name": "journal",
        "log_provider": place,
        "product": {"name": "Rempart", "vendor_name": "Rempart"},
    }


def _unmapped(entry: Entry) -> dict[str, Any]:
    given = {name: getattr(entry, name) for name in _UNMAPPED}
    return given | {"categories": opened(entry), "person": person(entry)}


def _datastore(entry: Entry, place: str) -> dict[str, Any]:
    return _from(entry, place) | {"database": {"name": "registry", "type_id": _RELATIONAL}}


def _api(entry: Entry, place: str) -> dict[str, Any]:
    """With the account that it was done to, where somebody else did it."""
    about = [{"type": "account", "uid": str(entry.account)}] if entry.account is not None else None
    api = {"operation": entry.tag, "service": {"name": "rempart"}}
    return _from(entry, place) | {"api": api, "resources": about}


def _authentication(entry: Entry, place: str) -> dict[str, Any]:
    session = {"uid": entry.session} if entry.session else None
    return {"user": _user(entry), "session": session, "src_endpoint": _endpoint(entry, place)}


def _account(entry: Entry, place: str) -> dict[str, Any]:
    """Who changed it, where that is told, is the actor; else the account itself."""
    return {"user": _user(entry)} | _from(entry, place)


def _finding(entry: Entry, place: str) -> dict[str, Any]:
    about = {
        "uid": f"{place}/{entry.rule}" if entry.rule else entry.id,
        "title": kind_of(entry.tag).words,
        "analytic": {"type_id": _RULE, "name": entry.reason or entry.tag},
    }
    return {"finding_info": about, "is_alert": True, "evidences": [_from(entry, place)]}


_SPECIAL = {
    Class.DETECTION: _finding,
    Class.ACCOUNT: _account,
    Class.AUTHENTICATION: _authentication,
    Class.API: _api,
    Class.DATASTORE: _datastore,
}


def _from(entry: Entry, place: str) -> dict[str, Any]:
    session = {"uid": entry.session} if entry.session else None
    user = {"name": entry.actor, "type_id": _USER} if entry.actor else _user(entry)
    return {"actor": {"user": user, "session": session}, "src_endpoint": _endpoint(entry, place)}


def _user(entry: Entry) -> dict[str, Any]:
    """The account by its number; an event of no account has nobody for a user, which is said."""
    if entry.account is None:
        return {"name": "none", "type_id": 0}
    org = {"uid": str(entry.organisation)} if entry.organisation is not None else None
    return {"uid": str(entry.account), "type_id": _USER, "org": org}


def _endpoint(entry: Entry, place: str) -> dict[str, Any]:
    """Where it came from; what came from no network came from the installation itself."""
    if entry.network is None:
        return {"svc_name": place}
    return {"ip": entry.network, "instance_uid": entry.device}


def _told(value: Any) -> Any:
    """Without what is not known."""
    if isinstance(value, dict):
        return {name: _told(one) for name, one in value.items() if one is not None and one not in ("", [])}
    return [_told(one) for one in value] if isinstance(value, list) else value
