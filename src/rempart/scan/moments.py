"""Times in logs → microseconds since 1970. A vectorised way for the usual form, a slow one for the rest."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

NEVER = np.int64(np.iinfo(np.int64).min)
"""No time could be read."""
_LENGTH = len("10/Oct/2000:13:55:36")
_MONTHS = {
    name: number
    for number, name in enumerate(
        ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"), 1
    )
}
_EARLIEST, _LATEST = 631_152_000, 4_102_444_800
"""1990 and 2100, in seconds: other times are garbage."""
_MILLIS, _MICROS = 10**11, 10**14
"""From these on a number since 1970 is of thousandths, of millionths of a second."""
_LETTERS = np.zeros(1 << 15, "i8")
for _name, _place in _MONTHS.items():
    _LETTERS[sum((ord(letter) & 31) << (10 - 5 * place) for place, letter in enumerate(_name))] = _place
_DAYS_BEFORE = np.array([0, 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334], "i8")
_DAYS_IN = np.array([0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], "i8")


def of_access_log(texts: pa.Array, zones: pa.DictionaryArray, skipped: int = 0) -> np.ndarray:
    """`10/Oct/2000:13:55:36` and `+0200` → microseconds or NEVER. `skipped` bytes come first."""
    made = np.full(len(texts), NEVER, "i8")
    lengths = pc.binary_length(texts).to_numpy(zero_copy_only=False)
    offsets = np.array([_offset(zone) for zone in zones.dictionary.to_pylist()], "i8")
    offset = offsets[zones.indices.to_numpy(zero_copy_only=False)] if len(offsets) else np.zeros(0, "i8")
    right = np.flatnonzero((lengths == _LENGTH + skipped) & (offset != NEVER))
    if not len(right):
        return made
    starts = np.frombuffer(texts.buffers()[1], "i4")[texts.offset : texts.offset + len(texts)][right]
    data = np.frombuffer(texts.buffers()[2], "u1")
    letters = data[starts[:, None] + np.arange(skipped, _LENGTH + skipped)]
    seconds = _seconds(letters)
    sound = (seconds >= _EARLIEST) & (seconds < _LATEST)
    made[right[sound]] = (seconds - offset[right])[sound] * 1_000_000
    return made


def _seconds(letters: np.ndarray) -> np.ndarray:
    """Rows of 20 bytes → seconds since 1970 as if in UTC; NEVER where they are no time."""
    digits = letters.astype("i8") - 48
    places = (0, 1, 7, 8, 9, 10, 12, 13, 15, 16, 18, 19)
    sound = ((digits[:, places] >= 0) & (digits[:, places] <= 9)).all(axis=1)  # noqa: PLR2004
    sound &= (letters[:, (2, 6, 11, 14, 17)] == np.frombuffer(b"//:::", "u1")).all(axis=1)
    sound &= (letters[:, 3] < 96) & (letters[:, 4:6] >= 96).all(axis=1)  # noqa: PLR2004  # capital, small, small
    low = letters[:, 3:6].astype("i8") & 31
    month = _LETTERS[(low[:, 0] << 10) | (low[:, 1] << 5) | low[:, 2]]
    day, hour = digits[:, 0] * 10 + digits[:, 1], digits[:, 12] * 10 + digits[:, 13]
    minute, second = digits[:, 15] * 10 + digits[:, 16], digits[:, 18] * 10 + digits[:, 19]
    year = digits[:, 7] * 1000 + digits[:, 8] * 100 + digits[:, 9] * 10 + digits[:, 10]
    leap = ((year % 4 == 0) & (year % 100 != 0)) | (year % 400 == 0)
    sound &= (month > 0) & (day > 0) & (day <= _DAYS_IN[month] - ((month == 2) & ~leap))  # noqa: PLR2004
    sound &= (hour < 24) & (minute < 60) & (second <= 60)  # noqa: PLR2004  # 60: a leap second
    before = year - 1
    days = before * 365 + before // 4 - before // 100 + before // 400 - 719_162
    days += _DAYS_BEFORE[month] + ((month > 2) & leap) + day - 1  # noqa: PLR2004
    return np.where(sound, days * 86_400 + hour * 3600 + minute * 60 + second, NEVER)


def _offset(zone: bytes) -> int:
    """`+0200` or `+0200]` → seconds east of UTC; NEVER: none."""
    text = zone.removesuffix(b"]")
    if len(text) != 5 or text[:1] not in b"+-" or not text[1:].isdigit():  # noqa: PLR2004
        return int(NEVER)
    seconds = int(text[1:3]) * 3600 + int(text[3:5]) * 60
    return seconds if text[:1] == b"+" else -seconds


def of_texts(texts: pa.Array, zone: ZoneInfo) -> np.ndarray:
    """ISO 8601, the access log's own form, or seconds (thousandths, millionths) since 1970."""
    coded = texts.dictionary_encode()
    known = np.array([_one(text, zone) for text in coded.dictionary.to_pylist()] or [int(NEVER)], "i8")
    made: np.ndarray = known[coded.indices.fill_null(0).to_numpy(zero_copy_only=False)]
    made[texts.is_null().to_numpy(zero_copy_only=False)] = NEVER
    return made


def _one(raw: Any, zone: ZoneInfo) -> int:
    text = raw.decode("ascii", "replace").strip() if isinstance(raw, bytes) else str(raw)
    try:
        seconds = _number(text) if text.replace(".", "", 1).isdigit() else _written(text, zone)
    except (ValueError, OverflowError):
        return int(NEVER)
    return round(seconds * 1_000_000) if _EARLIEST <= seconds < _LATEST else int(NEVER)


def _number(text: str) -> float:
    value = float(text)
    return value / (1_000_000 if value >= _MICROS else 1000 if value >= _MILLIS else 1)


def _written(text: str, zone: ZoneInfo) -> float:
    if "/" in text:
        read = datetime.strptime(text.strip("[]"), "%d/%b/%Y:%H:%M:%S %z")
    else:
        read = datetime.fromisoformat(text.replace(",", "."))
    aware = read if read.tzinfo else read.replace(tzinfo=zone)
    return aware.astimezone(UTC).timestamp()
