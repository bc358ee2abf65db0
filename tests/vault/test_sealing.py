"""Sealed values open for their insurer, person and category, and for nothing else."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tink import TinkError, hybrid, proto_keyset_format

from rempart.vault import insurer_keys, primitives, sealing
from rempart.vault.errors import KeyWithdrawnError, SealBrokenError, UnknownDataKeyError
from rempart.vault.opening import Opener, WrappedDataKey
from rempart.vocabulary.words import Category

PERSON_IDS = st.integers(1, 2**62 - 1)
CATEGORIES = st.sampled_from(list(Category))
INSURER, BATCH = 7, 3


class Rows(dict[int, WrappedDataKey]):
    """A key source in memory that counts how often it is asked."""

    asked = 0

    def data_key(self, data_key_id):
        self.asked += 1
        return self.get(data_key_id)

    def live(self):
        return frozenset(row.insurer_key for row in self.values() if not row.withdrawn)


@pytest.fixture(scope="module")
def master():
    return primitives.aead_of(primitives.new_aead_keyset())


@pytest.fixture(scope="module")
def sealed_batch(master):
    """A sealer and the row that intake would store for it."""
    pair = insurer_keys.new_pair(master, INSURER)
    sealer, wrapped = sealing.new_data_key(pair.public_keyset, INSURER, BATCH)
    return sealer, WrappedDataKey(INSURER, BATCH, wrapped, 11, pair.private_keyset, withdrawn=False)


@pytest.fixture(scope="module")
def sealer(sealed_batch):
    return sealed_batch[0]


@pytest.fixture(scope="module")
def row(sealed_batch):
    return sealed_batch[1]


@pytest.fixture(scope="module")
def opener(master, row):
    return Opener(master, Rows({1: row}))


@given(PERSON_IDS, CATEGORIES, st.binary(max_size=500))
def test_what_is_sealed_opens_for_the_same_person_and_category(sealer, opener, person, category, plaintext):
    sealed = sealer.seal(person, category, plaintext)
    assert opener.open(1, INSURER, person, category, sealed) == plaintext
    assert len(plaintext) < 8 or plaintext not in sealed


@given(PERSON_IDS, PERSON_IDS, CATEGORIES, CATEGORIES)
def test_a_value_moved_to_another_person_or_category_does_not_open(
    sealer, opener, person, other, category, another
):
    sealed = sealer.seal(person, category, b"canary")
    if (person, category) != (other, another):
        with pytest.raises(SealBrokenError):
            opener.open(1, INSURER, other, another, sealed)


@given(st.integers(0, 10_000), st.integers(1, 255))
def test_a_changed_byte_does_not_open(sealer, opener, place, change):
    sealed = bytearray(sealer.seal(5, Category.NIR, b"canary"))
    sealed[place % len(sealed)] ^= change
    with pytest.raises(SealBrokenError):
        opener.open(1, INSURER, 5, Category.NIR, bytes(sealed))


def test_the_same_value_never_seals_to_the_same_bytes(sealer):
    assert len({sealer.seal(5, Category.NIR, b"canary") for _ in range(100)}) == 100


def test_a_value_does_not_open_for_another_insurer(sealer, opener):
    with pytest.raises(UnknownDataKeyError):
        opener.open(1, INSURER + 1, 5, Category.NIR, sealer.seal(5, Category.NIR, b"canary"))


def test_a_row_relabelled_for_another_insurer_or_batch_does_not_unwrap(master, row, sealer):
    sealed = sealer.seal(5, Category.NIR, b"canary")
    for forged in (replace(row, insurer=INSURER + 1), replace(row, batch=BATCH + 1)):
        with pytest.raises(SealBrokenError):
            Opener(master, Rows({1: forged})).open(1, forged.insurer, 5, Category.NIR, sealed)


def test_another_installation_s_master_key_unwraps_nothing(row, sealer):
    stranger = primitives.aead_of(primitives.new_aead_keyset())
    with pytest.raises(SealBrokenError):
        Opener(stranger, Rows({1: row})).open(1, INSURER, 5, Category.NIR, sealer.seal(5, Category.NIR, b"x"))


def test_the_sealer_has_no_way_back(sealer):
    public = [name for name in dir(sealer) if not name.startswith("_")]
    assert public == ["insurer", "seal"]
    assert not hasattr(sealer._encrypt, "__self__")


def test_what_intake_stores_and_reads_opens_nothing(master, sealer, row):
    pair = insurer_keys.new_pair(master, INSURER)
    public = proto_keyset_format.parse_without_secret(pair.public_keyset)
    with pytest.raises(TinkError):
        public.primitive(hybrid.HybridDecrypt)
    with pytest.raises(TinkError):
        primitives.from_clear_bytes(row.wrapped)
    with pytest.raises(TinkError):
        primitives.from_clear_bytes(row.private_keyset)


def test_two_batches_of_one_insurer_do_not_open_each_other(master, row, sealer):
    pair = insurer_keys.new_pair(master, INSURER)
    _, wrapped = sealing.new_data_key(pair.public_keyset, INSURER, BATCH + 1)
    second = WrappedDataKey(INSURER, BATCH + 1, wrapped, 12, pair.private_keyset, withdrawn=False)
    with pytest.raises(SealBrokenError):
        Opener(master, Rows({2: second})).open(2, INSURER, 5, 2, sealer.seal(5, Category.NIR, b"canary"))


def test_an_unknown_data_key_is_named(opener):
    with pytest.raises(UnknownDataKeyError):
        opener.open(99, INSURER, 5, Category.NIR, b"")


def test_a_withdrawn_insurer_s_persons_stay_closed(master, row, sealer):
    rows = Rows({1: row})
    opener = Opener(master, rows, trusted_for=0)
    sealed = sealer.seal(5, Category.NIR, b"canary")
    assert opener.open(1, INSURER, 5, Category.NIR, sealed) == b"canary"
    rows[1] = replace(row, withdrawn=True)
    with pytest.raises(KeyWithdrawnError):
        opener.open(1, INSURER, 5, Category.NIR, sealed)


def test_an_opener_that_cannot_ask_what_was_withdrawn_stays_shut(master, row, sealer):
    class Deaf(Rows):
        def live(self):
            raise ConnectionError

    with pytest.raises(ConnectionError):
        Opener(master, Deaf({1: row})).open(1, INSURER, 5, 2, sealer.seal(5, Category.NIR, b"canary"))


def test_the_cache_is_bounded_and_asks_once_for_each_key(master):
    pair = insurer_keys.new_pair(master, INSURER)
    rows, sealers = Rows(), {}
    for number in range(1, 5):
        sealers[number], wrapped = sealing.new_data_key(pair.public_keyset, INSURER, number)
        rows[number] = WrappedDataKey(INSURER, number, wrapped, 11, pair.private_keyset, withdrawn=False)
    opener = Opener(master, rows, capacity=2)
    for number, sealer in sealers.items():
        for _ in range(3):
            sealed = sealer.seal(5, Category.NIR, b"canary")
            assert opener.open(number, INSURER, 5, Category.NIR, sealed) == b"canary"
    assert rows.asked == 4
    assert len(opener._held) == 2
