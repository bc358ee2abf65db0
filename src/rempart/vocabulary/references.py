"""The reference that a person reads aloud and a journal entry is found by: `R-7F3K-29QD-M4TW`."""

import secrets

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O or U to be misread."""


def new_reference() -> str:
    """60 random bits, in three groups of four."""
    letters = "".join(secrets.choice(_ALPHABET) for _ in range(12))
    return f"R-{letters[:4]}-{letters[4:8]}-{letters[8:]}"
