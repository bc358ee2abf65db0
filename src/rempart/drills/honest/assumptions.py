"""Reads `assumptions.toml`: one figure, one figure for each profession, or hours as minutes of a day."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rempart.vocabulary.words import STAFF, Profession

PROFESSIONS = tuple(profession for profession in Profession if profession not in STAFF)
"""A profession's place here is its number in the cast."""


@cache
def sections() -> dict[str, dict[str, Any]]:
    return tomllib.loads((Path(__file__).parent / "assumptions.toml").read_text("utf-8"))


def figure(section: str, name: str) -> float:
    return float(sections()[section][name])


def figures(section: str, name: str) -> NDArray[np.float64]:
    """A list of figures."""
    return np.array(sections()[section][name], np.float64)


def by_profession(section: str) -> NDArray[np.float64]:
    """One figure for each of PROFESSIONS, nought where the section does not name it; or a row for each."""
    found = sections()[section]
    return np.array([found.get(profession.value, 0.0) for profession in PROFESSIONS], np.float64)


def hours(section: str, name: str) -> tuple[int, ...]:
    """`08:45-12:30 14:00-19:30` as minutes since midnight: opens, closes, opens, closes. Empty: closed."""
    spans = [end for span in sections()[section][name].split() for end in span.split("-")]
    return tuple(minute_of(text) for text in spans)


def minute_of(text: str) -> int:
    hour, minute = text.split(":")
    return 60 * int(hour) + int(minute)
