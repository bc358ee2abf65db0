"""The master key comes from its file or from a key-management service."""

import json

import pytest
import tink
from tink._kms_clients import reset_kms_clients

from rempart.vault import master, primitives
from rempart.vault.create_keys import create_keys
from rempart.vault.errors import KeysMissingError


def test_the_file_s_master_key_opens_what_it_sealed(tmp_path):
    folder = create_keys(tmp_path)
    sealed = master.load_master(folder).encrypt(b"canary", b"label")
    assert master.load_master(folder).decrypt(sealed, b"label") == b"canary"


def test_a_rotated_file_still_opens_what_its_older_key_sealed(tmp_path):
    path = tmp_path / "master.json"
    old, new = json.loads(master.new_file()), json.loads(master.new_file())
    path.write_text(json.dumps(old))
    sealed = master.from_file(path).encrypt(b"canary", b"label")
    path.write_text(json.dumps({"primaryKeyId": new["primaryKeyId"], "key": old["key"] + new["key"]}))
    assert master.from_file(path).decrypt(sealed, b"label") == b"canary"
    sealed_anew = master.from_file(path).encrypt(b"canary", b"label")
    path.write_text(json.dumps(new))
    assert master.from_file(path).decrypt(sealed_anew, b"label") == b"canary"


def test_a_missing_master_key_names_the_remedy(tmp_path):
    with pytest.raises(KeysMissingError) as raised:
        master.load_master(tmp_path)
    assert raised.value.remedy


@pytest.mark.parametrize("content", ["", "{}", json.dumps({"key": []}), "ééé"])
def test_a_file_that_is_no_keyset_is_refused(tmp_path, content):
    (tmp_path / "master.json").write_text(content, "utf-8")
    with pytest.raises(KeysMissingError):
        master.load_master(tmp_path)


def test_a_kms_named_by_uri_takes_the_place_of_the_file(tmp_path, monkeypatch):
    remote = primitives.aead_of(primitives.new_aead_keyset())

    class Service(tink.KmsClient):
        def does_support(self, key_uri):
            return key_uri.startswith("test-kms://")

        def get_aead(self, key_uri):  # noqa: ARG002  # the interface
            return remote

    tink.register_kms_client(Service())
    monkeypatch.setenv("REMPART_MASTER_KEY_URI", "test-kms://ring/key")
    try:
        folder = create_keys(tmp_path)
        assert not (folder / "master.json").exists()
        sealed = master.load_master(folder).encrypt(b"canary", b"")
        assert remote.decrypt(sealed, b"") == b"canary"
    finally:
        reset_kms_clients()


@pytest.mark.parametrize("uri", ["nowhere://key", "no-uri", "aws-kms://arn:x", "gcp-kms://"])
def test_a_kms_that_cannot_be_used_is_said_so_without_a_traceback(tmp_path, monkeypatch, uri):
    monkeypatch.setenv("REMPART_MASTER_KEY_URI", uri)
    with pytest.raises(KeysMissingError):
        master.load_master(tmp_path)
