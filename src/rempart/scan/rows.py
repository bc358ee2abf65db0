"""A block of lines → keyed rows: nothing of a person but a keyed number goes beyond this file."""

import ipaddress
from collections import Counter
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from rempart.scan import moments
from rempart.scan.fields import Reader
from rempart.scan.files import Block
from rempart.scan.mapping import GRANTED, MISS, Map, Page
from rempart.scan.moments import NEVER
from rempart.scan.persons import KNOWN, Keyed

ROWS = pa.schema(
    {
        "moment": pa.int64(),
        "file": pa.int32(),
        "row": pa.int64(),
        "account": pa.int64(),
        "network": pa.string(),
        "page": pa.int16(),
        "result": pa.int8(),
        "person": pa.int64(),
        "department": pa.int16(),
        "birth_month": pa.int8(),
        "prefix_month": pa.int64(),
        "prefix_commune": pa.int64(),
    }
)
"""Requests for a page that the map names; person 0: the line does not say."""
HOUR, _BACKWARDS = 3_600_000_000, -60_000_000


@dataclass(slots=True)
class Counted:
    """What was seen of lines, beside the rows."""

    lines: int = 0
    unreadable: Counter[str] = field(default_factory=Counter)
    """Why → lines."""
    hours: Counter[int] = field(default_factory=Counter)
    """Hour since 1970 → readable lines."""
    first: int = 0
    last: int = 0
    backwards: int = 0
    """Lines older than the one before by more than a minute."""
    unnamed: int = 0
    """Answers that were granted, on pages that the map does not name."""
    outside: int = 0
    """Lines outside the period asked for."""

    def add(self, other: "Counted") -> None:
        self.lines += other.lines
        self.unreadable += other.unreadable
        self.hours += other.hours
        self.first = min(self.first or other.first, other.first or self.first)
        self.last = max(self.last, other.last)
        self.backwards += other.backwards
        self.unnamed += other.unnamed
        self.outside += other.outside


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` to `end`, not included; microseconds since 1970."""

    start: int = int(NEVER) + 1
    end: int = -(int(NEVER) + 1)


Made = tuple[pa.Table, pa.DictionaryArray, Counted]


@dataclass(frozen=True, slots=True)
class Keyer:
    """Reads blocks by one map with one key."""

    map: Map
    reader: Reader
    keyed: Keyed
    period: Period = Period()

    def rows(self, block: Block, first_row: int = 0) -> Made:
        """Rows as ROWS but for the account, and what was counted."""
        columns = self.reader.read(block.data)
        counted = Counted(columns.table.num_rows + columns.unreadable)
        counted.unreadable["form"] += columns.unreadable
        table = columns.table
        at = self._moments(table)
        status = self._statuses(table.column(self.map.names["status"]))
        counted.unreadable["time"] += int((at == NEVER).sum())
        counted.unreadable["status"] += int(((at != NEVER) & (status < 0)).sum())
        readable = (at != NEVER) & (status >= 0)
        _count_moments(counted, at[readable])
        inside = readable & (at >= self.period.start) & (at < self.period.end)
        counted.outside += int(readable.sum() - inside.sum())
        made = self._of_pages(table, at, status, inside, counted)
        made["file"] = np.full(len(made["moment"]), block.file, "i4")
        made["row"] = first_row + made["row"]
        account = made.pop("account")
        arrays = [pa.array(made[name], kind) for name, kind in _KINDS if name != "account"]
        return pa.table(arrays, [name for name in ROWS.names if name != "account"]), account, counted

    def _moments(self, table: pa.Table) -> np.ndarray:
        time = _one(table.column(self.map.names["time"]))
        if self.map.format in {"combined", "common"} and self.map.names["time"] == "time":
            zones = _coded(table.column("zone"))
            bracket = 1 if len(time) and (time[0].as_py() or b"").startswith(b"[") else 0
            made = moments.of_access_log(time, zones, bracket)
            other = made == NEVER  # lines of the slow way have no bracket
            if bracket and other.any():
                made = np.where(other, moments.of_access_log(time, zones, 0), made)
            return made
        return moments.of_texts(time, self.map.timezone)

    def _statuses(self, column: pa.ChunkedArray) -> np.ndarray:
        """What each line's status means; -1: it has none."""
        coded = _coded(column)
        means = [_meaning(raw, self.map.results) for raw in coded.dictionary.to_pylist()]
        each: np.ndarray = np.array([*means, -1], "i1")[
            coded.indices.fill_null(len(means)).to_numpy(zero_copy_only=False)
        ]
        return each

    def _of_pages(
        self, table: pa.Table, at: np.ndarray, status: np.ndarray, inside: np.ndarray, counted: Counted
    ) -> dict[str, Any]:
        request = self._requests(table)
        page = np.full(len(at), -1, "i2")
        known = np.zeros(len(at), KNOWN)
        for number, one in enumerate(self.map.pages):
            free = np.flatnonzero((page < 0) & inside)
            places, named = _matches(request.take(pa.array(free)), one)
            hit = free[places]
            page[hit] = number
            known[hit] = self._persons(one, named, table, hit)
        mine = np.flatnonzero(page >= 0)
        counted.unnamed += int(((page < 0) & inside & (status == GRANTED)).sum())
        person = known["person"][mine]
        return {
            "moment": at[mine],
            "row": mine,
            "account": self._account(table, mine),
            "network": _networks(table.column(self.map.names["network"]).take(pa.array(mine))),
            "page": page[mine],
            "result": status[mine],
            "person": np.where(status[mine] == MISS, -person, person),
            "department": known["department"][mine],
            "birth_month": known["month"][mine],
            "prefix_month": known["by_month"][mine],
            "prefix_commune": known["by_commune"][mine],
        }

    def _requests(self, table: pa.Table) -> pa.Array:
        request = _one(table.column(self.map.names["request"])).fill_null(b"")
        if self.map.format in {"combined", "common"}:
            return request
        names, method = table.column_names, self.map.names["method"]
        bare = pc.match_substring_regex(request, "^[A-Z]{1,20} ")
        verb = _one(table.column(method)).fill_null(b"GET") if method in names else pa.scalar(b"GET")
        return pc.if_else(bare, request, pc.binary_join_element_wise(verb, request, b" "))

    def _persons(self, page: Page, named: pa.Array, table: pa.Table, hit: np.ndarray) -> np.ndarray:
        """KNOWN records for the lines that are this page's."""
        if page.field:
            named = _one(table.column(page.field)).take(pa.array(hit))
        elif page.person == "none" or not len(hit):
            return np.zeros(len(hit), KNOWN)
        coded = named.fill_null(b"").dictionary_encode()
        made: np.ndarray = self.keyed.known(coded.dictionary, page.kind)[coded.indices.to_numpy()]
        return made

    def _account(self, table: pa.Table, mine: np.ndarray) -> pa.DictionaryArray:
        """Names, not numbered yet: blocks are read beside one another."""
        name = self.map.names["account"]
        if not name:
            return pa.nulls(len(mine), pa.binary()).dictionary_encode()
        return _one(table.column(name)).take(pa.array(mine)).dictionary_encode()


_KINDS = list(zip(ROWS.names, ROWS.types, strict=True))


def _matches(request: pa.Array, page: Page) -> tuple[np.ndarray, pa.Array]:
    """Places of requests for the page, and whom each names, where the request does.

    What every such request holds is looked for first: that is quick.
    """
    literal = max(page.path.replace("**", "*").replace("{person}", "*").split("*"), key=len)
    likely = np.flatnonzero(pc.match_substring(request, literal).to_numpy(zero_copy_only=False))
    request = request.take(pa.array(likely))
    if page.person == "path":
        named = pc.extract_regex(request, page.pattern())
        sure = named.is_valid()
        return likely[sure.to_numpy(zero_copy_only=False)], named.filter(sure).field("person")
    sure = pc.match_substring_regex(request, page.anywhere())
    named = pa.nulls(pc.sum(sure).as_py() or 0, pa.binary())
    if page.person.startswith("query:"):
        named = pc.extract_regex(request.filter(sure), page.pattern()).field("person")
    return likely[sure.to_numpy(zero_copy_only=False)], named


def _one(column: pa.ChunkedArray) -> pa.Array:
    """A column as one plain array."""
    whole = column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
    if isinstance(whole, pa.ChunkedArray):
        whole = pa.concat_arrays(whole.chunks) if whole.num_chunks else pa.array([], whole.type)
    return whole.dictionary_decode() if pa.types.is_dictionary(whole.type) else whole


def _coded(column: pa.ChunkedArray) -> pa.DictionaryArray:
    whole = column.combine_chunks() if column.num_chunks != 1 else column.chunk(0)
    if isinstance(whole, pa.ChunkedArray):
        whole = pa.concat_arrays(whole.chunks) if whole.num_chunks else pa.array([], whole.type)
    return whole if pa.types.is_dictionary(whole.type) else whole.dictionary_encode()


def _meaning(raw: bytes | None, results: tuple[int, ...]) -> int:
    return results[int(raw)] if raw and len(raw) == 3 and raw.isdigit() else -1  # noqa: PLR2004


def _networks(column: pa.ChunkedArray) -> pa.Array:
    coded = _coded(column)
    usual = pc.match_substring_regex(coded.dictionary, _USUAL).to_numpy(zero_copy_only=False)
    rest = np.flatnonzero(~usual)
    odd = [_address(raw) for raw in coded.dictionary.take(pa.array(rest)).to_pylist()]
    texts = pc.if_else(pa.array(usual), coded.dictionary, pa.scalar(None, pa.binary()))
    texts = pc.replace_with_mask(
        texts, pa.array(~usual), pa.array([o and o.encode() for o in odd], pa.binary())
    )
    return texts.cast(pa.string()).take(coded.indices)


_OCTET = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_USUAL = rf"\A(?:{_OCTET}\.){{3}}{_OCTET}\z"
"""An IPv4 address written as everybody writes it."""


@lru_cache(100_000)
def _address(raw: bytes) -> str | None:
    """The first address of what may be a list of them (X-Forwarded-For); None: it is no address."""
    try:
        return str(ipaddress.ip_address(raw.split(b",")[0].strip().decode("ascii")))
    except ValueError:
        return None


def _count_moments(counted: Counted, at: np.ndarray) -> None:
    if not len(at):
        return
    hours, lines = np.unique(at // HOUR, return_counts=True)
    counted.hours.update(dict(zip(hours.tolist(), lines.tolist(), strict=True)))
    counted.first, counted.last = int(at.min()), int(at.max())
    counted.backwards = int((np.diff(at) < _BACKWARDS).sum())
