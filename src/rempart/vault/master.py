"""The master key, the one key that is in no database: from a file, or from a key-management service.

With it the gate opens insurers' private keys. `REMPART_MASTER_KEY_URI` names a key in a KMS
(`gcp-kms://…`, `aws-kms://…`, or any scheme for which a Tink KmsClient was registered); without it the
key is the Tink keyset in `keys/master.json`.
"""

import importlib
import os
from pathlib import Path
from typing import Any

import tink
from tink import json_proto_keyset_format, secret_key_access

from rempart.vault import primitives
from rempart.vault.errors import KeysMissingError

FILE = "master.json"
URI_VARIABLE = "REMPART_MASTER_KEY_URI"
_KMS_CLIENTS = {
    "gcp-kms": ("tink.integration.gcpkms", "GcpKmsClient"),
    "aws-kms": ("tink.integration.awskms", "AwsKmsClient"),
}
"""Clients that Tink ships, installed with `pip install tink[gcpkms]` or `tink[awskms]`."""


def load_master(keys_dir: Path) -> Any:
    """The master Aead of an installation. Raises KeysMissingError."""
    uri = os.environ.get(URI_VARIABLE)
    return from_kms(uri) if uri else from_file(keys_dir / FILE)


def from_file(path: Path) -> Any:
    """The Aead of a clear Tink keyset file. Raises KeysMissingError."""
    try:
        handle = json_proto_keyset_format.parse(path.read_text("ascii"), secret_key_access.TOKEN)
        return primitives.aead_of(handle)
    except FileNotFoundError:
        raise KeysMissingError(f"No master key at {path}.", "rempart database migrate") from None
    except (tink.TinkError, UnicodeDecodeError):
        raise KeysMissingError(f"{path} is no Tink keyset.", "restore the file from its backup") from None


def from_kms(uri: str) -> Any:
    """The Aead of a key that stays in a KMS. Raises KeysMissingError."""
    try:
        return _client(uri).get_aead(uri)
    except (tink.TinkError, ImportError, ValueError) as error:
        raise KeysMissingError(
            f"The key-management service of {URI_VARIABLE} cannot be used ({type(error).__name__}).",
            "check the URI, the service's credentials, and that Tink's extra for it is installed",
        ) from None


def _client(uri: str) -> Any:
    try:
        return tink.kms_client_from_uri(uri)  # registered by the installation itself
    except tink.TinkError:
        scheme = uri.partition("://")[0]
        if scheme not in _KMS_CLIENTS:
            raise ValueError("unknown scheme") from None
        module, name = _KMS_CLIENTS[scheme]
        return getattr(importlib.import_module(module), name)(uri, None)


def new_file() -> bytes:
    """A new master keyset as it is written to `master.json`."""
    handle = primitives.new_aead_keyset()
    return str(json_proto_keyset_format.serialize(handle, secret_key_access.TOKEN)).encode("ascii")
