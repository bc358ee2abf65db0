"""The blind index finds who is searched and tells nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.vault.blind_index import BlindIndex, new_file, read_file
from rempart.vault.create_keys import create_keys
from rempart.vault.errors import KeysMissingError, VaultFault
from rempart.vault.rotation import add_index_version, drop_old_index_versions, promote_index_version

INDEX = BlindIndex({1: bytes(32), 2: bytes(range(32))}, 1)
TEXT = st.text(max_size=20)


@given(TEXT, TEXT, TEXT, TEXT)
def test_different_persons_have_different_keys(nir, birth, other_nir, other_birth):
    same = (nir, birth) == (other_nir, other_birth)
    assert (INDEX.person_key(nir, birth) == INDEX.person_key(other_nir, other_birth)) == same


@given(st.lists(TEXT, min_size=3, max_size=3), st.lists(TEXT, min_size=3, max_size=3))
def test_member_numbers_do_not_run_into_one_another(one, other):
    assert (INDEX.member_key(*one) == INDEX.member_key(*other)) == (one == other)


def test_a_person_and_a_member_of_the_same_text_do_not_meet():
    assert INDEX.person_key("1", "2") != INDEX.member_key("1", "2", "")


def test_every_version_in_use_is_tried_newest_first():
    candidates = INDEX.person_candidates("1550814121001", "1955-08-14")
    assert [version for version, _ in candidates] == [2, 1]
    assert candidates[1][1] == INDEX.person_key("1550814121001", "1955-08-14")
    assert candidates[0][1] == INDEX.person_key("1550814121001", "1955-08-14", version=2)
    assert len(set(INDEX.member_candidates("1", "2", "3"))) == 2


def test_keys_depend_on_the_index_key():
    other = BlindIndex({1: bytes([1]) * 32}, 1)
    assert other.person_key("1", "2") != INDEX.person_key("1", "2")
    assert other.prefix_pseudonym("15508") != INDEX.prefix_pseudonym("15508")


@given(st.binary(max_size=40))
def test_a_miss_has_a_number_below_zero_that_a_bigint_holds(key):
    assert -(2**63) <= INDEX.miss_id(key) < 0


@given(TEXT)
def test_a_prefix_has_a_number_from_zero_that_a_bigint_holds(prefix):
    assert 0 <= INDEX.prefix_pseudonym(prefix) < 2**63


def test_keys_of_frozen_inputs_never_change():
    """Stored keys would be lost: these bytes are a format, not an outcome."""
    assert INDEX.person_key("1550814121001", "1955-08-14").hex() == "7b59c8e87201559ecb5dcef775f2880a"
    assert INDEX.member_key("00123456", "A1", "1955-08-14").hex() == "e77ce1c9ebd28859f66f3cd7febd4452"
    assert INDEX.request_digest(b"x").hex()[:32] == "246901043e6553837fdf5ea889b7346f"


def test_keys_are_created_once_and_for_the_owner_alone(tmp_path):
    folder = create_keys(tmp_path)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert set(before) == {"master.json", "index.json"}
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700
    assert create_keys(tmp_path) == folder
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


@pytest.mark.parametrize(
    "content", [b"", b"{}", b"[]", b'{"current":1,"keys":{"1":"AAAA"}}', b'{"current":2,"keys":{}}']
)
def test_a_broken_index_file_is_said_to_be_broken(tmp_path, content):
    (tmp_path / "index.json").write_bytes(content)
    with pytest.raises(KeysMissingError):
        BlindIndex.load(tmp_path)


def test_a_missing_index_file_is_said_to_be_missing(tmp_path):
    with pytest.raises(KeysMissingError) as raised:
        BlindIndex.load(tmp_path)
    assert raised.value.remedy


def test_versions_are_added_promoted_and_dropped(tmp_path):
    (tmp_path / "index.json").write_bytes(new_file())
    first = read_file(tmp_path / "index.json")
    assert add_index_version(tmp_path) == 2
    assert add_index_version(tmp_path) == 2  # again, after a cut
    assert BlindIndex.load(tmp_path).versions == (2, 1)
    assert BlindIndex.load(tmp_path).current == 1
    assert promote_index_version(tmp_path) == 2
    with pytest.raises(VaultFault):
        add_index_version(tmp_path)
    assert drop_old_index_versions(tmp_path) == [1]
    keys, current = read_file(tmp_path / "index.json")
    assert (set(keys), current) == ({2}, 2)
    assert keys[2] != first[0][1]
    assert (tmp_path / "index.json").stat().st_mode & 0o777 == 0o600
