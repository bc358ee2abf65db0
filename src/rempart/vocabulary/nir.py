"""NIR: the social security number. 13 characters, then a key of two digits.

Source of the key rule: Insee, répertoire national d'identification des personnes physiques;
computed by python-stdnum (`stdnum.fr.nir`). Corsica: 2A counts as 19 and 2B as 18.
"""

import re
from dataclasses import dataclass

from stdnum.fr import nir as _stdnum

_SHAPE = re.compile(r"[1-8][0-9]{4}(?:[0-9]{2}|2[AB])[0-9]{6}")
_SPACES = re.compile(r"[\s.\-\u00a0\u202f]")


class NirError(ValueError):
    """The text is no NIR. `code` is `shape`, `month` or `key`; the text itself is never repeated."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True, repr=False)
class Nir:
    """A NIR without its key. Its `repr` is masked, so that no log or traceback prints it."""

    number: str

    def __repr__(self) -> str:
        return "Nir(…)"

    @property
    def key(self) -> str:
        return str(_stdnum.calc_check_digits(self.number))

    @property
    def month_prefix(self) -> str:
        """Sex, year, month and department: characters 1 to 7."""
        return self.number[:7]

    @property
    def commune_prefix(self) -> str:
        """The same and the commune: characters 1 to 10."""
        return self.number[:10]

    @property
    def department(self) -> str:
        """Department of birth: `01`–`95`, `2A`, `2B`, `97x` overseas, `99` abroad."""
        code = self.number[5:7]
        return self.number[5:8] if code in {"97", "98"} else code


def parse(text: str, *, check_key: bool = True) -> Nir:
    """Read a NIR of 13 or 15 characters, spaces allowed; a key that is given must be right."""
    compact = _SPACES.sub("", text).upper()
    number, key = compact[:13], compact[13:]
    if len(compact) not in {13, 15} or not _SHAPE.fullmatch(number):
        raise NirError("shape")
    month = int(number[3:5])
    if not (1 <= month <= 12 or 20 <= month <= 42 or 50 <= month <= 99):  # noqa: PLR2004  # Insee's ranges for incomplete civil status
        raise NirError("month")
    nir = Nir(number)
    if key and check_key and key != nir.key:
        raise NirError("key")
    return nir
