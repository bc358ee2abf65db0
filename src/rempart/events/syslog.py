"""Entries as syslog messages: RFC 5424, framed by octet counting (RFC 6587, 3.4.1; RFC 5425, 4.3)."""

import re
from datetime import UTC
from typing import Any
from urllib.parse import urlsplit

import orjson

from rempart.events.entry import Entry
from rempart.events.kinds import Severity, kind_of
from rempart.events.lines import line

_AUDIT = 13
"""Facility “log audit” (RFC 5424, table 1)."""
_SEVERITIES = {Severity.INFORMATION: 6, Severity.LOW: 5, Severity.MEDIUM: 4, Severity.HIGH: 1}
"""OCSF's → informational, notice, warning, alert."""
_ELEMENT = "rempart@32473"
"""32473 is the enterprise number of examples (RFC 5612): the project has none of its own."""
_LONGEST_ID = 32
_MARK = b"\xef\xbb\xbf"
_PARAMETERS = (
    *("id", "epoch", "seq", "request", "account", "profession", "assurance", "session", "device"),
    *("organisation", "network", "channel", "purpose", "act_family", "person", "hit", "insurer"),
    *("categories", "proof", "terminal", "verdict", "reason", "rule", "cost", "count", "actor", "details"),
)


def message(entry: Entry, place: str, content: dict[str, Any] | None = None) -> bytes:
    """One message. `content`: an event in another form, which is then the text, as JSON."""
    kind = kind_of(entry.tag)
    priority = _AUDIT * 8 + _SEVERITIES[kind.severity]
    at = entry.at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
    head = f"<{priority}>1 {at} {host_of(place)} rempart journal {_name(entry.tag)} "
    told = {"id": entry.id} if content else _parameters(entry, place)
    text = orjson.dumps(content) if content else kind.words.encode()
    return head.encode() + _structured(told).encode() + b" " + _MARK + text


def framed(one: bytes) -> bytes:
    """With its length before it, so that no content can be taken for an end."""
    return b"%d %b" % (len(one), one)


def host_of(place: str) -> str:
    return _printable(urlsplit(place).hostname or "-", 255)


def _name(tag: str) -> str:
    return _printable(tag, _LONGEST_ID)


def _printable(text: str, most: int) -> str:
    return re.sub(r"[^!-~]", "_", text)[:most] or "-"


def _parameters(entry: Entry, place: str) -> dict[str, str]:
    given = line(entry, place)
    return {name: _text(given[name]) for name in _PARAMETERS if name in given}


def _text(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(value)
    return orjson.dumps(value).decode() if isinstance(value, dict | bool) else str(value)


_ESCAPED = re.compile(r'["\\\]]')


def _structured(told: dict[str, str]) -> str:
    """RFC 5424, 6.3.3: a quotation mark, a backslash and a closing bracket are escaped."""
    pairs = [f'{name}="{_escaped(value)}"' for name, value in told.items()]
    return f"[{' '.join((_ELEMENT, *pairs))}]"


def _escaped(value: str) -> str:
    return _ESCAPED.sub(lambda found: "\\" + found[0], value)
