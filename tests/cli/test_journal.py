"""`rempart journal export|verify|prove|consistency` on an installation that was sealed."""

import json
import shutil

import pytest
from tests.journal.conftest import Place

from rempart.journal import signer
from rempart_verify.main import main


@pytest.fixture
def place(cluster, connect, monkeypatch):
    """The run's journal, some entries more, sealed where the installation keeps it."""
    monkeypatch.delenv("REMPART_SEALED", raising=False)
    signer.create(cluster)
    place = Place(cluster, connect("owner"))
    place.add(30)
    place.seal()
    return place


@pytest.fixture
def rempart(place, command):
    return command("journal")


@pytest.fixture
def key(place):
    return str(signer.load(place.data / signer.FILE).public)


def test_an_installations_journal_is_intact(rempart, place, key):
    code, out, err = rempart("verify", "--key", key, "--json")
    assert code == 0, err + out
    found = json.loads(out)
    assert found["intact"]
    assert found["entries"] == found["size"] == place.log().size
    code, out, _ = rempart("verify")
    assert code == 0
    assert "from elsewhere" in out


@pytest.fixture
def went_back(place, tmp_path, monkeypatch):
    """The installation's files are an older copy."""
    shutil.copytree(place.folder, tmp_path / "old")
    place.add(3)
    place.seal()
    monkeypatch.setenv("REMPART_SEALED", str(tmp_path / "old"))


def test_files_that_went_back_behind_the_database_are_found_out(went_back, command):
    code, out, _ = command("journal")("verify")
    assert code == 1
    assert "rolled back" in out


def test_an_export_is_verified_elsewhere_and_its_reading_is_journaled(rempart, place, key, tmp_path, connect):
    code, out, err = rempart("export", str(tmp_path / "export"), "--json")
    assert code == 0, err
    assert json.loads(out)["entries"] == place.log().size
    assert main([str(tmp_path / "export"), "--key", key]) == 0
    read = "select from journal.entry where tag = 'audit:journal:read' and details ->> 'what' = 'export'"
    assert connect("auditor").execute(read).fetchone() is not None
    code, _, err = rempart("export", str(tmp_path / "export"))
    assert code != 0
    assert "not empty" in err
    segment = next((tmp_path / "export").rglob("*.parquet"))
    segment.unlink()
    code, out, _ = rempart("verify", str(tmp_path / "export"), "--key", key)
    assert code == 1
    assert segment.name[:16].lstrip("0") in out or "entry 0" in out


def test_one_entry_is_proved_by_number_and_by_reference(rempart, place, key, tmp_path, fresh):
    reference = fresh("R-TEST")
    place.add(1, request=reference)
    place.seal()
    for asked in (reference, str(place.log().size - 1)):
        code, _, err = rempart("prove", asked, "--out", str(tmp_path / "entry.proof"))
        assert code == 0, err
        assert main([str(tmp_path / "entry.proof"), "--key", key]) == 0
    code, _, err = rempart("prove", "R-NONE")
    assert code != 0
    assert "No sealed entry" in err


def test_growth_since_a_kept_checkpoint_is_proved(rempart, place, key, tmp_path):
    kept = tmp_path / "kept"
    shutil.copy(place.folder / "checkpoint", kept)
    place.add(40)
    place.seal()
    code, _, err = rempart("consistency", str(kept), "--out", str(tmp_path / "grown.proof"))
    assert code == 0, err
    assert main([str(tmp_path / "grown.proof"), "--key", key]) == 0
    code, out, _ = rempart("verify", "--last", str(kept), "--key", key)
    assert code == 0, out
    (tmp_path / "nonsense").write_text("nonsense")
    code, _, err = rempart("consistency", str(tmp_path / "nonsense"))
    assert code != 0
    assert "no checkpoint" in err
