"""Where people live and are born: departments, their regions, and the communes with a maternity."""

from importlib.resources import files
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from rempart.drills.honest.asks import ABROAD, DEPARTMENTS, INHABITANTS, Ints
from rempart.drills.honest.assumptions import figure

_REGIONS = (
    "01 03 07 15 26 38 42 43 63 69 73 74",
    "21 25 39 58 70 71 89 90",
    "22 29 35 56",
    "18 28 36 37 41 45",
    "2A 2B",
    "08 10 51 52 54 55 57 67 68 88",
    "02 59 60 62 80",
    "75 77 78 91 92 93 94 95",
    "14 27 50 61 76",
    "16 17 19 23 24 33 40 47 64 79 86 87",
    "09 11 12 30 31 32 34 46 48 65 66 81 82",
    "44 49 53 72 85",
    "04 05 06 13 83 84",
)
"""Metropolitan regions; an overseas department is a region by itself."""


def _regions() -> Ints:
    of = {code: place for place, codes in enumerate(_REGIONS) for code in codes.split()}
    return np.array([of.get(code, 100 + place) for place, code in enumerate(DEPARTMENTS)])


REGION = _regions()
"""Of each department: equal numbers are one region."""


def areas(dice: np.random.Generator, accounts: int) -> NDArray[np.int16]:
    """The departments that a cast of this size works in: few for a small one, so that all meet."""
    count = min(len(INHABITANTS), -(-accounts // 50))
    shares = INHABITANTS / INHABITANTS.sum()
    return np.sort(dice.choice(len(INHABITANTS), count, replace=False, p=shares)).astype(np.int16)


def anywhere(dice: np.random.Generator, count: int) -> Ints:
    """Departments by inhabitants."""
    return dice.choice(len(INHABITANTS), count, p=INHABITANTS / INHABITANTS.sum())


def near(dice: np.random.Generator, departments: Ints) -> Ints:
    """Another department of the same region, by inhabitants; overseas the same."""
    found = departments.copy()
    for region in np.unique(REGION[departments]):
        inside = np.flatnonzero(REGION[:ABROAD] == region)
        here = np.flatnonzero(REGION[departments] == region)
        found[here] = dice.choice(inside, len(here), p=INHABITANTS[inside] / INHABITANTS[inside].sum())
    return found


def communes(dice: np.random.Generator, departments: Ints) -> NDArray[np.int16]:
    """A commune of birth in each department, most often its main one; abroad a country, by frequency."""
    codes = _COMMUNES[departments]
    place = np.where(
        dice.random(len(departments)) < figure("persons", "main_commune"),
        0,
        dice.integers(0, codes.shape[1], len(departments)),
    )
    found = codes[np.arange(len(departments)), place]
    away = departments == ABROAD
    names, weights = _countries()
    found[away] = dice.choice(names, away.sum(), p=weights)
    return found


def _communes() -> NDArray[np.int16]:
    """Plausible codes, and few, as in life."""
    count = int(figure("persons", "maternities"))
    return np.array([[_commune(code, place) for place in range(count)] for code in DEPARTMENTS], np.int16)


def _commune(department: str, place: int) -> int:
    most = 40 if len(department) == len("971") else 320  # two digits are left after an overseas department
    return (crc32(department.encode()) + place * (most // 7)) % most + 1


_COMMUNES = _communes()


def _countries() -> tuple[Ints, NDArray[np.float64]]:
    text = (files("rempart") / "registry" / "data" / "countries.tsv").read_text("utf-8")
    rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    weights = np.array([float(row[1]) for row in rows])
    return np.array([int(row[0]) for row in rows]), weights / weights.sum()
