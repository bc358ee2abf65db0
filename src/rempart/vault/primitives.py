"""Tink's primitives, registered once, and its keysets as bytes."""

from collections.abc import Callable
from functools import cache
from typing import Any

import tink
from tink import aead, hybrid, proto_keyset_format, secret_key_access, signature
from tink.proto import ed25519_pb2, tink_pb2


@cache
def _register() -> None:
    aead.register()
    hybrid.register()
    signature.register()


def new_aead_keyset() -> Any:
    """A fresh AES-256-GCM keyset handle."""
    _register()
    return tink.new_keyset_handle(aead.aead_key_templates.AES256_GCM)


def new_hybrid_keyset() -> Any:
    """A fresh HPKE key pair (RFC 9180): X25519, HKDF-SHA256, AES-256-GCM."""
    _register()
    template = hybrid.hybrid_key_templates.DHKEM_X25519_HKDF_SHA256_HKDF_SHA256_AES_256_GCM
    return tink.new_keyset_handle(template)


def aead_of(handle: Any) -> Any:
    """The Aead of a keyset handle: `encrypt(plaintext, aad)`, `decrypt(ciphertext, aad)`."""
    _register()
    return handle.primitive(aead.Aead)


def hybrid_encrypt_of(public_keyset: bytes) -> Callable[[bytes, bytes], bytes]:
    """`encrypt(plaintext, context)` to a public keyset."""
    _register()
    handle = proto_keyset_format.parse_without_secret(public_keyset)
    return handle.primitive(hybrid.HybridEncrypt).encrypt  # type: ignore[no-any-return]


def hybrid_decrypt_of(handle: Any) -> Callable[[bytes, bytes], bytes]:
    """`decrypt(ciphertext, context)` with the private half."""
    _register()
    return handle.primitive(hybrid.HybridDecrypt).decrypt  # type: ignore[no-any-return]


def ed25519_of(public_key: bytes) -> Any:
    """What `verify`s (signature, message) by the 32 bytes of a public key; it raises tink.TinkError.

    Tink's (BoringSSL) takes half as long as OpenSSL's, and it is most of what a card's look-up computes.
    """
    _register()
    key = tink_pb2.Keyset.Key(
        key_data=tink_pb2.KeyData(
            type_url="type.googleapis.com/google.crypto.tink.Ed25519PublicKey",
            value=ed25519_pb2.Ed25519PublicKey(key_value=public_key).SerializeToString(),
            key_material_type=tink_pb2.KeyData.ASYMMETRIC_PUBLIC,
        ),
        status=tink_pb2.ENABLED,
        key_id=1,
        output_prefix_type=tink_pb2.RAW,
    )
    keyset = tink_pb2.Keyset(primary_key_id=1, key=[key]).SerializeToString()
    handle = proto_keyset_format.parse_without_secret(keyset)
    return handle.primitive(signature.PublicKeyVerify)


def to_clear_bytes(handle: Any) -> bytes:
    """A keyset in clear, to be wrapped at once and never stored."""
    return bytes(proto_keyset_format.serialize(handle, secret_key_access.TOKEN))


def from_clear_bytes(raw: bytes) -> Any:
    """The reverse of `to_clear_bytes`; raises tink.TinkError."""
    return proto_keyset_format.parse(raw, secret_key_access.TOKEN)
