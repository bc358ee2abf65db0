"""AMC number: a complementary insurer, as printed on the insured's card.

Eight or nine digits, always text: leading zeros are part of it. It carries no key that a public
source describes, so only the shape is checked.
"""

import re

_SHAPE = re.compile(r"[0-9]{8,9}")
_SPACES = re.compile(r"[\s\u00a0\u202f]")


def parse_amc(text: str) -> str:
    """Read an AMC number, spaces allowed; give its digits, leading zeros kept.

    Raises ValueError, without repeating the text.
    """
    digits = _SPACES.sub("", text)
    if not _SHAPE.fullmatch(digits):
        raise ValueError("amc")
    return digits
