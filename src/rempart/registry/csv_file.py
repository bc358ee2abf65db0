"""Persons from a CSV file, with a map from its columns to our fields."""

import csv
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO

from rempart.database.incoming import IncomingFileError, encoding_of, read_lines
from rempart.registry.rules.build import REQUIRED, UnfitError, build
from rempart.registry.rules.records import PersonRecord
from rempart.vocabulary.intake import SetAside, Why

FIELDS = (
    *("family_name", "given_names", "birth_date", "sex", "birth_rank"),
    *("payment_nir", "own_nir", "other_payment_nir", "policyholder_birth_date", "policyholder_birth_rank"),
    *("state", "open_from", "open_to", "scheme", "fund", "alsace_moselle", "ald_from", "ald_to"),
    *("c2s", "c2s_to", "ame_to", "declared_doctor", "quality"),
    *("amc_number", "insurer_name", "member_number", "convention", "routing", "valid_from", "valid_to"),
    *("third_party", "responsible", "last_optics", "guarantees"),
)
_TABLES = {"file", "columns", "constants", "values", "guarantees"}
_ENCODINGS = {"utf-8": "utf-8-sig", "windows-1252": "cp1252"}


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """Our field → their column; fixed values; their words → ours; guarantee code → their column."""

    columns: Mapping[str, str] = field(default_factory=lambda: {name: name for name in FIELDS})
    constants: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    guarantees: Mapping[str, str] = field(default_factory=dict)
    delimiter: str | None = None
    encoding: str | None = None


def read_map(path: Path) -> ColumnMap:
    """Read a TOML map. Raises IncomingFileError, naming what is wrong."""
    try:
        content = tomllib.loads(path.read_text("utf-8"))
    except OSError:
        raise IncomingFileError(f"The map {path} cannot be read.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise IncomingFileError(f"The map {path} is no TOML: {error}.") from None
    if not all(isinstance(table, dict) for table in [*content.values(), *_inner(content)]):
        raise IncomingFileError(f"The map {path} has a value where a table must stand.")
    file, columns = content.get("file", {}), content.get("columns", {})
    constants, values = content.get("constants", {}), content.get("values", {})
    unknown = sorted(content.keys() - _TABLES) or sorted(
        (columns.keys() | constants.keys() | values.keys()) - set(FIELDS)
    )
    if unknown:
        raise IncomingFileError(
            f"The map {path} names what does not exist: {', '.join(unknown)}.",
            f"fields are {', '.join(FIELDS)}",
        )
    if file.get("encoding", "utf-8") not in _ENCODINGS:
        raise IncomingFileError(f"The map {path} names another encoding than utf-8 or windows-1252.")
    return ColumnMap(
        columns={name: str(column) for name, column in columns.items()},
        constants={name: str(value) for name, value in constants.items()},
        values={
            name: {theirs: str(ours) for theirs, ours in words.items()} for name, words in values.items()
        },
        guarantees={code: str(column) for code, column in content.get("guarantees", {}).items()},
        delimiter=file.get("delimiter"),
        encoding=file.get("encoding"),
    )


def _inner(content: dict[str, Any]) -> list[Any]:
    values = content.get("values", {})
    return list(values.values()) if isinstance(values, dict) else []


def read_csv(
    file: BinaryIO,
    mapping: ColumnMap,
    *,
    insurer: str | None = None,
    guarantees: frozenset[str] | None = None,
) -> Iterator[PersonRecord | SetAside]:
    """Persons of a file whose first line names its columns, and the lines set aside.

    A quoted field may not run over the end of its line. Raises IncomingFileError when the header lacks
    a column that the map names, or one without which nobody can be imported.
    """
    encoding = _ENCODINGS[mapping.encoding] if mapping.encoding else encoding_of(file)
    lines = read_lines(file)
    header, delimiter = _header(next(lines, (1, None))[1], mapping, encoding)
    places = _places(header, mapping)
    for line, raw in lines:
        if raw is not None and not raw.strip():
            continue
        cells = _cells(line, raw, delimiter, encoding)
        if isinstance(cells, SetAside):
            yield cells
        elif len(cells) != len(header):
            yield SetAside(line, Why.WRONG_COLUMNS)
        else:
            try:
                fields = _fields(cells, places, mapping)
                yield build(fields, line=line, insurer=insurer, guarantees=guarantees)
            except UnfitError as error:
                yield SetAside(line, error.why, error.fields)


def _header(raw: bytes | None, mapping: ColumnMap, encoding: str) -> tuple[list[str], str]:
    if not raw:
        raise IncomingFileError("The file has no header line.")
    text = raw.decode(encoding, errors="replace")
    delimiter = mapping.delimiter or max(";,|\t", key=text.count)
    try:
        header = [name.strip() for name in next(csv.reader([text], delimiter=delimiter))]
    except (csv.Error, StopIteration, TypeError):  # the last: a delimiter of several characters
        raise IncomingFileError(
            "The header line cannot be read.", "name the delimiter in a map (--map)"
        ) from None
    if len(set(header)) < len(header):
        raise IncomingFileError("Two columns have the same name.")
    return header, delimiter


def _places(header: list[str], mapping: ColumnMap) -> dict[str, int]:
    """Field (or `guarantees.<code>`) → place of its column."""
    by_default = mapping.columns == {name: name for name in FIELDS}
    wanted = dict(mapping.columns) | {f"guarantees.{c}": column for c, column in mapping.guarantees.items()}
    if by_default:
        wanted = {name: column for name, column in wanted.items() if column in header}
    absent = sorted({column for column in wanted.values() if column not in header})
    if absent:
        raise IncomingFileError(f"The file has no column {', '.join(absent)}.", "correct the map (--map)")
    lacking = [name for name in REQUIRED if name not in chain(wanted, mapping.constants)]
    if lacking:
        raise IncomingFileError(
            f"No column gives {', '.join(lacking)}.", "say which columns do, in a map (--map MAP.toml)"
        )
    return {name: header.index(column) for name, column in wanted.items()}


def _cells(line: int, raw: bytes | None, delimiter: str, encoding: str) -> list[str] | SetAside:
    if raw is None:
        return SetAside(line, Why.LINE_TOO_LONG)
    try:
        return next(csv.reader([raw.decode(encoding)], delimiter=delimiter, strict=True))
    except UnicodeDecodeError:
        return SetAside(line, Why.NOT_TEXT)
    except (csv.Error, StopIteration):
        return SetAside(line, Why.WRONG_COLUMNS)


def _fields(cells: list[str], places: dict[str, int], mapping: ColumnMap) -> dict[str, Any]:
    fields: dict[str, Any] = dict(mapping.constants)
    guarantees: dict[str, str] = {}
    for name, place in places.items():
        cell = cells[place].strip()
        if name.startswith("guarantees."):
            if cell:
                guarantees[name.removeprefix("guarantees.")] = cell
        elif cell or name not in fields:
            fields[name] = mapping.values.get(name, {}).get(cell, cell)
    if guarantees:
        fields["guarantees"] = guarantees
    return fields
