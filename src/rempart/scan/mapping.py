"""The map: which part of a line of somebody's log means what. Reference: docs/reference/scan-map.md."""

import re
import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from rempart.scan.errors import ScanFault
from rempart.vocabulary.words import Category, Purpose

GRANTED, UNCLEAR, MISS, REFUSED = 1, 2, 3, 4
"""What became of a request: shown, perhaps shown, nobody found, not shown."""

Format = Literal["combined", "common", "json", "csv"]
FORMATS = ("combined", "common", "json", "csv")
_STATUSES = {
    "granted": ("200-299", "304"),
    "miss": ("404", "410"),
    "refused": ("300-303", "305-403", "405-409", "411-498", "500-599"),
}
_CODES = {"granted": GRANTED, "miss": MISS, "refused": REFUSED}
_PARTS = {
    "time": "time",
    "account": "account",
    "network": "host",
    "status": "status",
    "request": "request",
    "method": "method",
}
_REMEDY = "docs/reference/scan-map.md; or let `rempart scan LOG --wizard MAP.toml` propose one"
_NAME = r"[A-Za-z0-9_.\-\[\]%$:@]{1,80}"
_MOST_PERSONS = 10_000
MOST_PAGES = 60
"""Each is tried on each line, and is a bit of a number."""


@dataclass(frozen=True, slots=True)
class Page:
    """A page that shows persons."""

    path: str
    """As in the log, without the query; `{person}` is the person, `*` one segment, `**` any rest."""
    person: str = "path"
    """Where the person stands: `path`, `query:NAME`, `field:NAME`, or `none`: the log does not say."""
    method: str = ""
    """Empty: any."""
    kind: str = "nir"
    """What names the person. Numbers of two kinds are never taken for one another; `nir` is understood."""
    persons: int = 1
    """How many persons one answer shows at most."""
    purpose: str = ""
    categories: tuple[str, ...] = ("civil_status", "nir", "rights", "contract")

    @property
    def shown(self) -> int:
        """The journal's sum of categories."""
        return sum(Category[name.upper()] for name in self.categories)

    @property
    def field(self) -> str:
        """The log's field that holds the person; empty: none of its own."""
        return self.person.removeprefix("field:") if self.person.startswith("field:") else ""

    def pattern(self) -> str:
        """RE2 and Python alike, over `METHOD PATH?QUERY …`; the group `person`, where the request has it."""
        method = re.escape(self.method) if self.method else "[A-Z]{1,20}"
        path = "".join(_piece(piece) for piece in re.split(r"(\{person\}|\*\*|\*)", self.path))
        ends = r"(?:[?#; ]|$)"
        if self.person.startswith("query:"):
            name = re.escape(self.person.removeprefix("query:"))
            ends = rf"\?(?:[^ #]*?&)??{name}=(?P<person>[^& #]+)"
        return rf"^{method} (?:https?://[^/ ]+)?{path}{ends}"

    def anywhere(self) -> str:
        """The same page, whether or not the request holds the person."""
        return Page(self.path.replace("{person}", "*"), "none", self.method).pattern()


def _piece(piece: str) -> str:
    known = {"{person}": r"(?P<person>[^/?#; ]+)", "*": r"[^/?#; ]+", "**": r"[^?#; ]*"}
    return known.get(piece) or re.escape(piece)


@dataclass(frozen=True, slots=True)
class Map:
    """How to read one portal's logs."""

    pages: tuple[Page, ...]
    format: Format = "combined"
    zone: str = "Europe/Paris"
    """Of times that carry no offset."""
    delimiter: str = ","
    population: int = 0
    """How many persons the portal could have shown at all; 0: not known."""
    names: dict[str, str] = field(default_factory=lambda: dict(_PARTS))
    """What the reader needs → the log's name for it."""
    results: tuple[int, ...] = ()
    """What each status from 0 to 999 means."""

    @property
    def timezone(self) -> ZoneInfo:
        return ZoneInfo(self.zone)

    @property
    def wanted(self) -> tuple[str, ...]:
        """Every field of the log that is read."""
        own = (page.field for page in self.pages if page.field)
        return tuple(dict.fromkeys([*self.names.values(), *own]))


def load(path: Path) -> Map:
    """Raises ScanFault, which says what is wrong."""
    try:
        return parsed(path.read_text("utf-8"))
    except OSError as error:
        raise ScanFault(f"The map {path.name} cannot be read: {error.strerror}.", _REMEDY) from None
    except UnicodeDecodeError:
        raise ScanFault(f"The map {path.name} is no UTF-8 text.", _REMEDY) from None


def parsed(text: str) -> Map:
    """A map from TOML. Raises ScanFault."""
    try:
        told = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScanFault(f"The map is no TOML: {error}.", _REMEDY) from None
    _only(told, {"format", "zone", "delimiter", "population", "fields", "result", "page"}, "the map")
    if told.get("format", "combined") not in FORMATS:
        raise _wrong(f"format is one of {', '.join(FORMATS)}")
    delimiter = told.get("delimiter", ",")
    if not isinstance(delimiter, str) or len(delimiter) != 1 or not delimiter.isascii():
        raise _wrong("delimiter is one character")
    population = told.get("population", 0)
    if not isinstance(population, int) or population < 0:
        raise _wrong("population is a number of persons")
    return Map(
        pages=_pages(told.get("page")),
        format=told.get("format", "combined"),
        zone=_zone(told.get("zone", "Europe/Paris")),
        delimiter=delimiter,
        population=population,
        names=_names(told.get("fields", {})),
        results=statuses(told.get("result", {})),
    )


def statuses(told: dict[str, Any]) -> tuple[int, ...]:
    """What each status means; what no list names is unclear. Raises ScanFault."""
    _only(told, set(_STATUSES), "[result]")
    made = [UNCLEAR] * 1000
    for name, shipped in _STATUSES.items():
        for text in told.get(name, shipped):
            found = re.fullmatch(r"(\d{3})(?:-(\d{3}))?", str(text), re.ASCII)
            if not found:
                raise _wrong(f"[result] {name} lists statuses, such as 404 or “200-299”")
            for status in range(int(found[1]), int(found[2] or found[1]) + 1):
                made[status] = _CODES[name]
    return tuple(made)


def written(told: Map) -> str:
    """TOML that `parsed` reads back."""
    lines = ["# rempart scan: what the lines of this log mean (docs/reference/scan-map.md).", ""]
    lines += [f'format = "{told.format}"', f'zone = "{told.zone}"  # of times without an offset']
    if told.format == "csv":
        lines.append(f"delimiter = {_toml(told.delimiter)}")
    lines += ["# population = 1000000  # persons the portal could have shown at all", "", "[fields]"]
    lines += [f"{part} = {_toml(name)}" for part, name in told.names.items()]
    lines += ["", "[result]  # any other status is “unclear”: perhaps shown"]
    lines += [f"{name} = [{', '.join(_toml(one) for one in each)}]" for name, each in _STATUSES.items()]
    for page in told.pages:
        lines += ["", "[[page]]", f"path = {_toml(page.path)}", f"person = {_toml(page.person)}"]
        lines += [f"method = {_toml(page.method)}"] if page.method else []
        lines += [f"kind = {_toml(page.kind)}", f"persons = {page.persons}"]
        lines += [f"categories = [{', '.join(_toml(one) for one in page.categories)}]"]
    return "\n".join([*lines, ""])


# ------------------------------------------------------------------------------------------- inside


def _toml(text: str) -> str:
    quoted = text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t")
    return f'"{"".join(one for one in quoted if one.isprintable())}"'


def _wrong(what: str) -> ScanFault:
    return ScanFault(f"The map is wrong: {what}.", _REMEDY)


def _only(told: Any, known: set[str], where: str) -> None:
    if not isinstance(told, dict):
        raise _wrong(f"{where} is a table")
    if strange := sorted(set(told) - known):
        raise _wrong(f"{where} knows no “{strange[0][:40]}”; it knows {', '.join(sorted(known))}")


def _zone(name: Any) -> str:
    try:
        return ZoneInfo(name).key
    except (ValueError, OSError, TypeError, AttributeError, KeyError):  # ZoneInfoNotFoundError is a KeyError
        raise _wrong("zone is a time zone's name, such as Europe/Paris or UTC") from None


def _names(told: Any) -> dict[str, str]:
    _only(told, set(_PARTS), "[fields]")
    for part, name in told.items():
        if not isinstance(name, str) or (name and not re.fullmatch(_NAME, name)):
            raise _wrong(f"[fields] {part} names a field of the log")
    return {**_PARTS, **told}


def _pages(told: Any) -> tuple[Page, ...]:
    if not isinstance(told, list) or not told:
        raise _wrong("at least one [[page]] says which page shows persons")
    if len(told) > MOST_PAGES:
        raise _wrong(f"at most {MOST_PAGES} [[page]]")
    return tuple(_page(one) for one in told)


def _page(told: Any) -> Page:
    _only(told, {one.name for one in fields(Page)}, "[[page]]")
    person = told.get("person", "path")
    path, persons = told.get("path"), told.get("persons", 1)
    if not isinstance(path, str) or not path.startswith(("/", "*")):
        raise _wrong("[[page]] path begins with “/”")
    if not isinstance(person, str) or not re.fullmatch(rf"path|none|(?:query|field):{_NAME}", person):
        raise _wrong("[[page]] person is “path”, “query:NAME”, “field:NAME” or “none”")
    if (path.count("{person}") == 1) != (person == "path") or path.count("{person}") > 1:
        raise _wrong("[[page]] path holds {person} once where person is “path”, and else not at all")
    if isinstance(persons, bool) or not isinstance(persons, int) or not 1 <= persons <= _MOST_PERSONS:
        raise _wrong(f"[[page]] persons is a number from 1 to {_MOST_PERSONS}")
    return _checked(told | {"categories": tuple(told.get("categories", Page("/").categories))})


def _checked(told: dict[str, Any]) -> Page:
    if told.get("purpose", "") not in {"", *Purpose}:
        raise _wrong(f"[[page]] purpose is one of {', '.join(Purpose)}")
    if not re.fullmatch(r"[a-z_]{1,16}", str(told.get("kind", "nir"))):
        raise _wrong("[[page]] kind is a word of small letters")
    if not re.fullmatch(r"[A-Z]{0,20}", str(told.get("method", ""))):
        raise _wrong("[[page]] method is GET, POST …")
    known = {name.lower() for name in Category.__members__}
    if not told["categories"] or not set(told["categories"]) <= known:
        raise _wrong(f"[[page]] categories are of {', '.join(sorted(known))}")
    return Page(**told)
