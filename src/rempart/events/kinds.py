"""What each tag of the journal means to other systems: the class of event, how grave, and what was done.

Found by the longest beginning of the tag, so that a tag which is newer than a receiver's rules still
reaches them as something. A row once published keeps its numbers.
"""

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from functools import cache


class Class(IntEnum):
    """OCSF's class of event (schema.ocsf.io, 1.7.0)."""

    DETECTION = 2004
    ACCOUNT = 3001
    AUTHENTICATION = 3002
    API = 6003
    DATASTORE = 6005


class Severity(IntEnum):
    """OCSF's `severity_id`."""

    INFORMATION = 1
    LOW = 2
    MEDIUM = 3
    HIGH = 4


class Action(StrEnum):
    """FHIR's AuditEvent.action."""

    CREATE = "C"
    READ = "R"
    UPDATE = "U"
    DELETE = "D"
    EXECUTE = "E"


OTHER = 99
"""OCSF's activity for what its list has no word for."""


@dataclass(frozen=True, slots=True)
class Kind:
    """Class, activity within it, severity, action, and the sentence that people read."""

    of: Class
    activity: int
    severity: Severity
    action: Action
    words: str
    failed: bool = False


_INFO, _LOW, _MEDIUM, _HIGH = Severity
_C, _R, _U, _D, _E = Action
_API, _ACCOUNT, _LOGON, _DATA, _FOUND = (
    Class.API,
    Class.ACCOUNT,
    Class.AUTHENTICATION,
    Class.DATASTORE,
    Class.DETECTION,
)

KINDS = {
    "gate:lookup:granted": Kind(_DATA, 1, _INFO, _R, "Look-up answered"),
    "gate:lookup:challenged": Kind(_DATA, 1, _LOW, _R, "Look-up: confirmation asked", failed=True),
    "gate:lookup:refused": Kind(_DATA, 1, _LOW, _R, "Look-up refused", failed=True),
    "gate:lookup:refusals": Kind(_DATA, 1, _MEDIUM, _R, "Equal look-ups refused, counted", failed=True),
    "gate:restriction:placed": Kind(_API, 1, _MEDIUM, _C, "Restriction placed"),
    "gate:restriction:lifted": Kind(_API, 4, _MEDIUM, _D, "Restriction lifted"),
    "gate:change:": Kind(_API, 3, _MEDIUM, _U, "Limits, matrix, breaker or terminals"),
    "detection:signal:": Kind(_FOUND, 1, _LOW, _E, "A detector saw something"),
    "detection:alert:opened": Kind(_FOUND, 1, _HIGH, _E, "Alert opened"),
    "detection:alert:dismissed": Kind(_FOUND, 3, _INFO, _E, "Alert dismissed"),
    "detection:alert:closed": Kind(_FOUND, 3, _INFO, _E, "Alert closed"),
    "detection:alert:": Kind(_FOUND, 2, _INFO, _E, "Alert worked on"),
    "detection:call:failed": Kind(_API, OTHER, _HIGH, _E, "Nobody was reached", failed=True),
    "detection:": Kind(_API, OTHER, _INFO, _E, "Work on alerts"),
    "containment:": Kind(_API, OTHER, _LOW, _E, "A restriction was contested"),
    "access:session:opened": Kind(_LOGON, 1, _INFO, _E, "Signed in"),
    "access:session:refused": Kind(_LOGON, 1, _LOW, _E, "Sign-in refused", failed=True),
    "access:session:closed": Kind(_LOGON, 2, _INFO, _E, "Signed out"),
    "access:session:ended": Kind(_LOGON, 2, _LOW, _E, "Other sessions ended"),
    "access:session:": Kind(_LOGON, OTHER, _INFO, _E, "A fresh factor asked or given"),
    "access:campaign:": Kind(_FOUND, 1, _HIGH, _E, "Many accounts tried together"),
    "access:card:forged": Kind(_FOUND, 1, _HIGH, _E, "Forged professional's card"),
    "access:account:opened": Kind(_ACCOUNT, 1, _INFO, _C, "Account opened"),
    "access:account:closed": Kind(_ACCOUNT, 5, _LOW, _U, "Account closed"),
    "access:account:reported": Kind(_ACCOUNT, OTHER, _HIGH, _U, "“This was not me”"),
    "access:account:": Kind(_ACCOUNT, OTHER, _LOW, _U, "Account changed"),
    "access:password:changed": Kind(_ACCOUNT, 3, _INFO, _U, "Password changed"),
    "access:password:": Kind(_ACCOUNT, OTHER, _MEDIUM, _U, "New password asked"),
    "access:reset:done": Kind(_ACCOUNT, 4, _LOW, _U, "Password reset"),
    "access:reset:": Kind(_ACCOUNT, OTHER, _LOW, _U, "Reset under way"),
    "access:factor:enrolled": Kind(_ACCOUNT, 10, _LOW, _U, "Second factor added"),
    "access:factor:removed": Kind(_ACCOUNT, 11, _MEDIUM, _U, "Second factor removed"),
    "access:": Kind(_ACCOUNT, OTHER, _INFO, _U, "Identity, device, software or token of an account"),
    "audit:": Kind(_API, 2, _LOW, _R, "The journal was read"),
    "care:": Kind(_API, OTHER, _INFO, _E, "Care that the person received"),
    "intake:": Kind(_API, 3, _INFO, _U, "Persons, professionals, insurers or keys brought in"),
    "installation:": Kind(_API, 3, _MEDIUM, _U, "The installation itself"),
    "events:test:": Kind(_API, OTHER, _INFO, _E, "A test: nothing happened"),
    "": Kind(_API, OTHER, _INFO, _E, "Event"),
}


@cache
def kind_of(tag: str) -> Kind:
    """The kind with the longest beginning of the tag."""
    return KINDS[max((beginning for beginning in KINDS if tag.startswith(beginning)), key=len)]
