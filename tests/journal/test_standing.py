"""`rempart journal status|seal`, and what the doctor says of sealing."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from rempart.cli import doctor, journal_seal
from rempart.journal import sealer
from rempart.journal.standing import standing


@pytest.fixture
def place(place, monkeypatch):
    monkeypatch.delenv("REMPART_SEALED", raising=False)
    place.seal()
    with sealer.opened(place.data) as (_, log):
        sealer.keep_status(place.data, log)
    return place


def test_what_waits_is_counted_until_it_is_sealed_by_hand(place, connect, capsys):
    place.add(3)
    place.add(2, at=datetime.now(UTC) - timedelta(seconds=90))
    found = standing(connect("auditor"), place.data)
    assert (found.waiting, found.is_well, found.fault) == (5, False, "")
    assert found.lag >= 90
    assert journal_seal.status(data=place.data, json=True) == 1
    journal_seal.seal(data=place.data)
    capsys.readouterr()
    assert journal_seal.status(data=place.data, json=True) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["waiting"], told["lag"], told["size"]) == (0, 0.0, place.log().size)
    assert told["root"] == place.log().checkpoint.root.hex()
    assert told["place"] == str(place.folder)


def test_the_doctor_names_a_sealer_that_lags_or_does_not_go_on(place):
    assert doctor.sealing(place.owner, place.data).well
    place.add(1, at=datetime.now(UTC) - timedelta(seconds=90))
    assert not doctor.sealing(place.owner, place.data).well
    place.seal()
    sealer.keep_status(place.data, None, "The disk is full.")
    finding = doctor.sealing(place.owner, place.data)
    assert not finding.well
    assert "The disk is full." in finding.message
    sealer.keep_status(place.data, place.log())


def test_a_buckets_key_is_not_told():
    hidden = journal_seal._without_secrets("s3://KEY:SECRET@bucket/prefix?endpoint_override=host:1")
    assert hidden == "s3://bucket/prefix"
