"""Persons' numbers: the published vectors, and the quick way against the slow one."""

import numpy as np
import pyarrow as pa
import pytest

from rempart.scan.persons import Keyed
from rempart.scan.rows import _networks
from rempart.scan.siphash import siphash

VECTORS = {
    0: "310e0edd47db6f72",
    1: "fd67dc93c539f874",
    7: "37d1018bf50002ab",
    8: "6224939a79f5f593",
    10: "f3b9dd94c5bb5d7a",
    13: "903d84c02756ea14",
    15: "e545be4961ca29a1",
}
"""Length → digest of 00, 01, 02 … under the key 00 to 0f; the reference implementation's."""


@pytest.mark.parametrize("length", VECTORS)
def test_the_published_vectors(length):
    messages = np.tile(np.arange(length, dtype="u1"), (20_000, 1))
    found = siphash(bytes(range(16)), messages)
    assert set(found.tolist()) == {int.from_bytes(bytes.fromhex(VECTORS[length]), "little")}


def _known(values, key=b"k" * 32, kind="nir"):
    return Keyed(key).known(pa.array(values, pa.binary()), kind)


def test_every_spelling_of_a_number_is_one_person_and_another_number_another():
    one = _known([b"1850775123045", b"185077512304539", b"1 85 07 75 123 045 39", b"1%2085%2007%2075123045"])
    assert len(set(one["person"].tolist())) == 1
    others = _known(
        [b"1850775123046", b"2850775123045", b"9850775123045", b"185077512304", b"abc", b"1850775123045x"]
    )
    assert len({*others["person"].tolist(), one["person"][0]}) == 7
    assert all(number > 0 for number in others["person"])


def test_what_a_number_says_of_birth_whichever_way_it_was_read():
    found = _known(
        [b"1850775123045", b"1 85 07 75 123 046", b"185072A123045", b"1852097412345", b"9850775123045", b""]
    )
    assert found["department"].tolist() == [75, 75, 201, 974, -1, -1]
    assert found["month"].tolist() == [7, 7, 7, 0, 0, 0]
    assert found["by_month"][0] == found["by_month"][1] != found["by_month"][2]
    assert found["by_commune"][0] == found["by_commune"][1]
    assert found["person"][5] == 0
    assert found["by_month"][4] == 0


def test_another_key_gives_other_numbers_and_another_kind_too():
    value = [b"1850775123045"]
    assert _known(value)["person"] != _known(value, b"x" * 32)["person"]
    assert _known(value)["person"] != _known(value, kind="id")["person"]
    assert (
        _known([b"12", b"12"], kind="id")["person"].tolist() == [_known([b"12"], kind="id")["person"][0]] * 2
    )


@pytest.mark.parametrize(
    ("written", "address"),
    [
        (b"192.0.2.1", "192.0.2.1"),
        (b"1.0.0.0", "1.0.0.0"),
        (b"255.255.255.255", "255.255.255.255"),
        (b"192.0.2.1, 10.0.0.1", "192.0.2.1"),
        (b" 192.0.2.1", "192.0.2.1"),
        (b"2001:DB8::1", "2001:db8::1"),
        (b"192.0.2.1.", None),
        (b"192.0.2.01", None),
        (b"192.0.2.256", None),
        (b"192.0.2", None),
        (b"192.0.2.1\n", "192.0.2.1"),
        (b"", None),
        (b"pc-7", None),
    ],
)
def test_an_address_is_what_the_slow_way_says(written, address):
    column = pa.chunked_array([pa.array([written, b"198.51.100.7", written], pa.binary())])
    assert _networks(column).to_pylist() == [address, "198.51.100.7", address]
