"""The forms by name: an entry as a JSON object, or as bytes that are ready to be written."""

from collections.abc import Callable
from typing import Any

import orjson

from rempart.events import audit_event, lines, ocsf, syslog
from rempart.events.entry import Entry

Form = Callable[[Entry, str], dict[str, Any]]
FORMS: dict[str, Form] = {"ocsf": ocsf.event, "fhir": audit_event.audit_event, "jsonl": lines.line}
SYSLOG = "syslog"
NAMES = (*FORMS, SYSLOG)


def as_line(entry: Entry, form: str, place: str) -> bytes:
    """One line of text: JSON, or a syslog message."""
    if form == SYSLOG:
        return syslog.message(entry, place)
    return orjson.dumps(FORMS[form](entry, place))


def as_message(entry: Entry, form: str, place: str) -> bytes:
    """One syslog message; with JSON for its text where the form is not syslog's own."""
    content = None if form == SYSLOG else FORMS[form](entry, place)
    return syslog.message(entry, place, content)
