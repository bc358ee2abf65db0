"""Which systems are told what: DIR/events.toml, one table a sink. docs/how-to/send-events.md."""

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, urlsplit

from rempart.events.entry import Entry
from rempart.events.forms import NAMES, SYSLOG
from rempart.vocabulary.faults import Fault

FILE = "events.toml"
_HTTP = ("https", "http")
_SYSLOG = ("syslog+tls", "syslog+tcp", "syslog+udp")
_SCHEMES = (*_HTTP, *_SYSLOG, "file", "stdout")
_STARTS = ("now", "beginning")
_BODIES = ("array", "lines", "splunk")
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,31}")
_FLAGS = {"persons", "private", "confirm"}
_SHAPES: dict[str, type] = (
    dict.fromkeys(("to", "as", "start", "body", "authority", "authorization_file"), str)
    | dict.fromkeys(sorted(_FLAGS), bool)
    | {"only": list}
)
_WORDS = {str: "text", bool: "true or false", list: "list"}


class EventsFault(Fault):
    """events.toml cannot be read or says something that cannot be done: the message names the place."""


@dataclass(frozen=True, slots=True)
class Sink:
    """One system that is told. Fields are the keys of its table, `form` being `as`."""

    name: str
    to: SplitResult
    form: str
    only: tuple[str, ...] = ()
    """Beginnings of the tags that it is told; none: all."""
    start: str = "now"
    persons: bool = True
    private: bool = False
    authority: Path | None = None
    authorization_file: Path | None = None
    body: str = "array"
    confirm: bool = True
    patience: float = field(default=10.0, compare=False)

    def wants(self, entry: Entry) -> bool:
        return not self.only or entry.tag.startswith(self.only)

    def told(self, entry: Entry) -> Entry:
        return entry if self.persons else entry.without_person()

    @property
    def is_http(self) -> bool:
        return self.to.scheme in _HTTP

    @property
    def is_syslog(self) -> bool:
        return self.to.scheme in _SYSLOG


def load(data: Path) -> list[Sink]:
    """The sinks of an installation; none where there is no file. Raises EventsFault."""
    path = data / FILE
    try:
        given = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return []
    except (OSError, ValueError) as fault:
        why = str(fault) if isinstance(fault, tomllib.TOMLDecodeError) else type(fault).__name__
        raise EventsFault(f"{path} cannot be read: {why}.", _PAGE) from None
    return [sink(name, table) for name, table in given.items()]


_PAGE = "docs/how-to/send-events.md shows how it is written"


def sink(name: str, table: Any) -> Sink:
    """A sink from its table. Raises EventsFault."""
    if not _NAME.fullmatch(name) or not isinstance(table, dict):
        raise EventsFault(f"“{name}” in {FILE} is no table of a sink.", "write [siem], in small letters")
    _check_words(name, table)
    if not all(isinstance(one, str) and one for one in table.get("only", ())):
        raise _wrong(name, "only", 'is no list of tags\' beginnings, such as ["gate:lookup:"]')
    to = urlsplit(table["to"])
    made = Sink(
        name,
        to,
        table["as"],
        only=tuple(table.get("only", ())),
        start=table.get("start", "now"),
        body=table.get("body", "array"),
        authority=_path(table, "authority"),
        authorization_file=_path(table, "authorization_file"),
        **{flag: table[flag] for flag in _FLAGS & table.keys()},
    )
    _check_sense(made)
    return made


def _check_words(name: str, table: dict[str, Any]) -> None:
    for key, value in table.items():
        if key not in _SHAPES:
            raise _wrong(name, key, "is not known", sorted(_SHAPES))
        if not isinstance(value, _SHAPES[key]):
            raise _wrong(name, key, f"is no {_WORDS[_SHAPES[key]]}")
    if missing := {"to", "as"} - table.keys():
        raise _wrong(name, min(missing), "is missing")
    for key, allowed in (("as", NAMES), ("start", _STARTS), ("body", _BODIES)):
        if key in table and table[key] not in allowed:
            raise _wrong(name, key, "has no such choice", allowed)


def _check_sense(one: Sink) -> None:
    if one.to.scheme not in _SCHEMES:
        raise _wrong(one.name, "to", "names no way that is known", [f"{way}:" for way in _SCHEMES])
    if (one.is_http or one.is_syslog) and not one.to.hostname:
        raise _wrong(one.name, "to", "names no host")
    if one.to.username or one.to.password:
        raise _wrong(one.name, "to", "holds a password: name a file of it in authorization_file")
    if one.to.scheme == "file" and not one.to.path.startswith("/"):
        raise _wrong(one.name, "to", "names no file: write file:///var/log/rempart/events.jsonl")
    if one.is_syslog and one.to.port is None:
        raise _wrong(one.name, "to", "names no port: write syslog+tls://host:6514")
    if one.is_http and one.form == SYSLOG:
        raise _wrong(one.name, "as", "is syslog, which goes by syslog+tls, syslog+tcp, syslog+udp or file")
    if one.to.scheme in ("http", "syslog+tcp", "syslog+udp") and not one.private:
        raise _wrong(one.name, "to", "is not encrypted: inside a network of your own, say private = true")


def _path(table: dict[str, Any], key: str) -> Path | None:
    return Path(table[key]) if key in table else None


def _wrong(name: str, key: str, what: str, allowed: Any = ()) -> EventsFault:
    choices = f" It is one of: {', '.join(allowed)}." if allowed else ""
    return EventsFault(f"[{name}] in {FILE}: {key} {what}.{choices}", _PAGE)
