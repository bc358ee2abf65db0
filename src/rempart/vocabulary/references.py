"""The reference that a person reads aloud and a journal entry is found by: `R-7F3K-29QD-M4TW`."""

import secrets

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O or U to be misread."""

_PLACES = range(0, 60, 5)


def new_reference() -> str:
    """60 random bits, in three groups of four."""
    bits = secrets.randbits(60)  # once: each question to the system's source costs as much as all letters
    letters = "".join([_ALPHABET[bits >> place & 31] for place in _PLACES])
    return f"R-{letters[:4]}-{letters[4:8]}-{letters[8:]}"
