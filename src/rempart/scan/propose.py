"""A map proposed from a log's first lines. Values are shown by their shape alone."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote_to_bytes

import orjson

from rempart.scan.errors import ScanFault
from rempart.scan.fields import COMBINED, Reader, Values, header_of
from rempart.scan.mapping import Format, Map, Page, statuses
from rempart.scan.persons import looks_like_nir

_WORDS = re.compile(
    r"(?i)^(nir|nss|ssn|num_?secu|numero_?secu|no_?secu|numss|insee|matricule|patient(_?id)?|assure(_?id)?"
    r"|beneficiaire(_?id)?|person(ne)?(_?id)?|ins)$"
)
_LONG = 40
"""Characters beyond which a part of a path is no word."""
_SEARCHES = re.compile(r"(?i)(recherche|search|patient|assure|beneficiaire|droits|person)")
_ACCOUNTS = ("user", "account", "login", "remote_user", "username", "compte", "utilisateur", "user_id")
_TIMES = ("time", "timestamp", "@timestamp", "time_iso8601", "date", "datetime", "msec", "ts", "horodatage")
_NETWORKS = ("remote_addr", "ip", "client_ip", "host", "remote_host", "clientip", "network", "adresse")
_STATUSES = ("status", "code", "status_code", "http_status", "statut")
_REQUESTS = ("request", "uri", "path", "url", "request_uri", "requete")
_MOST = 0.5
_STATIC = re.compile(r"(?i)\.(css|js|png|jpe?g|gif|svg|ico|woff2?|map)$")


@dataclass(slots=True)
class Proposal:
    """A map, and what it was understood from."""

    map: Map
    lines: int
    unreadable: int
    understood: list[tuple[str, str, str]] = field(default_factory=list)
    """What, from where, shapes of sample values."""
    doubts: list[str] = field(default_factory=list)
    """Codes: `account`, `person`, `unreadable`; empty: certain."""


def shape(value: bytes | None) -> str:
    """`1850775…` → `9999999…`: what it looks like, nothing of what it says."""
    text = (value or b"").decode("utf-8", "replace")[:24]
    return "".join(
        "9" if one.isdigit() else "a" if one.isalpha() else one if one in "-_.:/@[]+ " else "?"
        for one in text
    )


def propose(lines: Sequence[bytes]) -> Proposal:
    """From a log's first lines. Raises ScanFault where no format fits."""
    lines = [line for line in lines if line.strip()]
    if not lines:
        raise ScanFault("The log is empty.", "name one with lines")
    told, read = _format(lines)
    good = [values for values in read if values]
    names = _names(told, good)
    pages, doubts = _pages(good, names)
    if not any(_filled(values.get(names["account"])) for values in good):
        names["account"] = names["network"]
        doubts.append("account")
    if len(good) < _MOST * len(read):
        doubts.append("unreadable")
    made = Map(
        pages=tuple(pages) or (Page("/**", "none"),),
        format=told.format,
        delimiter=told.delimiter,
        names=names,
        results=statuses({}),
    )
    return Proposal(made, len(read), len(read) - len(good), _understood(made, good), doubts)


# ------------------------------------------------------------------------------------------- inside


def _format(lines: list[bytes]) -> tuple[Map, list[Values | None]]:
    """The format that reads most lines."""
    tried: list[tuple[int, Map, list[Values | None]]] = []
    kinds: tuple[tuple[Format, str], ...] = (
        ("combined", ","),
        ("json", ","),
        ("csv", ","),
        ("csv", ";"),
        ("csv", "\t"),
    )
    for kind, delimiter in kinds:
        told = Map((), kind, delimiter=delimiter, names={})
        header = () if kind == "json" else header_of(lines, told)
        wanted = {name: name for name in (_keys(lines) if kind == "json" else header)}
        reader = Reader(Map((), kind, delimiter=delimiter, names=wanted), header)
        body = lines[1:] if kind == "csv" else lines
        read = [reader.values(line) for line in body]
        good = sum(values is not None for values in read) if len(header) > 3 or kind == "json" else 0  # noqa: PLR2004
        tried.append((good, told, read))
    good, told, read = max(tried, key=lambda one: one[0])
    if not good:
        raise ScanFault(
            "No line has a known form: nginx or Apache access log, JSON lines, CSV with names on top.",
            "docs/reference/scan-map.md",
        )
    return told, read


def _keys(lines: list[bytes]) -> list[str]:
    keys: dict[str, None] = {}
    for line in lines[:200]:
        try:
            told = orjson.loads(line)
        except orjson.JSONDecodeError:
            continue
        _walk(told, "", keys)
    return list(keys)


def _walk(told: object, before: str, keys: dict[str, None]) -> None:
    if isinstance(told, dict) and len(keys) < 200:  # noqa: PLR2004
        for name, value in told.items():
            _walk(value, f"{before}{name}.", keys)
    elif before:
        keys[before[:-1]] = None


def _names(told: Map, good: list[Values]) -> dict[str, str]:
    if told.format in {"combined", "common"}:
        return {
            "time": "time",
            "account": "account",
            "network": "host",
            "status": "status",
            "request": "request",
            "method": "method",
        }
    there = list(dict.fromkeys(name for values in good for name in values))
    parts = {
        "time": _TIMES,
        "account": _ACCOUNTS,
        "network": _NETWORKS,
        "status": _STATUSES,
        "request": _REQUESTS,
        "method": ("method", "request_method"),
    }
    made = {part: _first(there, words) for part, words in parts.items()}
    lacking = [part for part in ("time", "status", "request") if not made[part]]
    if lacking:
        raise ScanFault(
            f"Which field is the {lacking[0]}? None has a usual name.",
            "name it in a map: docs/reference/scan-map.md",
        )
    return made


def _first(there: list[str], words: tuple[str, ...]) -> str:
    ends = {name.rpartition(".")[2].lower(): name for name in reversed(there)}
    return next((ends[word] for word in words if word in ends), "")


def _filled(value: bytes | None) -> bool:
    return value not in {None, b"", b"-"}


def _pages(good: list[Values], names: dict[str, str]) -> tuple[list[Page], list[str]]:
    """Where numbers of persons stand: by their form first, then by their names."""
    paths: Counter[str] = Counter()
    queries: dict[tuple[str, str], list[bool]] = defaultdict(list)
    posts: Counter[str] = Counter()
    for values in good:
        method, path, query = _parts(values, names)
        paths[_template(path)] += _NIR_MARK in _template(path) or bool(
            re.search(r"/\{person\}", _template(path))
        )
        for name, value in query:
            queries[(_template(path), name)].append(looks_like_nir(value))
        if method == "POST" and not query and _SEARCHES.search(path) and not _STATIC.search(path):
            posts[_template(path)] += (values.get(names["status"]) or b"")[:1] == b"2"
    pages = [
        Page(path, kind=_kind(good, names, path))
        for path, count in paths.most_common(20)
        if count > 0 and "{person}" in path
    ]
    for (path, name), likely in sorted(queries.items(), key=lambda one: -len(one[1])):
        if "{person}" not in path and (sum(likely) > _MOST * len(likely) or _WORDS.match(name)):
            nir = sum(likely) > _MOST * len(likely)
            pages.append(Page(path, f"query:{name}", kind="nir" if nir else "id"))
    pages += [page for name in _fields(good, names) for page in [Page("/**", f"field:{name}")]]
    sure = any(page.kind == "nir" for page in pages)
    pages += [
        Page(path, "none", "POST") for path, count in posts.most_common(5) if count and "{person}" not in path
    ]
    return pages[:20], [] if sure else ["person"]


_NIR_MARK = "{person}"


def _parts(values: Values, names: dict[str, str]) -> tuple[str, str, list[tuple[str, bytes]]]:
    request = (values.get(names["request"]) or b"").decode("latin-1")
    method, space, rest = request.partition(" ")
    if not space or not method.isupper():
        method, rest = (values.get(names["method"]) or b"GET").decode("latin-1"), request
    target = rest.split(" ")[0]
    path, _, query = target.partition("?")
    return (
        method,
        path,
        [(name, value.encode("latin-1")) for name, value in parse_qsl(query, encoding="latin-1")],
    )


def _template(path: str) -> str:
    """A path with persons and numbers taken out."""
    made, person = [], False
    for part in path.split("/"):
        value = unquote_to_bytes(part)
        if not person and looks_like_nir(value):
            made.append("{person}")
            person = True
        elif re.search(r"\d", part) or len(part) > _LONG:
            made.append("*")
        else:
            made.append(part)
    searched = _SEARCHES.search("/".join(made)) and not _STATIC.search(path)
    if searched and not person and "*" in made[2:]:
        made[made.index("*")] = "{person}"
    return "/".join(made)


def _kind(good: list[Values], names: dict[str, str], template: str) -> str:
    page = re.compile(Page(template).pattern())
    found = [page.match(f"{method} {path}") for method, path, _ in (_parts(values, names) for values in good)]
    values = [one["person"].encode() for one in found if one]
    return (
        "nir"
        if sum(looks_like_nir(unquote_to_bytes(value)) for value in values) > _MOST * len(values)
        else "id"
    )


def _fields(good: list[Values], names: dict[str, str]) -> list[str]:
    """Fields of their own that hold a NIR."""
    there = dict.fromkeys(name for values in good for name in values)
    made = []
    for name in there:
        if name in {*names.values(), *COMBINED}:
            continue
        values = [value for one in good if (value := one.get(name)) and _filled(value)]
        if values and sum(looks_like_nir(value) for value in values) > _MOST * len(values):
            made.append(name)
    return made


def _understood(made: Map, good: list[Values]) -> list[tuple[str, str, str]]:
    rows: list[tuple[str, str, str]] = [("format", made.format, "")]
    for part, name in made.names.items():
        if samples := [values[name] for values in good[:200] if name in values and _filled(values[name])]:
            rows.append((part, name, ", ".join(dict.fromkeys(_safe(part, one) for one in samples[:3]))))
    rows += [
        ("page", page.path, f"{page.person}, {page.kind}" + (f", {page.method}" if page.method else ""))
        for page in made.pages
    ]
    return rows


def _safe(part: str, value: bytes | None) -> str:
    if part == "request":
        return shape((value or b"").partition(b"?")[0])
    return (value or b"").decode("ascii", "replace")[:3] if part == "status" else shape(value)
