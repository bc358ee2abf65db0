"""FINESS: the number of a health establishment, nine characters, the last one a Luhn key.

Source: FINESS, répertoire national des établissements. The first two characters are the department;
Corsica writes `2A` and `2B`, and no public text says how its letter enters the key: there, only the
shape is checked.
"""

import re

from stdnum import luhn as _luhn

_SHAPE = re.compile(r"(?:[0-9]{2}|2[AB])[0-9]{7}")
_NATIONAL = re.compile(r"1(?:[0-9]{2}|2[AB])[0-9]{7}")


def parse_finess(text: str, *, check_key: bool = True) -> str:
    """Read a FINESS, or a national identifier (`1` and the FINESS); give the nine characters.

    Test directories hold numbers with a wrong key: `check_key=False` takes them.
    Raises ValueError, without repeating the text.
    """
    number = text.strip().upper()
    if _NATIONAL.fullmatch(number):
        number = number[1:]
    if not _SHAPE.fullmatch(number):
        raise ValueError("finess")
    if check_key and number.isdigit() and not _luhn.is_valid(number):
        raise ValueError("finess key")
    return number


def national_id(finess: str) -> str:
    """The national identifier (IDNST) of a structure with this FINESS."""
    return f"1{finess}"
