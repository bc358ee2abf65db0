"""Sign-in codes of this minute (RFC 6238, SHA-1, six digits, thirty seconds). Plain functions of values."""

import base64
import hashlib
import hmac
import struct

PERIOD = 30
_DIGITS = 10**6


def code(secret: str, now: float) -> str:
    """The code that an authenticator app would show; `secret` is base 32."""
    key = base64.b32decode(secret.upper() + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(now) // PERIOD), hashlib.sha1).digest()
    offset = digest[-1] & 15
    number = struct.unpack(">I", digest[offset : offset + 4])[0] & 0x7FFFFFFF
    return f"{number % _DIGITS:06d}"


def seconds_left(now: float) -> int:
    """Until the next code."""
    return PERIOD - int(now) % PERIOD
