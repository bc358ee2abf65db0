"""Seals what the database keeps of sign-in: second-factor secrets and session contents.

The key comes from Django's secret key, which is in no backup of the database. Fernet (AES-128-CBC
with HMAC-SHA256) and HKDF are `cryptography`'s own.
"""

from base64 import urlsafe_b64encode
from functools import lru_cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

__all__ = ["InvalidToken", "open_sealed", "seal"]


def seal(purpose: str, plain: bytes) -> str:
    """Seal `plain`; only `open_sealed` with the same purpose gives it back."""
    return _keys(purpose, settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS).encrypt(plain).decode()


def open_sealed(purpose: str, sealed: str) -> bytes:
    """Open what `seal` gave. Raises InvalidToken when it was changed or is another purpose's."""
    return _keys(purpose, settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS).decrypt(sealed)


@lru_cache(maxsize=16)
def _keys(purpose: str, *secrets: str) -> MultiFernet:
    return MultiFernet([_key(purpose, secret) for secret in secrets])


def _key(purpose: str, secret: str) -> Fernet:
    derived = HKDF(SHA256(), length=32, salt=None, info=f"rempart {purpose}".encode()).derive(secret.encode())
    return Fernet(urlsafe_b64encode(derived))
