"""RPPS: the number of a health professional, eleven digits; the last one is taken for a Luhn key.

Source: Agence du numérique en santé, répertoire partagé des professionnels de santé. The national
identifier of a professional (FR Core, type IDNPS) is the same with an `8` before it. The test number
99700237045 satisfies the key; a worked example of the public directory (10003461033) does not, so the
key is checked only where a caller asks for it.
"""

import re

from stdnum import luhn as _luhn

_SHAPE = re.compile(r"[0-9]{11}")
_NATIONAL = re.compile(r"8[0-9]{11}")


def parse_rpps(text: str, *, check_key: bool = False) -> str:
    """Read an RPPS, or a national identifier (`8` and the RPPS); give the eleven digits.

    `check_key=True` also refuses a number whose Luhn key is wrong.
    Raises ValueError, without repeating the text.
    """
    digits = text.strip()
    if _NATIONAL.fullmatch(digits):
        digits = digits[1:]
    if not _SHAPE.fullmatch(digits):
        raise ValueError("rpps")
    if check_key and not _luhn.is_valid(digits):
        raise ValueError("rpps key")
    return digits


def national_id(rpps: str) -> str:
    """The national identifier (IDNPS) of a professional with this RPPS."""
    return f"8{rpps}"
